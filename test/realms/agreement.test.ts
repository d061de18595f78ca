import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { createApp, type App } from '../../src/app.ts'
import { Failure } from '../../src/errors.ts'
import { gateway, type Process } from '../cliProcess.ts'
import { emptyDatabase } from '../support/emptyDatabase.ts'
import { hmacKey, hmacRealm } from '../support/hmacTokens.ts'
import { load } from '../support/loading.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { elastic } from '../support/testApp.ts'
import { databaseName, databaseOfTest, newDatabase, type NewDatabase } from '../support/testDatabase.ts'

type Environment = Readonly<Record<string, string>>

const corp = (more: Readonly<Record<string, string>> = {}) => hmacRealm('corp', 1, more)
const partner = (more: Readonly<Record<string, string>> = {}) => hmacRealm('partner', 2, more)
const staff =
  'domains.staff: { realms: [native, corp], uid_generation: { literal_username: true, suffix: x } }\n'
const agreed = corp() + partner() + staff

interface Start {
  settings: string
  adoptRealms?: boolean
  environment?: Environment
  files?: Environment
}

/** Puts a gateway together on the database, which is closed when the test is over. */
async function start(
  { url, clock }: Pick<NewDatabase, 'url' | 'clock'>,
  { settings, adoptRealms = false, environment = {}, files = {} }: Start,
): Promise<App> {
  const given = { DATABASE_URL: url, ELASTIC_PASSWORD: elastic.password, HMAC_KEY: hmacKey, ...environment }
  const config = await load(settings, given, files)
  const app = await createApp({
    config,
    logger: pino({ level: 'silent' }),
    clock,
    adoptRealms,
    auditTo: null,
  })
  onTestFinished(() => app.close())
  return app
}

/** Whether it starts, or what it is refused for. */
async function attempt(...given: Parameters<typeof start>): Promise<Failure | null> {
  try {
    await (await start(...given)).close()
    return null
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
}

/** Everything that the tables hold. */
async function contentOf({ run }: Pick<NewDatabase, 'run'>): Promise<unknown> {
  const tables = ['cluster', 'users', 'roles', 'profiles']
  return Promise.all(tables.map((table) => run(`SELECT * FROM ${table}`)))
}

async function realmsIn({ run }: Pick<NewDatabase, 'run'>): Promise<string | null> {
  const rows = (await run('SELECT realms FROM cluster')) as [string | null][]
  return rows[0]?.[0] ?? null
}

describe('a gateway on a database whose gateways have agreed', () => {
  let made: NewDatabase
  let first: Promise<Failure | null> | undefined
  beforeAll(async () => {
    made = await newDatabase()
  })
  beforeEach(async () => {
    expect(await (first ??= attempt(made, { settings: agreed }))).toBeNull()
  })
  afterAll(() => made.remove())

  it('finds what they agree on, as far as it decides whose profile it is, and no secret', async () => {
    const realm = { token_type: 'id_token' }
    const line = (name: string) =>
      `realm jwt/${name} ${JSON.stringify({ ...realm, allowed_issuer: `https://${name}.example.com/`, fallback_claims: {}, principal: { claim: 'sub' } })}`
    expect((await realmsIn(made))?.split('\n')).toEqual([
      'domain staff {"realms":["jwt/corp","native/native"],"literalSuffix":"x"}',
      line('corp'),
      line('partner'),
      'realm native/native {}',
      'asked native/native, jwt/corp, jwt/partner',
    ])
    expect(
      JSON.stringify(await contentOf(made), (_, value: unknown) =>
        typeof value === 'bigint' ? Number(value) : value,
      ),
    ).not.toContain(hmacKey)
  })

  const access = { token_type: 'access_token', allowed_subjects: 'me' }
  /** The line of the realms that are asked: beside the native one, those that are agreed on unless named. */
  const asked = (whose: 'agreed' | 'here', ...realms: string[]) =>
    `${`${whose}:`.padEnd(7)} asked ${['native/native', ...(realms.length > 0 ? realms : ['jwt/corp', 'jwt/partner'])].join(', ')}`

  it.each<[string, string, names: string[]]>([
    [
      'a realm more',
      agreed + hmacRealm('third', 3),
      [asked('agreed'), 'here:   realm jwt/third', asked('here', 'jwt/corp', 'jwt/partner', 'jwt/third')],
    ],
    [
      'a realm less',
      corp() + staff,
      ['agreed: realm jwt/partner', asked('agreed'), asked('here', 'jwt/corp')],
    ],
    [
      'a realm that asks a cluster',
      `${agreed}realms.elasticsearch.main: { order: 3, hosts: "https://es.example.com" }\n`,
      [
        asked('agreed'),
        'here:   realm elasticsearch/main',
        asked('here', 'jwt/corp', 'jwt/partner', 'elasticsearch/main'),
      ],
    ],
    [
      'a realm that is not asked',
      corp() + partner({ enabled: 'false' }) + staff,
      [asked('agreed'), asked('here', 'jwt/corp')],
    ],
    [
      'a realm of another name',
      corp() + hmacRealm('other', 2, { allowed_issuer: 'https://partner.example.com/' }) + staff,
      [
        'agreed: realm jwt/partner',
        asked('agreed'),
        'here:   realm jwt/other',
        asked('here', 'jwt/corp', 'jwt/other'),
      ],
    ],
    [
      'the native realm not asked',
      `${agreed}realms.native.native: { order: 0, enabled: false }\n`,
      [asked('agreed'), 'here:   asked jwt/corp, jwt/partner'],
    ],
    [
      'another name of the native realm',
      `${agreed.replace('[native', '[people')}realms.native.people.order: 0\n`,
      [
        'agreed: domain staff',
        'agreed: realm native/native',
        asked('agreed'),
        'here:   domain staff',
        'here:   realm native/people',
        'here:   asked native/people, jwt/corp, jwt/partner',
      ],
    ],
    [
      'another order of realms',
      hmacRealm('corp', 9) + hmacRealm('partner', 8) + staff,
      [asked('agreed'), asked('here', 'jwt/partner', 'jwt/corp')],
    ],
    [
      'another issuer',
      corp({ allowed_issuer: 'https://corp.example.com' }) + partner() + staff,
      ['agreed: realm jwt/corp', 'here:   realm jwt/corp'],
    ],
    [
      'tokens of another type',
      corp(access) + partner() + staff,
      ['agreed: realm jwt/corp', 'here:   realm jwt/corp'],
    ],
    [
      'another claim as principal',
      corp({ 'claims.principal': 'email' }) + partner() + staff,
      ['agreed: realm jwt/corp', 'here:   realm jwt/corp'],
    ],
    [
      'a part of that claim',
      corp({ 'claim_patterns.principal': '(.*)' }) + partner() + staff,
      ['agreed: realm jwt/corp', 'here:   realm jwt/corp'],
    ],
    [
      'a claim that stands in for another',
      corp({ ...access, 'fallback_claims.sub': 'client_id' }) + partner() + staff,
      ['agreed: realm jwt/corp', 'here:   realm jwt/corp'],
    ],
    ['a domain more', `${agreed}domains.more.realms: partner\n`, ['here:   domain more']],
    ['a domain less', corp() + partner(), ['agreed: domain staff']],
    [
      'another name of a domain',
      agreed.replace('.staff', '.people'),
      ['agreed: domain staff', 'here:   domain people'],
    ],
    [
      'a realm more in a domain',
      agreed.replace('[native', '[partner, native'),
      ['agreed: domain staff', 'here:   domain staff'],
    ],
    [
      'a realm less in a domain',
      agreed.replace('[native, corp]', '[native]'),
      ['agreed: domain staff', 'here:   domain staff'],
    ],
    [
      'another suffix',
      agreed.replace('suffix: x', 'suffix: y'),
      ['agreed: domain staff', 'here:   domain staff'],
    ],
    [
      'uids of another kind',
      agreed.replace(/, uid_generation.*\}/, ' }'),
      ['agreed: domain staff', 'here:   domain staff'],
    ],
  ])('is refused if it has %s, told what differs, and changes nothing', async (_, settings, names) => {
    const before = await contentOf(made)
    const failure = await attempt(made, { settings })
    expect(failure).toMatchObject({
      code: 'CONFIGURATION',
      message: expect.stringMatching(
        /^realms and domains are not those .* `profile-gateway serve --adopt-realms` /,
      ) as string,
    })
    expect(failure?.problems.map((problem) => problem.replace(/ \{.*/, ''))).toEqual(names)
    expect(await contentOf(made)).toEqual(before)
  })

  const jwks = { 'jwks.json': '{"keys": []}' }
  const rsa =
    'realms.jwt.corp.allowed_signature_algorithms: [HS256, RS256]\nrealms.jwt.corp.pkc_jwkset_path: jwks.json\n'

  it.each<[string, Omit<Start, 'adoptRealms'>]>([
    ['the same', { settings: agreed }],
    [
      'other numbers for the order of realms',
      { settings: hmacRealm('corp', 8) + hmacRealm('partner', 9) + staff },
    ],
    ['another order of lines', { settings: staff + partner() + corp() }],
    ['what holds by default', { settings: `${agreed}realms.native.native: { order: 0, enabled: true }\n` }],
    [
      'Elasticsearch’s prefix',
      { settings: agreed.replace(/^/gm, 'xpack.security.authc.').replace(/xpack\.security\.authc\.$/, '') },
    ],
    ['another order in a domain', { settings: agreed.replace('[native, corp]', '[corp, native, corp]') }],
    ['Elasticsearch’s name of the native realm', { settings: agreed.replace('[native', '[default_native') }],
    ['other audiences', { settings: corp({ allowed_audiences: '[a, b]' }) + partner() + staff }],
    ['other subjects', { settings: corp({ allowed_subject_patterns: 'a*' }) + partner() + staff }],
    [
      'other claims for name, mail and groups',
      { settings: corp({ 'claims.mail': 'mail', 'claims.name': 'name' }) + partner() + staff },
    ],
    ['claims that are required', { settings: corp({ 'required_claims.a': 'b' }) + partner() + staff }],
    ['another secret', { settings: agreed, environment: { HMAC_KEY: `${hmacKey}-another` } }],
    ['other keys', { settings: agreed.replace(/.*corp\.allowed_sig.*\n/, '') + rsa, files: jwks }],
    [
      'a secret of clients',
      {
        settings:
          corp({
            'client_authentication.type': 'shared_secret',
            'client_authentication.shared_secret': '${HMAC_KEY}',
          }) +
          partner() +
          staff,
      },
    ],
    [
      'other times and sizes',
      {
        settings:
          corp({ 'http.connect_timeout': '1s', allowed_clock_skew: '1s', 'jwt.cache.size': '1' }) +
          partner() +
          staff,
      },
    ],
    ['realms that look up users', { settings: corp({ authorization_realms: 'native' }) + partner() + staff }],
    ['other settings', { settings: `${agreed}activation.unchanged_grace: 1s\n` }],
  ])('starts if it has %s', async (_, given) => {
    const before = await realmsIn(made)
    expect(await attempt(made, given)).toBeNull()
    expect(await realmsIn(made)).toBe(before)
  })
})

describe('gateways that ask one cluster', () => {
  const main = (more: string) => `realms.elasticsearch.main: { order: 1, ${more} }\n`

  it('agree on it by its name, wherever each of them asks it', async () => {
    const made = await databaseOfTest()
    expect(await attempt(made, { settings: main('hosts: "https://one.example.com"') })).toBeNull()
    expect(await realmsIn(made)).toBe(
      'realm elasticsearch/main {}\nrealm native/native {}\nasked native/native, elasticsearch/main',
    )
    const elsewhere = 'hosts: "https://two.example.com", cache.ttl: 5s, ssl.verification_mode: none'
    expect(await attempt(made, { settings: main(elsewhere) })).toBeNull()
    expect(await attempt(made, { settings: main(`${elsewhere}, enabled: false`) })).toBeInstanceOf(Failure)
  })
})

describe('a gateway that is told to adopt its realms', () => {
  it('makes them those on which all agree: those of before are refused then', async () => {
    const made = await databaseOfTest()
    expect(await attempt(made, { settings: agreed })).toBeNull()
    expect(await attempt(made, { settings: corp() })).toBeInstanceOf(Failure)
    expect(await attempt(made, { settings: corp(), adoptRealms: true })).toBeNull()
    expect(await attempt(made, { settings: corp() })).toBeNull()
    expect(await attempt(made, { settings: corp(), adoptRealms: true })).toBeNull()
    expect((await attempt(made, { settings: agreed }))?.problems).toEqual([
      'agreed: asked native/native, jwt/corp',
      expect.stringMatching(/^here: {3}domain staff /),
      expect.stringMatching(/^here: {3}realm jwt\/partner /),
      'here:   asked native/native, jwt/corp, jwt/partner',
    ])
    expect(await attempt(made, { settings: agreed, adoptRealms: true })).toBeNull()
    expect(await attempt(made, { settings: agreed })).toBeNull()
  })

  it('may be the first one', async () => {
    const made = await databaseOfTest()
    expect(await attempt(made, { settings: agreed, adoptRealms: true })).toBeNull()
    expect(await attempt(made, { settings: agreed })).toBeNull()
  })

  it('changes neither users nor profiles', async () => {
    const made = await databaseOfTest()
    await attempt(made, { settings: agreed })
    const [, ...before] = (await contentOf(made)) as unknown[]
    await attempt(made, { settings: corp(), adoptRealms: true })
    const [, ...after] = (await contentOf(made)) as unknown[]
    expect(after).toEqual(before)
  })
})

describe('a gateway that serves while another one has its own realms adopted', () => {
  it('is not ready any more', async () => {
    const made = await databaseOfTest()
    const { server } = await start(made, { settings: agreed })
    const ready = async () => {
      const { statusCode, body } = await server.inject('/health/ready')
      return [statusCode, body] as const
    }
    expect(await ready()).toEqual([200, '{"status":"ready"}'])
    await made.run(`UPDATE cluster SET realms = 'realm native/native {}'`)
    expect(await ready()).toEqual([503, expect.stringContaining('realms and domains are not those')])
  })
})

describe('a gateway that does not start for another reason', () => {
  it.each<[string, Omit<Start, 'adoptRealms'>]>([
    ['the superuser has no password', { settings: agreed, environment: { ELASTIC_PASSWORD_FILE: 'none' } }],
  ])('agrees on nothing: %s', async (_, given) => {
    const made = await databaseOfTest()
    const { ELASTIC_PASSWORD_FILE: missing, ...environment } = given.environment ?? {}
    const config = await load(given.settings, {
      DATABASE_URL: made.url,
      HMAC_KEY: hmacKey,
      ...environment,
      ...(missing === undefined && { ELASTIC_PASSWORD: elastic.password }),
    })
    const parts = { config, logger: pino({ level: 'silent' }), clock: made.clock }
    for (const adoptRealms of [false, true]) {
      await expect(createApp({ ...parts, adoptRealms })).rejects.toMatchObject({ code: 'CONFIGURATION' })
      expect(await realmsIn(made)).toBeNull()
    }
    expect(await attempt(made, { settings: corp() })).toBeNull()
  })
})

// Only one gateway can have an SQLite database.
describe.runIf(databaseName === 'postgresql')('gateways that start at once on an empty database', () => {
  it('all start if they have the same realms', async () => {
    const made = await emptyDatabase()
    const attempts = Array.from({ length: 4 }, () => attempt(made, { settings: agreed }))
    expect(await Promise.all(attempts)).toEqual([null, null, null, null])
  })

  it('agree on those of one of them, and the others are refused', async () => {
    const made = await emptyDatabase()
    const all = [agreed, corp(), partner(), '{}']
    const answers = await Promise.all(all.map((settings) => attempt(made, { settings })))
    expect(answers.filter((answer) => answer === null)).toHaveLength(1)
    for (const [index, answer] of answers.entries()) {
      const again = await attempt(made, { settings: all[index] ?? '' })
      expect(again?.problems).toEqual(answer?.problems)
    }
  })
})

describe('a gateway process', { timeout: 120_000 }, () => {
  /** One with settings of its own, on the database of the others. */
  async function served({ url }: NewDatabase, settings: string, ...flags: string[]): Promise<Process> {
    const own = join(await temporaryFolder(), 'own')
    await mkdir(own)
    await writeFile(join(own, 'gateway.yml'), settings)
    const environment = { DATABASE_URL: url, ELASTIC_PASSWORD: elastic.password, HMAC_KEY: hmacKey }
    return gateway(['serve', ...flags], own, environment)
  }

  async function startsAndStops(...given: Parameters<typeof served>): Promise<string> {
    const process = await served(...given)
    await process.address()
    expect(await process.stop()).toBe(0)
    return process.out + process.err
  }

  it('whose realms are others ends with 78 before it listens, and says what differs, unless it is to adopt them', async () => {
    const made = await databaseOfTest()
    const printed = [await startsAndStops(made, agreed), await startsAndStops(made, agreed)]
    const before = await contentOf(made)

    const other = corp({ 'claims.principal': 'email' }) + partner() + staff
    const refused = await served(made, other)
    expect(await refused.ended).toBe(78)
    expect(refused.out).toBe('')
    const line = (claim: string) =>
      'realm jwt/corp {"token_type":"id_token","allowed_issuer":"https://corp.example.com/",' +
      `"fallback_claims":{},"principal":{"claim":"${claim}"}}`
    expect(refused.err).toBe(
      'profile-gateway: realms and domains are not those on which the gateways of this database have agreed: other ones ' +
        'could lead users to other profiles. `profile-gateway serve --adopt-realms` has all agree on those of this one, if that is meant\n' +
        `  agreed: ${line('sub')}\n  here:   ${line('email')}\n`,
    )
    expect(await contentOf(made)).toEqual(before)

    printed.push(await startsAndStops(made, other, '--adopt-realms'), await startsAndStops(made, other))
    const former = await served(made, agreed)
    expect(await former.ended).toBe(78)
    expect(former.err).toContain(`agreed: ${line('email')}\n  here:   ${line('sub')}\n`)
    expect([...printed, refused.err, former.out, former.err].join('\n')).not.toContain(hmacKey)
  })
})
