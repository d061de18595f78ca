import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { Failure } from '../../src/errors.ts'
import { load, problems } from '../support/loading.ts'
import { corp, corpProblems, corpSettings, keyOf } from './corp.ts'

const authority = await readFile(new URL('../support/tls/authority.pem', import.meta.url), 'utf8')
const secret = 's3cret-value-of-some-length-0123'.repeat(2)
const secretSet = JSON.stringify({ keys: [{ kty: 'oct', k: Buffer.from(secret).toString('base64url') }] })

describe('a realm of tokens', () => {
  it('needs little, and has defaults for the rest', async () => {
    expect(await corp()).toEqual({
      order: 1,
      enabled: true,
      token_type: 'id_token',
      allowed_issuer: 'https://idp.example.com/',
      allowed_audiences: ['gateway'],
      allowed_signature_algorithms: ['RS256'],
      allowed_clock_skew: 60_000,
      fallback_claims: {},
      required_claims: {},
      claims: { principal: 'sub' },
      claim_patterns: {},
      populate_user_metadata: true,
      self_activation: false,
      pkc_jwkset_path: { kind: 'file', path: expect.stringMatching(/^\/.*\/jwks\.json$/) as string },
      client_authentication: { type: 'none', rotation_grace_period: 60_000 },
      jwt: { cache: { ttl: 1_200_000, size: 100_000 } },
      http: {
        connect_timeout: 5_000,
        connection_read_timeout: 5_000,
        socket_timeout: 5_000,
        max_connections: 200,
        max_endpoint_connections: 200,
      },
      pkc_jwkset_reload: {
        enabled: true,
        file_interval: 300_000,
        url_interval_min: 60_000,
      },
      ssl: { verification_mode: 'full' },
    })
  })

  it('wants a secret of the client, and ID tokens signed with RS256, unless told otherwise', async () => {
    const changes = { 'client_authentication.type': null, 'client_authentication.shared_secret': '${S}' }
    expect(await corp(changes, { S: secret })).toMatchObject({
      token_type: 'id_token',
      allowed_signature_algorithms: ['RS256'],
      client_authentication: { type: 'shared_secret', shared_secret: { value: secret, file: null } },
    })
  })

  it('lets its users activate themselves where it says so, and takes tokens without a secret', async () => {
    expect(await corp({ self_activation: 'true' })).toMatchObject({ self_activation: true })
    expect(await corpProblems({ self_activation: 'yes' })).toEqual([
      'self_activation: expected true or false',
    ])
  })

  const all = {
    order: '-7',
    enabled: 'false',
    token_type: 'Access_Token',
    allowed_audiences: '[one, two]',
    allowed_subjects: '[me, you]',
    allowed_subject_patterns: '["app-*", "/[a-z]+/"]',
    allowed_signature_algorithms: '[HS512, ES256]',
    allowed_clock_skew: '1h',
    'fallback_claims.sub': 'client_id',
    'fallback_claims.aud': 'scope',
    'required_claims.typ': 'Bearer',
    'required_claims.https://example.com/tenant': '[a, b]',
    'claims.groups': 'roles',
    'claims.dn': 'dn',
    'claims.mail': 'email',
    'claims.name': 'name',
    'claim_patterns.principal': '"^(.*)@example\\\\.com$"',
    'claim_patterns.groups': '(.*)',
    'claim_patterns.dn': '(.*)',
    'claim_patterns.mail': '(.*)',
    'claim_patterns.name': '(?:Dr )?(.*)',
    populate_user_metadata: 'false',
    self_activation: 'false',
    pkc_jwkset_path: 'https://idp.example.com/keys?a=b',
    hmac_key: '${S}',
    'client_authentication.type': 'SHARED_SECRET',
    'client_authentication.shared_secret': '${S}',
    'client_authentication.rotation_grace_period': '0s',
    'jwt.cache.ttl': '0',
    'jwt.cache.size': '0',
    'http.connect_timeout': '1ms',
    'http.connection_read_timeout': '1m',
    'http.socket_timeout': '2s',
    'http.max_connections': '1',
    'http.max_endpoint_connections': '2',
    'pkc_jwkset_reload.enabled': 'false',
    'pkc_jwkset_reload.file_interval': '1s',
    'pkc_jwkset_reload.url_interval_min': '5d',
    'pkc_jwkset_reload.url_interval_max': '10d',
    authorization_realms: '[native]',
    'ssl.certificate_authorities': '[authority.pem]',
    'ssl.verification_mode': 'CERTIFICATE',
  }
  const everything = {
    order: -7,
    enabled: false,
    token_type: 'access_token',
    allowed_issuer: 'https://idp.example.com/',
    allowed_audiences: ['one', 'two'],
    allowed_subjects: ['me', 'you'],
    allowed_subject_patterns: ['app-*', '/[a-z]+/'],
    allowed_signature_algorithms: ['HS512', 'ES256'],
    allowed_clock_skew: 3_600_000,
    fallback_claims: { sub: 'client_id', aud: 'scope' },
    required_claims: { typ: ['Bearer'], 'https://example.com/tenant': ['a', 'b'] },
    claims: { principal: 'sub', groups: 'roles', dn: 'dn', mail: 'email', name: 'name' },
    claim_patterns: {
      principal: String.raw`^(.*)@example\.com$`,
      groups: '(.*)',
      dn: '(.*)',
      mail: '(.*)',
      name: '(?:Dr )?(.*)',
    },
    populate_user_metadata: false,
    self_activation: false,
    pkc_jwkset_path: { kind: 'url', url: 'https://idp.example.com/keys?a=b' },
    hmac_key: { value: secret, file: null },
    client_authentication: {
      type: 'shared_secret',
      shared_secret: { value: secret, file: null },
      rotation_grace_period: 0,
    },
    jwt: { cache: { ttl: 0, size: 0 } },
    http: {
      connect_timeout: 1,
      connection_read_timeout: 60_000,
      socket_timeout: 2_000,
      max_connections: 1,
      max_endpoint_connections: 2,
    },
    pkc_jwkset_reload: {
      enabled: false,
      file_interval: 1_000,
      url_interval_min: 432_000_000,
      url_interval_max: 864_000_000,
    },
    authorization_realms: ['native'],
    ssl: { certificate_authorities: [authority], verification_mode: 'certificate' },
  }

  it('takes each of its settings', async () => {
    expect(await corp(all, { S: secret }, { 'authority.pem': authority })).toEqual(everything)
  })

  it.each([
    'realms.jwt.corp',
    'xpack.security.authc.realms.jwt.corp',
    'xpack.security.authc.realms.jwt.corp.',
  ])('takes them dotted or nested, pasted from Elasticsearch with its prefix or not: %s', async (prefix) => {
    const nested = prefix.endsWith('.')
    const text = nested
      ? `${prefix.slice(0, -1)}:\n${corpSettings(all, ' ').replaceAll(' .', '  ')}`
      : corpSettings(all, prefix)
    const { settings } = await load(text, { S: secret }, { 'authority.pem': authority })
    expect(settings.realms.jwt.corp).toEqual(everything)
  })

  it('takes lists as one text with commas, numbers and answers to yes or no as text', async () => {
    const changes = {
      order: '${ORDER}',
      enabled: '${NO}',
      allowed_audiences: '"${AUDIENCES}"',
      allowed_subjects: 'me,you',
      allowed_subject_patterns: '"app-* , /[a-z]+/"',
      allowed_signature_algorithms: 'HS512,ES256',
      'required_claims.https://example.com/tenant': 'a,b',
      populate_user_metadata: '"false"',
      self_activation: '${NO}',
      'jwt.cache.size': '"0"',
      'http.max_connections': '${ONE}',
      'http.max_endpoint_connections': '"2"',
      'pkc_jwkset_reload.enabled': '${NO}',
      authorization_realms: 'native',
      'ssl.certificate_authorities': 'authority.pem',
    }
    const environment = { S: secret, ORDER: '-7', NO: 'false', ONE: '1', AUDIENCES: 'one, two' }
    const files = { 'authority.pem': authority }
    expect(await corp({ ...all, ...changes }, environment, files)).toEqual(everything)
  })

  // Ids of some providers have more digits than a number keeps.
  it('takes a number for a text as it is written', async () => {
    const changes = {
      allowed_audiences: '[170086774599581953, 0070]',
      allowed_subjects: '170086774599581953',
      'required_claims.level': '1.10',
      'required_claims.verified': 'true',
    }
    expect(await corp(changes)).toMatchObject({
      allowed_audiences: ['170086774599581953', '0070'],
      allowed_subjects: ['170086774599581953'],
      required_claims: { level: ['1.10'], verified: ['true'] },
    })
  })
})

describe('a setting of a realm of tokens is refused', () => {
  it.each<[name: string, value: string | null, problem: string]>([
    ['order', null, 'order: expected a whole number'],
    ['order', 'first', 'order: expected a whole number'],
    ['order', '1.5', 'order: expected a whole number'],
    ['enabled', 'yes', 'enabled: expected true or false'],
    [
      'token_type',
      'refresh_token',
      `token_type: Invalid value [refresh_token] for [${keyOf('token_type')}], allowed values are [id_token,access_token]`,
    ],
    ['token_type', '{ a: 1 }', `token_type: Missing text for [${keyOf('token_type')}].`],
    ['allowed_issuer', null, `allowed_issuer: Missing text for [${keyOf('allowed_issuer')}].`],
    ['allowed_issuer', '""', `allowed_issuer: Invalid empty value for [${keyOf('allowed_issuer')}].`],
    ['allowed_issuer', '" "', `allowed_issuer: Invalid empty value for [${keyOf('allowed_issuer')}].`],
    ['allowed_issuer', '[a]', `allowed_issuer: Missing text for [${keyOf('allowed_issuer')}].`],
    ['allowed_audiences', null, `allowed_audiences: Invalid empty list for [${keyOf('allowed_audiences')}].`],
    ['allowed_audiences', '[]', `allowed_audiences: Invalid empty list for [${keyOf('allowed_audiences')}].`],
    [
      'allowed_audiences',
      '[a, ""]',
      `allowed_audiences.1: Invalid empty value for [${keyOf('allowed_audiences')}].`,
    ],
    [
      'allowed_audiences',
      '"a,"',
      `allowed_audiences.1: Invalid empty value for [${keyOf('allowed_audiences')}].`,
    ],
    [
      'allowed_audiences',
      '[a, [b]]',
      `allowed_audiences.1: Missing text for [${keyOf('allowed_audiences')}].`,
    ],
    ['allowed_subjects', '', `allowed_subjects: Invalid empty list for [${keyOf('allowed_subjects')}].`],
    ['required_claims', '', 'required_claims: expected claims'],
    ['claim_patterns.principal', '', 'claim_patterns.principal: expected a regular expression'],
    [
      'ssl.certificate_authorities',
      '',
      `ssl.certificate_authorities: Invalid empty list for [${keyOf('ssl.certificate_authorities')}].`,
    ],
    ['claim_patterns', '', 'claim_patterns: Invalid input: expected object, received null'],
    ['allowed_subjects', '[]', `allowed_subjects: Invalid empty list for [${keyOf('allowed_subjects')}].`],
    [
      'allowed_subject_patterns',
      '[]',
      `allowed_subject_patterns: Invalid empty list for [${keyOf('allowed_subject_patterns')}].`,
    ],
    ['allowed_subject_patterns', '["/(/"]', 'allowed_subject_patterns: a regular expression cannot be read'],
    [
      'allowed_subject_patterns',
      '["/a(?=b)/"]',
      'allowed_subject_patterns: a regular expression cannot be read',
    ],
    ...['none', 'EdDSA', 'rs256', 'RS1'].map((algorithm): [string, string, string] => [
      'allowed_signature_algorithms',
      `[RS256, ${algorithm}]`,
      `allowed_signature_algorithms.1: Invalid value [${algorithm}] for [${keyOf('allowed_signature_algorithms')}]. ` +
        'Allowed values are [HS256,HS384,HS512,RS256,RS384,RS512,PS256,PS384,PS512,ES256,ES384,ES512].',
    ]),
    [
      'allowed_signature_algorithms',
      '[]',
      `allowed_signature_algorithms: Invalid empty list for [${keyOf('allowed_signature_algorithms')}].`,
    ],
    ['allowed_clock_skew', '61m', 'allowed_clock_skew: expected a time of at most 1h'],
    ['allowed_clock_skew', '-1s', 'allowed_clock_skew: expected a time such as 30s or 5m'],
    ['claims.principal', null, `claims.principal: Missing text for [${keyOf('claims.principal')}].`],
    ['claims.principal', '""', `claims.principal: Invalid empty value for [${keyOf('claims.principal')}].`],
    ['claims.mail', '""', `claims.mail: Invalid empty value for [${keyOf('claims.mail')}].`],
    ['claims.email', 'email', 'claims.email: unknown setting (did you mean mail?)'],
    ['populate_user_metadata', '1', 'populate_user_metadata: expected true or false'],
    [
      'client_authentication.type',
      'mtls',
      `client_authentication.type: Invalid value [mtls] for [${keyOf('client_authentication.type')}], allowed values are [shared_secret,none]`,
    ],
    [
      'client_authentication.rotation_grace_period',
      '1 m',
      'client_authentication.rotation_grace_period: expected a time such as 30s or 5m',
    ],
    ['jwt.cache.ttl', '5', 'jwt.cache.ttl: expected a time such as 30s or 5m'],
    ['jwt.cache.size', '-1', 'jwt.cache.size: expected a whole number from 0 to 10000000'],
    ['jwt.cache.size', 'many', 'jwt.cache.size: expected a whole number from 0 to 10000000'],
    ['http.connect_timeout', '0', 'http.connect_timeout: expected more than 0 and at most 1m'],
    [
      'http.connection_read_timeout',
      '2m',
      'http.connection_read_timeout: expected more than 0 and at most 1m',
    ],
    ['http.socket_timeout', 'x', 'http.socket_timeout: expected a time such as 30s or 5m'],
    ['http.max_connections', '0', 'http.max_connections: expected a whole number from 1 to 10000'],
    [
      'http.max_endpoint_connections',
      '10001',
      'http.max_endpoint_connections: expected a whole number from 1 to 10000',
    ],
    ['http.proxy.host', 'x', 'http.proxy: unknown setting'],
    ['pkc_jwkset_reload.enabled', 'on', 'pkc_jwkset_reload.enabled: expected true or false'],
    ['pkc_jwkset_reload.file_interval', '999ms', 'pkc_jwkset_reload.file_interval: expected from 1s to 10d'],
    [
      'pkc_jwkset_reload.url_interval_max',
      '11d',
      'pkc_jwkset_reload.url_interval_max: expected from 1s to 10d',
    ],
    [
      'authorization_realms',
      '',
      `authorization_realms: Invalid empty list for [${keyOf('authorization_realms')}].`,
    ],
    [
      'authorization_realms',
      '[]',
      `authorization_realms: Invalid empty list for [${keyOf('authorization_realms')}].`,
    ],
    [
      'ssl.certificate_authorities',
      'missing.pem',
      'ssl.certificate_authorities.0: the file cannot be read: there is none at that path; a relative one begins at the folder of the settings (ENOENT)',
    ],
    [
      'ssl.certificate_authorities',
      'none.pem',
      'ssl.certificate_authorities.0: expected a file of certificates as PEM',
    ],
    [
      'ssl.verification_mode',
      'strict',
      `ssl.verification_mode: Invalid value [strict] for [${keyOf('ssl.verification_mode')}], allowed values are [full,certificate,none]`,
    ],
    ['ssl.keystore.path', 'x', 'ssl.keystore: unknown setting'],
    ['role_mapping', 'x', 'role_mapping: unknown setting'],
  ])('%s: %s', async (name, value, problem) => {
    expect(await corpProblems({ [name]: value }, {}, { 'none.pem': 'no certificate' })).toEqual([problem])
  })

  it('with its line and its path', async () => {
    const settings = `# a comment\n${corpSettings({ allowed_clock_skew: 'x' })}`
    expect(await problems(settings)).toEqual([
      'gateway.yml:8: realms.jwt.corp.allowed_clock_skew: expected a time such as 30s or 5m',
    ])
  })

  it.each(['5', 'text', '[]'])('that is all of them: %s', async (text) => {
    expect(await problems(`realms.jwt.corp: ${text}`)).toEqual([
      expect.stringMatching(/^gateway\.yml:1: realms\.jwt\.corp: .*expected object/),
    ])
  })
})

describe('claims that stand in for others', () => {
  const access = { token_type: 'access_token', allowed_subjects: 'me' }

  it.each([
    ['sub', 'iss'],
    ['sub', 'sub'],
    ['sub', 'aud'],
    ['sub', 'exp'],
    ['aud', 'nbf'],
    ['aud', 'iat'],
    ['aud', 'jti'],
  ])('are no registered ones: %s by %s', async (claim, other) => {
    const setting = `fallback_claims.${claim}`
    expect(await corpProblems({ ...access, [setting]: other })).toEqual([
      `${setting}: Invalid fallback claims setting [${keyOf(setting)}]. Claim [${claim}] cannot fallback to a registered claim [${other}]`,
    ])
  })

  it('are not for ID tokens', async () => {
    const changes = { 'fallback_claims.sub': 'client_id', 'fallback_claims.aud': 'scope' }
    const refusal = (claim: string) =>
      `fallback_claims.${claim}: fallback claim setting [${keyOf(`fallback_claims.${claim}`)}] is not allowed when JWT realm [corp] is [id_token] type`
    expect(await corpProblems(changes)).toEqual([refusal('sub'), refusal('aud')])
    expect(await corp({ ...access, ...changes })).toMatchObject({
      fallback_claims: { sub: 'client_id', aud: 'scope' },
    })
  })

  it('stand in only for sub and aud', async () => {
    expect(await corpProblems({ ...access, 'fallback_claims.iss': 'x' })).toEqual([
      'fallback_claims.iss: unknown setting',
    ])
  })
})

describe('required claims', () => {
  it.each(['iss', 'sub', 'aud', 'exp', 'nbf', 'iat'])(
    'cannot be %s, which is checked anyway',
    async (claim) => {
      const setting = `required_claims.${claim}`
      expect(await corpProblems({ [setting]: 'x' })).toEqual([
        `${setting}: required claim [${keyOf(setting)}] cannot be one of [iss,sub,aud,exp,nbf,iat]`,
      ])
    },
  )

  it.each(['""', '[]', '[""]', '{}', 'null', '', '"a,,b"', '[[a]]'])('cannot be empty: %s', async (value) => {
    expect(await corpProblems({ 'required_claims.tenant.id': value })).toEqual([
      `required_claims.tenant.id: required claim [${keyOf('required_claims.tenant.id')}] cannot be empty`,
    ])
  })

  it('may be jti, and have dots or the names of what every object has, however they are written', async () => {
    const names =
      'jti: j\n  https://example.com/a: b\n  constructor: c\n  toString: d\n  a: { b.c: e, d: f }\n'
    const text = `${corpSettings()}realms.jwt.corp.required_claims:\n  ${names}`
    expect((await load(text)).settings.realms.jwt.corp?.required_claims).toEqual({
      jti: ['j'],
      'https://example.com/a': ['b'],
      constructor: ['c'],
      toString: ['d'],
      'a.b.c': ['e'],
      'a.d': ['f'],
    })
  })

  it.each(['__proto__: x', '__proto__.typ: x', 'a.__proto__: x'])(
    'cannot have __proto__ in their name: %s',
    async (claim) => {
      expect(await problems(`${corpSettings()}realms.jwt.corp.required_claims.${claim}`)).toEqual([
        expect.stringMatching(/^gateway\.yml:7: realms\.jwt\.corp\.required_claims\..*: unknown setting$/),
      ])
    },
  )

  it.each(['5', 'text', '[a]'])('stand by their names: %s', async (value) => {
    expect(await corpProblems({ required_claims: value })).toEqual(['required_claims: expected claims'])
  })
})

describe('a pattern of a claim', () => {
  it.each(['principal', 'groups', 'dn', 'mail', 'name'])(
    'is a regular expression that RE2 knows, with one group: %s',
    async (claim) => {
      const setting = `claim_patterns.${claim}`
      for (const pattern of ['a', '(a)(b)', '(', '"(a)(?=b)"', '"(a)\\\\1"', '"(?:a)"', '5', '[a]']) {
        expect(await corpProblems({ [`claims.${claim}`]: 'x', [setting]: pattern })).toEqual([
          expect.stringMatching(new RegExp(`^${setting}: expected a regular expression`)),
        ])
      }
    },
  )

  it.each(['groups', 'dn', 'mail', 'name'])('needs its claim: %s', async (claim) => {
    const setting = `claim_patterns.${claim}`
    expect(await corpProblems({ [setting]: '(.*)' })).toEqual([
      `${setting}: Setting [${keyOf(setting)}] cannot be set unless [${keyOf(`claims.${claim}`)}] is also set`,
    ])
  })
})

describe('what settings of a realm of tokens need of each other', () => {
  const key = { hmac_key: '${S}' }
  const set = { hmac_jwkset: '${S}' }
  const missing = (setting: string, algorithms: string) =>
    `${setting}: Missing setting for [${keyOf(setting)}]. It is required for the algorithms [${algorithms}]`
  const superfluous = (setting: string) =>
    `${setting}: Setting [${keyOf(setting)}] is not supported, because no allowed signature algorithm uses it`
  const type = keyOf('client_authentication.type')
  const unsupported = `Setting [${keyOf('self_activation')}] is not supported, because setting [${type}] is [shared_secret]`
  const shared = 'client_authentication.shared_secret'

  it.each<[string, Record<string, string | null>, string[]]>([
    [
      'access tokens: subjects',
      { token_type: 'access_token' },
      [
        `allowed_subjects: One of either [${keyOf('allowed_subjects')}] or [${keyOf('allowed_subject_patterns')}] must be specified and not be empty.`,
      ],
    ],
    ['RS256, by default: public keys', { pkc_jwkset_path: null }, [missing('pkc_jwkset_path', 'RS256')]],
    [
      'ES, PS and RS: public keys',
      { pkc_jwkset_path: null, allowed_signature_algorithms: '[PS384, HS256, ES512]', ...key },
      [missing('pkc_jwkset_path', 'PS384,ES512')],
    ],
    [
      'HS: a key',
      { pkc_jwkset_path: null, allowed_signature_algorithms: '[HS256, HS384]' },
      [missing('hmac_key', 'HS256,HS384')],
    ],
    [
      'public keys: an algorithm',
      { allowed_signature_algorithms: 'HS256', ...key },
      [superfluous('pkc_jwkset_path')],
    ],
    ['a key: HS', key, [superfluous('hmac_key')]],
    ['keys: HS', set, [superfluous('hmac_jwkset')]],
    [
      'one of key and keys',
      { allowed_signature_algorithms: '[HS256, RS256]', ...key, ...set },
      [`hmac_key: Settings [${keyOf('hmac_jwkset')}] and [${keyOf('hmac_key')}] cannot be used together`],
    ],
    [
      'a shared secret by default',
      { 'client_authentication.type': null },
      [
        `${shared}: Missing setting for [${keyOf(shared)}]. It is required when setting [${type}] is [shared_secret]`,
      ],
    ],
    [
      'no shared secret where there is none',
      { [shared]: '${S}' },
      [`${shared}: Setting [${keyOf(shared)}] is not supported, because setting [${type}] is [none]`],
    ],
    [
      'no shared secret where users activate themselves: a browser cannot keep it',
      { self_activation: 'true', 'client_authentication.type': 'shared_secret', [shared]: '${S}' },
      [`self_activation: ${unsupported}`],
    ],
    [
      'no shared secret where users activate themselves, also by default',
      { self_activation: 'true', 'client_authentication.type': null, [shared]: '${S}' },
      [`self_activation: ${unsupported}`],
    ],
    [
      'intervals in order',
      { 'pkc_jwkset_reload.url_interval_min': '2m', 'pkc_jwkset_reload.url_interval_max': '1m' },
      ['pkc_jwkset_reload.url_interval_max: expected no less than url_interval_min, which is 1m if not set'],
    ],
    [
      'intervals in order, also with the default',
      { 'pkc_jwkset_reload.url_interval_max': '30s' },
      ['pkc_jwkset_reload.url_interval_max: expected no less than url_interval_min, which is 1m if not set'],
    ],
  ])('%s', async (_, changes, expected) => {
    expect(await corpProblems(changes, { S: secret })).toEqual(expected)
  })

  it('is said all at once, beside what is wrong in itself', async () => {
    const changes = {
      order: 'x',
      colour: 'red',
      token_type: 'access_token',
      allowed_clock_skew: 'soon',
      allowed_signature_algorithms: '[HS256, ES256]',
      pkc_jwkset_path: null,
      'claims.principal': '""',
      'claim_patterns.mail': '(.*)',
      'pkc_jwkset_reload.url_interval_max': '30s',
      [shared]: '${S}',
    }
    const said = await corpProblems(changes, { S: secret })
    expect(said.map((problem) => problem.split(':')[0]).toSorted()).toEqual(
      [
        'order',
        'colour',
        'allowed_subjects',
        'allowed_clock_skew',
        'hmac_key',
        'pkc_jwkset_path',
        'claims.principal',
        'claim_patterns.mail',
        'pkc_jwkset_reload.url_interval_max',
        shared,
      ].toSorted(),
    )
  })

  it.each([
    { token_type: 'x', 'fallback_claims.sub': 'client_id' },
    { allowed_signature_algorithms: '[HS257]' },
    { allowed_signature_algorithms: '[]', pkc_jwkset_path: null },
    { 'client_authentication.type': 'x', [shared]: '${S}' },
    { 'pkc_jwkset_reload.url_interval_min': 'x' },
    { client_authentication: '5', 'client_authentication.type': null },
  ])('is not guessed where something is wrong in itself: %j', async (changes) => {
    expect(await corpProblems(changes, { S: secret })).toHaveLength(1)
  })
})

describe('a secret', () => {
  const settings = ['hmac_key', 'hmac_jwkset', 'client_authentication.shared_secret'] as const
  const beside = (setting: (typeof settings)[number]) =>
    setting.startsWith('hmac')
      ? { pkc_jwkset_path: null, allowed_signature_algorithms: 'HS256' }
      : { 'client_authentication.type': 'shared_secret' }
  const refusal = 'a secret does not stand in the file itself: expected ${NAME} or ${file:path}'

  it.each(settings)('does not stand in the file itself, not even in part: %s', async (setting) => {
    for (const value of [secret, `"${secret}"`, `x\${S}`, '${S}x', '"${S}${S}"', '" ${S}"', '12345678']) {
      const said = await corpProblems({ ...beside(setting), [setting]: value }, { S: secret })
      expect(said).toEqual([`${setting}: ${refusal}`])
      expect(said.join()).not.toContain(secret)
    }
  })

  it.each(settings)(
    'comes from the environment, or from a file whose last line end does not count: %s',
    async (setting) => {
      const name = setting.split('.').at(-1) ?? ''
      const given = setting === 'hmac_jwkset' ? secretSet : secret
      const read = async (value: string) => {
        const realm = await corp({ ...beside(setting), [setting]: value }, { S: given }, { s: `${given}\n` })
        return { ...realm, ...realm?.client_authentication }
      }
      expect(await read('${S}')).toMatchObject({ [name]: { value: given, file: null } })
      expect(await read('"${file:s}"')).toMatchObject({
        [name]: { value: given, file: expect.stringMatching(/^\/.*\/s$/) as string },
      })
    },
  )

  it.each(settings)('is there, and not empty: %s', async (setting) => {
    const said = (value: string, environment = {}) =>
      problems(corpSettings({ ...beside(setting), [setting]: value }), environment)
    expect(await said('${S}')).toContainEqual(
      expect.stringMatching(/: \$\{S\}: there is no environment variable S$/),
    )
    expect(await said('${file:s}')).toContainEqual(
      expect.stringMatching(/: \$\{file:s\}: \/.*\/s cannot be read: there is no such file \(ENOENT\)$/),
    )
    expect(await said('${S}', { S: '' })).toEqual([
      expect.stringContaining(`Invalid empty value for [${keyOf(setting)}].`),
    ])
  })

  it.each([
    [
      'hmac_key',
      'HS512',
      'x'.repeat(63),
      'it holds no key that is long enough for an allowed signature algorithm',
    ],
    [
      'hmac_jwkset',
      'HS512',
      secretSet.replace(/"k":"[^"]{20}/, '"k":"'),
      'it holds no key that is long enough for an allowed signature algorithm',
    ],
    ['hmac_jwkset', 'HS256', 's3cret', 'it is no JWK set: no strict JSON at line 1, column 1'],
  ])('is a key that can be used: %s for %s', async (setting, algorithm, value, problem) => {
    const changes = { pkc_jwkset_path: null, allowed_signature_algorithms: algorithm, [setting]: '${S}' }
    expect(await corpProblems(changes, { S: value })).toEqual([`${setting}: ${problem}`])
  })

  it('is never repeated, whatever else is wrong', async () => {
    const text = corpSettings({
      hmac_key: '${S}',
      hmac_jwkset: '${file:s}',
      'client_authentication.shared_secret': secret,
      token_type: 'access_token',
      order: 'x',
    })
    const failure: unknown = await load(text, { S: secret }, { s: secret }).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(Failure)
    const { message, problems: said, stack, cause } = failure as Failure
    expect(said.length).toBeGreaterThan(3)
    expect([message, ...said, stack, String(cause)].join('\n')).not.toContain(secret)
  })
})

describe('where public keys are', () => {
  it.each([
    'https://idp.example.com/keys',
    'HTTPS://IDP.example.com/keys',
    'https://10.0.0.1:8443/',
    'http://127.0.0.1/keys',
    'http://127.0.0.1:8080/keys?a=b',
    'http://127.255.3.4',
    'HTTP://127.0.0.1/',
    'http://[::1]/keys',
    'http://[::1]:8080',
  ])('may be %s', async (url) => {
    expect(await corp({ pkc_jwkset_path: `"${url}"` })).toMatchObject({
      pkc_jwkset_path: { kind: 'url', url },
    })
  })

  it.each([
    'http://idp.example.com/keys',
    'http://localhost/keys',
    'http://127.evil.com/',
    'http://127.0.0.1.evil.com/',
    'http://0x7f000001/',
    'http://0x7f.1/',
    'http://2130706433/',
    'http://017700000001/',
    'http://127.1/',
    'http://127.0.0.01/',
    'http://127.0.0.1./',
    'http://%31%32%37.0.0.1/',
    'http://１２７.0.0.1/',
    'http://126.0.0.1/',
    'http://0.0.0.0/',
    'http://[::]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://[::127.0.0.1]/',
    'http://[fe80::1]/',
  ])('cannot be %s, which leads elsewhere, or might', async (url) => {
    expect(await corpProblems({ pkc_jwkset_path: `"${url}"` })).toEqual([
      `pkc_jwkset_path: Not allowed to use HTTP URI [${url}]. Only HTTPS is supported.`,
    ])
  })

  it.each([
    'https://user:pass-w0rd@idp.example.com/',
    'https://user@idp.example.com/',
    'https://:pass-w0rd@idp.example.com/',
    'http://127.0.0.1:80@idp.example.com/',
    'http://user:pass-w0rd@127.0.0.1/',
  ])('cannot be %s: credentials are not for URLs', async (url) => {
    expect(await corpProblems({ pkc_jwkset_path: `"${url}"` })).toEqual([
      'pkc_jwkset_path: a URL must not hold credentials',
    ])
  })

  it.each(['ftp://idp.example.com/', 'file:///etc/keys', 'https://', 'https://[/', 'http://127.0.0.256/'])(
    'cannot be %s',
    async (url) => {
      expect(await corpProblems({ pkc_jwkset_path: `"${url}"` })).toEqual([
        'pkc_jwkset_path: expected an https URL, or a file',
      ])
    },
  )

  it.each([
    ['keys/corp.json', /\/gateway-[^/]+\/keys\/corp\.json$/],
    ['/etc/keys.json', /^\/etc\/keys\.json$/],
    ['../keys.json', /^\/.*\/keys\.json$/],
  ])('may be a file, by its path from the settings: %s', async (path, expected) => {
    expect(await corp({ pkc_jwkset_path: path })).toMatchObject({
      pkc_jwkset_path: { kind: 'file', path: expect.stringMatching(expected) as string },
    })
  })
})
