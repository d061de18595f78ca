import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../src/config.ts'
import { Failure } from '../src/errors.ts'
import { load, problems } from './support/loading.ts'
import { temporaryFolder } from './support/temporaryFolder.ts'

const native = (order: number, enabled = true) => ({ order, enabled, self_activation: false })

const noOthers = { jwt: {}, elasticsearch: {}, introspection: {} }

describe('a configuration of nothing', () => {
  it('has the defaults', async () => {
    expect(await load(null)).toMatchObject({
      host: '127.0.0.1',
      port: 4000,
      databaseUrl: 'file:./data/gateway.db',
      elasticPassword: null,
      logLevel: 'info',
      settings: {
        realms: { native: { native: native(-Infinity) }, ...noOthers },
        domains: [],
        activation: { unchanged_grace: 30_000 },
        token: { timeout: 1_200_000, revoke_on_reuse: true },
        profile: { max_size: 10 * 1024 * 1024 },
        http: { max_content_length: 20 * 1024 * 1024 },
        graphql: { max_content_length: 1024 * 1024 },
        cors: { allowed_origins: [] },
      },
    })
  })

  it.each(['', '\n', '# nothing\n', '{}', 'activation: {}\nhttp: {}\n'])(
    'has them too with a file that says nothing: %j',
    async (settings) => {
      expect((await load(settings)).settings).toEqual((await load(null)).settings)
    },
  )

  // YAML has null for what is left empty, as when everything below a name is commented out.
  it.each([
    '---\n',
    'activation:\n',
    'realms:\n  native:\n  # corp: { order: 1 }\n',
    'cors.allowed_origins:\n',
  ])('has them too with a file in which something is left empty: %j', async (settings) => {
    expect((await load(settings)).settings).toEqual((await load(null)).settings)
  })

  it('cannot be changed', async () => {
    expect(Object.isFrozen(await load(null))).toBe(true)
  })

  it('cannot be changed inside either', async () => {
    expect(Object.isFrozen((await load(null)).settings.activation)).toBe(true)
  })
})

describe('the environment', () => {
  it('sets each of its values', async () => {
    const environment = {
      HOST: '0.0.0.0',
      PORT: '0',
      DATABASE_URL: 'file:/x/y.db',
      ELASTIC_PASSWORD: 'secret',
      LOG_LEVEL: 'silent',
    }
    expect(await load('http.insecure: true', environment)).toMatchObject({
      host: '0.0.0.0',
      port: 0,
      databaseUrl: 'file:/x/y.db',
      elasticPassword: 'secret',
      logLevel: 'silent',
    })
  })

  it.each(['', 'x', '-1', '65536', '123456', '4000.0', ' 4000', '0x10', '١'])(
    'has no port %j',
    async (PORT) => {
      expect(await problems(null, { PORT })).toEqual(['PORT: expected a number from 0 to 65535'])
    },
  )

  it.each(['', 'INFO', 'verbose', 'warning'])('has no log level %j', async (LOG_LEVEL) => {
    expect(await problems(null, { LOG_LEVEL })).toEqual([
      'LOG_LEVEL: expected one of fatal, error, warn, info, debug, trace, silent',
    ])
  })

  it.each(['', 'gateway.db', 'postgres:x', 'mysql://user:pass@host/db', 'sqlite:x', 'FILE:x'])(
    'has no database %j',
    async (DATABASE_URL) => {
      expect(await problems(null, { DATABASE_URL })).toEqual([
        'DATABASE_URL: expected file:… or postgres://…',
      ])
    },
  )

  it.each([
    [' file:x', 'blank'],
    ['\npostgres://u:s3cret@host/db', 'blank'],
    ['"file:x"', 'quote'],
    ["'postgres://u:s3cret@host/db'", 'quote'],
  ])('has no database %j, and says how it begins', async (DATABASE_URL, beginning) => {
    expect(await problems(null, { DATABASE_URL })).toEqual([
      `DATABASE_URL: expected file:… or postgres://…: it begins with a ${beginning}`,
    ])
  })

  it.each(['', 'short'])('has no password %j for the superuser', async (ELASTIC_PASSWORD) => {
    expect(await problems(null, { ELASTIC_PASSWORD })).toEqual([
      'ELASTIC_PASSWORD: expected at least 6 characters',
    ])
  })

  it.each([
    ['ELASTIC_PASSWORD', 'elasticPassword', 'from a file'],
    ['DATABASE_URL', 'databaseUrl', 'file:/from/a/file'],
  ] as const)(
    'may name a file that holds %s, whose last line end does not count',
    async (name, key, value) => {
      const folder = await temporaryFolder()
      for (const end of ['', '\n', '\r\n']) {
        await writeFile(join(folder, 'secret'), value + end)
        expect(loadConfig({ [`${name}_FILE`]: join(folder, 'secret') })[key]).toBe(value)
      }
      await writeFile(join(folder, 'secret'), `${value} \n\n`)
      expect(loadConfig({ [`${name}_FILE`]: join(folder, 'secret') })[key]).toBe(`${value} \n`)
    },
  )

  it.each(['ELASTIC_PASSWORD', 'DATABASE_URL'])(
    'must not give %s twice, nor name a file that is not there',
    async (name) => {
      const folder = await temporaryFolder()
      await writeFile(join(folder, 'secret'), 'file:secret')
      const file = { [`${name}_FILE`]: join(folder, 'secret') }
      expect(await problems(null, { ...file, [name]: 'file:other' })).toEqual([
        `${name}: set it or ${name}_FILE, not both`,
      ])
      const missing = { [`${name}_FILE`]: join(folder, 'missing') }
      expect(await problems(null, missing)).toEqual([
        `${name}_FILE: the file cannot be read: there is no such file (ENOENT)`,
      ])
      const unreadable = { [`${name}_FILE`]: folder }
      expect(await problems(null, unreadable)).toEqual([
        `${name}_FILE: the file cannot be read: it is a folder (EISDIR)`,
      ])
    },
  )

  it('must not name a settings file that cannot be read', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'file'), '')
    for (const [GATEWAY_CONFIG, reason] of [
      [join(folder, 'missing.yml'), 'there is no such file (ENOENT)'],
      [folder, 'it is a folder (EISDIR)'],
      [join(folder, 'file/x.yml'), 'a part of its path is not a folder (ENOTDIR)'],
    ] as const) {
      expect(await problems(null, { GATEWAY_CONFIG })).toEqual([
        `GATEWAY_CONFIG: ${GATEWAY_CONFIG} cannot be read: ${reason}`,
      ])
    }
    expect(await problems(null, { GATEWAY_CONFIG: '' })).toEqual([
      'GATEWAY_CONFIG: expected the path of a file',
    ])
  })
})

describe('a setting', () => {
  it.each([
    ['nested', 'realms:\n  native:\n    corp:\n      order: 3\n      enabled: false\n'],
    ['in one line', 'realms: { native: { corp: { order: 3, enabled: false } } }\n'],
    ['dotted', 'realms.native.corp.order: 3\nrealms.native.corp.enabled: false\n'],
    ['dotted in part', 'realms.native:\n  corp.order: 3\n  corp:\n    enabled: false\n'],
    ['with its prefix', 'xpack.security.authc.realms.native.corp:\n  order: 3\n  enabled: false\n'],
    [
      'with its prefix, nested',
      'xpack:\n  security:\n    authc:\n      realms.native.corp: { order: 3, enabled: false }\n',
    ],
    [
      'with its prefix, and not',
      'xpack.security.authc.realms.native.corp.order: 3\nrealms.native.corp.enabled: false\n',
    ],
    ['in JSON', '{"realms": {"native": {"corp": {"order": 3, "enabled": false}}}}'],
  ])('may be written %s', async (_, settings) => {
    expect((await load(settings)).settings.realms).toEqual({
      ...noOthers,
      native: { corp: native(3, false) },
    })
  })

  it.each([
    ['0', 0],
    ['"0"', 0],
    ['1ms', 1],
    ['45s', 45_000],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['0s', 0],
  ])('may be a time: %s', async (text, milliseconds) => {
    const { settings } = await load(`activation.unchanged_grace: ${text}`)
    expect(settings.activation.unchanged_grace).toBe(milliseconds)
  })

  it.each(['30 s', '1.5h', '-1s', 's', '""', '5M', '1w', '1e3s', '1000000000s', '5mb'])(
    'is no time if it is %s',
    async (text) => {
      expect(await problems(`activation.unchanged_grace: ${text}`)).toEqual([
        'gateway.yml:1: activation.unchanged_grace: expected a time such as 30s or 5m',
      ])
    },
  )

  it.each(['30', '-1', 'true', '[30s]', '{ a: 30s }', 'null'])(
    'is told what was expected in the place of %s',
    async (text) => {
      expect(await problems(`activation.unchanged_grace: ${text}`)).toEqual([
        expect.stringContaining('activation.unchanged_grace: expected a time such as 30s or 5m'),
      ])
    },
  )

  it.each([
    ['0', 0],
    ['100b', 100],
    ['2kb', 2_048],
    ['3mb', 3 * 1024 ** 2],
    ['1gb', 1024 ** 3],
  ])('may be a size: %s', async (text, bytes) => {
    const { settings } = await load(
      `http: { max_content_length: ${text}, max_content_under_way: 1gb }\ngraphql.max_content_length: ${text}\n`,
    )
    expect([settings.http, settings.graphql]).toMatchObject([
      { max_content_length: bytes },
      { max_content_length: bytes },
    ])
  })

  it.each(['20MB', '20 mb', '20m', '1.5mb', '20tb'])('is no size if it is %s', async (text) => {
    expect(await problems(`http.max_content_length: ${text}`)).toEqual([
      'gateway.yml:1: http.max_content_length: expected a size such as 512kb or 20mb',
    ])
  })

  it.each([
    ['order: 1.5', 'order: expected a whole number'],
    ['order: first', 'order: expected a whole number'],
    ['enabled: true', 'order: expected a whole number'],
    ['{ order: 1, enabled: yes }', 'enabled: expected true or false'],
    ['{ order: 1, colour: red }', 'colour: unknown setting'],
  ])('of a realm is refused: %s', async (text, problem) => {
    expect(await problems(`realms.native.corp:\n  ${text}\n`)).toEqual([
      expect.stringMatching(new RegExp(`^gateway\\.yml:[12]: realms\\.native\\.corp\\.${problem}$`)),
    ])
  })

  it.each(['1s', '20m', '1h'])('of tokens may be a lifetime of %s', async (text) => {
    const { settings } = await load(`token: { timeout: ${text}, revoke_on_reuse: false }`)
    expect(settings.token.revoke_on_reuse).toBe(false)
  })

  it.each([
    ['timeout: 999ms', 'timeout: expected at least 1s and at most 1h'],
    ['timeout: 0', 'timeout: expected at least 1s and at most 1h'],
    ['timeout: 61m', 'timeout: expected at least 1s and at most 1h'],
    ['timeout: soon', 'timeout: expected a time such as 30s or 5m'],
    ['revoke_on_reuse: no', 'revoke_on_reuse: expected true or false'],
    ['enabled: false', 'enabled: expected true: the token service is always there'],
  ])('of tokens is refused: %s', async (text, problem) => {
    expect(await problems(`token.${text}`)).toEqual([`gateway.yml:1: token.${problem}`])
  })

  it('cannot make a second native realm', async () => {
    expect(await problems('realms:\n  native:\n    a: { order: 1 }\n    b: { order: 2 }\n')).toEqual([
      'gateway.yml:2: realms.native: there can be only one native realm',
    ])
  })
})

describe('a value from elsewhere', () => {
  it('comes from the environment, alone or as a part', async () => {
    const grace = async (text: string) =>
      (await load(`activation.unchanged_grace: ${text}`, { NUMBER: '5', UNIT: 's', ALL: '5s' })).settings
        .activation
    expect(await grace('${ALL}')).toEqual({ unchanged_grace: 5_000 })
    expect(await grace('${NUMBER}${UNIT}')).toEqual({ unchanged_grace: 5_000 })
    expect(await grace('"1${NUMBER}m"')).toEqual({ unchanged_grace: 900_000 })
  })

  it('comes from a file beside the settings, or anywhere, whose last line end does not count', async () => {
    const files = { grace: '7s\n' }
    const { settings } = await load('activation.unchanged_grace: ${file:grace}', {}, files)
    expect(settings.activation.unchanged_grace).toBe(7_000)
    const elsewhere = await temporaryFolder()
    await writeFile(join(elsewhere, 'grace'), '8s')
    const text = `activation.unchanged_grace: "\${file:${elsewhere}/grace}"`
    expect((await load(text)).settings.activation.unchanged_grace).toBe(8_000)
  })

  it('must be there', async () => {
    expect(await problems('activation:\n  unchanged_grace: ${NOT_SET}\n')).toContain(
      'gateway.yml:2: ${NOT_SET}: there is no environment variable NOT_SET',
    )
    expect(await problems('proxies.trusted_proxies: [nonsense, "${NOT_SET}"]\n')).toEqual([
      'gateway.yml:1: ${NOT_SET}: there is no environment variable NOT_SET',
      expect.stringMatching(/^gateway\.yml:1: proxies\.trusted_proxies\.0: /),
    ])
    expect(await problems('metrics.port: ${NOT_SET}\n')).toEqual([
      'gateway.yml:1: ${NOT_SET}: there is no environment variable NOT_SET',
    ])
    expect(await problems('\nhttp.max_content_length: ${file:missing}\n')).toContainEqual(
      expect.stringMatching(
        /^gateway\.yml:2: \$\{file:missing\}: .*missing cannot be read: there is no such file \(ENOENT\)$/,
      ) as string,
    )
  })

  it('is not read for more such places', async () => {
    const settings = 'activation.unchanged_grace: ${OUTER}'
    expect(await problems(settings, { OUTER: '${INNER}', INNER: '5s' })).toEqual([
      'gateway.yml:1: activation.unchanged_grace: expected a time such as 30s or 5m',
    ])
  })

  // What comes from elsewhere is always text, and Elasticsearch takes text for both.
  it('may be a number, or true or false', async () => {
    const text = 'realms.native.corp: { order: "${ORDER}", enabled: "${ENABLED}" }'
    const { settings } = await load(text, { ORDER: '3', ENABLED: 'false' })
    expect(settings.realms.native).toEqual({ corp: native(3, false) })
  })

  it('may be an alias of what stands elsewhere in the file', async () => {
    const text = 'http.max_content_length: &size 5mb\ngraphql.max_content_length: *size\n'
    expect((await load(text)).settings.graphql).toMatchObject({ max_content_length: 5 * 1024 ** 2 })
  })
})

describe('a file that is not sound', () => {
  it('is told every problem at once, with its line and its path, beside those of the environment', async () => {
    const settings = [
      'realms:',
      '  native:',
      '    one: { order: x, enabled: 7 }',
      '  ldap:',
      '    two: { order: 1 }',
      'activation:',
      '  unchanged_grace: soon',
      'activation.other: 1',
      'http.max_content_length: ${NOT_SET}mb',
      'colour: red',
    ].join('\n')
    const environment = { PORT: 'x', LOG_LEVEL: 'x', DATABASE_URL: 'x', ELASTIC_PASSWORD: 'x' }
    expect((await problems(settings, environment)).toSorted()).toEqual(
      [
        'PORT: expected a number from 0 to 65535',
        'LOG_LEVEL: expected one of fatal, error, warn, info, debug, trace, silent',
        'DATABASE_URL: expected file:… or postgres://…',
        'ELASTIC_PASSWORD: expected at least 6 characters',
        'gateway.yml:3: realms.native.one.order: expected a whole number',
        'gateway.yml:3: realms.native.one.enabled: expected true or false',
        'gateway.yml:4: realms.ldap: unknown type of realm: expected native, jwt, elasticsearch or introspection',
        'gateway.yml:7: activation.unchanged_grace: expected a time such as 30s or 5m',
        'gateway.yml:8: activation.other: unknown setting',
        'gateway.yml:9: ${NOT_SET}: there is no environment variable NOT_SET',
        'gateway.yml:10: colour: unknown setting',
      ].toSorted(),
    )
  })

  it.each(['colour', 'constructor', 'toString'])('has an unknown setting: %s', async (name) => {
    expect(await problems(`# a comment\n${name}: 1\n`)).toEqual([`gateway.yml:2: ${name}: unknown setting`])
    expect(await problems(`# a comment\nactivation:\n  ${name}: 1\n`)).toEqual([
      `gateway.yml:3: activation.${name}: unknown setting`,
    ])
    expect(await problems(`\nxpack.security.authc:\n  ${name}: 1\n`)).toEqual([
      `gateway.yml:3: ${name}: unknown setting`,
    ])
  })

  it.each([
    ['Activation: 1', 'Activation', 'activation'],
    ['activaton:\n  unchanged_grace: 1s', 'activaton', 'activation'],
    ['tken.timeout: 1m', 'tken.*', 'token'],
    ['metrics.prot: 1', 'metrics.prot', 'port'],
    ['activation:\n  unchangd-grace: 1s', 'activation.unchangd-grace', 'unchanged_grace'],
    ['api_key.delete.retention_periods: 1d', 'api_key.delete.retention_periods', 'retention_period'],
    ['realms.native.a:\n  { order: 1, enabeld: true }', 'realms.native.a.enabeld', 'enabled'],
    ['domains.a: { realms: [native], realm: x }', 'domains.a.realm', 'realms'],
  ])('has a misspelt setting, and is told which is likely meant: %j', async (settings, path, meant) => {
    expect(await problems(`# a comment\n${settings}\n`)).toContainEqual(
      expect.stringMatching(
        new RegExp(`^gateway\\.yml:[23]: ${path}: unknown setting \\(did you mean ${meant}\\?\\)$`),
      ),
    )
  })

  it('lacks what is misspelt, and is told of that once; it is told all of what is there as well', async () => {
    const [missing, asked] = ['allowed_audiences', 'hosts']
    const told = await problems(`realms.jwt.corp: { order: 1, allowed_audience: a, claim.principal: sub }
realms.elasticsearch.main: { order: 2, host: "https://es.example.com", hosts: [] }
`)
    const about = (name: string) => told.filter((problem) => problem.includes(name))
    expect(about('allowed_audience')).toEqual([
      `gateway.yml:1: realms.jwt.corp.allowed_audience: unknown setting (did you mean ${missing}?)`,
    ])
    expect(about('claim')).toEqual([
      'gateway.yml:1: realms.jwt.corp.claim: unknown setting (did you mean claims?)',
    ])
    expect(about('main.host')).toEqual([
      expect.stringContaining('Invalid empty list for'),
      expect.stringContaining(`unknown setting (did you mean ${asked}?)`),
    ])
  })

  it('has several misspelt settings at one place, and is told of each', async () => {
    expect(await problems('http:\n  max_conections: 1\n  colour: 2\n  idle_timout: 3s\n')).toEqual([
      'gateway.yml:2: http.max_conections: unknown setting (did you mean max_connections?)',
      'gateway.yml:3: http.colour: unknown setting',
      'gateway.yml:4: http.idle_timout: unknown setting (did you mean idle_timeout?)',
    ])
  })

  // The part that is unknown or incomplete stands in no line by itself.
  it.each([
    ['xpack.security.enabled: true', 'xpack.*: unknown setting'],
    ['colour.of.the.bikeshed: red', 'colour.*: unknown setting'],
    ['realms.native.corp.enabled: true', 'realms.native.corp.order: expected a whole number'],
    [
      'realms.native.a.order: 1\nrealms.native.b.order: 2',
      'realms.native: there can be only one native realm',
    ],
  ])('has something wrong with a dotted name, and is told in which line: %j', async (settings, problem) => {
    expect(await problems(`# a comment\n${settings}\n`)).toEqual([
      expect.stringMatching(new RegExp(`^gateway\\.yml:[23]: ${problem}$`)),
    ])
  })

  it('has an unknown setting at each place where there are such', async () => {
    expect(await problems('a: 1\nb:\n  c: 2\nactivation:\n  d: 3\n')).toEqual(
      expect.arrayContaining([
        'gateway.yml:1: a: unknown setting',
        'gateway.yml:2: b: unknown setting',
        'gateway.yml:5: activation.d: unknown setting',
      ]),
    )
  })

  it('has an unknown setting __proto__', async () => {
    expect(await problems('__proto__: 1\n')).toEqual(['gateway.yml:1: __proto__: unknown setting'])
  })

  // What stands below it must not become a prototype: then it would be read as if it stood outside.
  it.each([
    '__proto__:\n  colour: red\n',
    '__proto__.activation.unchanged_grace: 1h\n',
    'realms.native.__proto__.order: 1\n',
    'activation.__proto__.unchanged_grace: 1h\n',
  ])('has an unknown setting at __proto__ too: %j', async (settings) => {
    expect(await problems(settings)).toEqual([expect.stringContaining('__proto__')])
  })

  it.each([
    ['realms.native.a.order: 1\nrealms:\n  native:\n    a:\n      order: 2\n', 5, 'realms.native.a.order'],
    ['xpack.security.authc.realms.native.a.order: 1\nrealms.native.a.order: 1\n', 2, 'realms.native.a.order'],
    ['activation: 5\nactivation.unchanged_grace: 1s\n', 2, 'activation.unchanged_grace'],
    ['activation.unchanged_grace: 1s\nactivation: 5\n', 2, 'activation'],
    ['activation.unchanged_grace.x: 1\nactivation.unchanged_grace: 1s\n', 2, 'activation.unchanged_grace'],
  ])('sets something twice: %j', async (settings, line, path) => {
    expect(await problems(settings)).toContain(`gateway.yml:${line}: ${path}: set twice`)
  })

  it('repeats a key', async () => {
    expect(await problems('activation:\n  unchanged_grace: 1s\n  unchanged_grace: 1s\n')).toEqual(
      expect.arrayContaining([expect.stringMatching(/^gateway\.yml:3: /)]),
    )
  })

  it.each(['- a\n- b\n', 'text\n', '5\n', '"text"\n', '[]\n'])('is not a mapping: %j', async (settings) => {
    expect(await problems(settings)).toEqual(['gateway.yml:1: expected settings by name'])
  })

  it.each([
    ['activation: [1\n', /^gateway\.yml:\d: /],
    ['activation:\n\tunchanged_grace: 1s\n', /^gateway\.yml:2: /],
    ['activation: "x\n', /^gateway\.yml:\d: /],
    ['activation: {}\n---\nhttp: {}\n', /^gateway\.yml:2: /],
    ['a: b: c\n', /^gateway\.yml:1: /],
    ['%YAML 9\n---\n- a: "\\q"', /^gateway\.yml:1: /],
  ])('is no YAML: %j', async (settings, expected) => {
    const beside = { HOST: '0.0.0.0' }
    expect(await problems(settings, beside)).toEqual([expect.stringMatching(expected)])
  })

  it('says that a name of the environment has to be in quotes within braces', async () => {
    expect(await problems('metrics: { port: ${METRICS_PORT} }\n')).toEqual([
      'gateway.yml:1: Unexpected flow-map-start at node end (within braces and brackets, ${NAME} has to be in quotes)',
    ])
    expect(await problems('a: "${s3cret\nb: {\n')).toEqual([expect.not.stringContaining('s3cret')])
  })

  it('never has a value repeated that may be a secret', async () => {
    const secret = 's3cret-value'
    const files = { secret, url: `postgres://u:${secret}@host` }
    const settings = [
      'activation.unchanged_grace: ${SECRET}',
      'http.max_content_length: ${file:secret}',
      `graphql.max_content_length: ${secret}`,
      `realms.native.corp: { order: "${secret}", enabled: ${secret}, other: ${secret} }`,
      `colour: ${secret}`,
      `colour: ${secret}`,
      'realms.ldap: ${SECRET}',
    ].join('\n')
    const environment = {
      SECRET: secret,
      PORT: secret,
      LOG_LEVEL: secret,
      DATABASE_URL: `postgres://u:${secret}@host`,
    }
    for (const text of [
      settings,
      `activation: [${secret}\n`,
      `${secret}\n`,
      `- ${secret}`,
      `a: *${secret}`,
      `a: b: ${secret}`,
    ]) {
      const failure: unknown = await load(text, environment, files).catch((error: unknown) => error)
      expect(failure).toBeInstanceOf(Failure)
      const { message, problems, stack, cause } = failure as Failure
      expect([message, ...problems, stack, String(cause)].join('\n')).not.toContain(secret)
    }
  })
})
