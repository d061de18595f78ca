import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startCluster, type Cluster } from '../support/cluster.ts'
import { hmacKey, hmacRealm, hmacToken } from '../support/hmacTokens.ts'
import { jacknich, loginBackend, nobody, provision } from '../support/people.ts'
import { activateProfile } from '../support/profileBody.ts'
import { basic, createTestApp, elastic, graphql, rest, type TestApp } from '../support/testApp.ts'
import { parseExposition, sumOf, type Family } from './exposition.ts'

type Families = ReadonlyMap<string, Family>
type Labels = Readonly<Record<string, string>>

const now = 1_800_000_000_000
const path = '/_security/profile/_activate'
const strange = { username: 'a-strange-name', password: 'a-str4nge-p@ssword' }
let app: TestApp
let cluster: Cluster

beforeAll(async () => {
  cluster = await startCluster()
  cluster.put(strange.password, {
    username: strange.username,
    roles: [],
    full_name: null,
    email: null,
    metadata: {},
    authentication_realm: { name: 'a-realm-of-a-cluster', type: 'ldap' },
  })
  app = await createTestApp({
    now,
    environment: { HMAC_KEY: hmacKey },
    settings: `
${hmacRealm('corp', 1, { self_activation: 'true' })}
realms.elasticsearch.main: { order: 2, hosts: "${cluster.url}" }
`,
  })
  await provision(app.fetch)
})
afterAll(async () => {
  await app.close()
  await cluster.close()
})

async function scrape(): Promise<Families> {
  return parseExposition((await rest(app.fetch, 'GET', '/metrics', elastic)).body as string)
}

/** By how much what a metric counts is more after something is done. */
async function counting(work: () => Promise<unknown>) {
  const before = await scrape()
  await work()
  const after = await scrape()
  return (name: string, labels?: Labels) => {
    const full = `profile_gateway_${name}`
    return sumOf(after, full, labels) - sumOf(before, full, labels)
  }
}

const atRest = (grant: object, as = loginBackend) => rest(app.fetch, 'POST', path, as, grant)
const atGraphql = (grant: object, as = loginBackend) => graphql(app.fetch, as, activateProfile, { grant })
const withPassword = (person: typeof jacknich) => [
  () => atRest({ grant_type: 'password', ...person }),
  () => atGraphql({ password: person }),
]
const withToken = (token: string) => [
  () => atRest({ grant_type: 'access_token', access_token: token }),
  () => atGraphql({ accessToken: { token } }),
]

describe('an activation is counted at both doors alike', () => {
  const token = () => hmacToken('corp', { sub: 'j' }, now)
  const [native, corp, main] = [
    { realm_type: 'native', realm: 'native' },
    { realm_type: 'jwt', realm: 'corp' },
    { realm_type: 'elasticsearch', realm: 'main' },
  ]
  const none = { realm_type: 'none', realm: 'none' }

  it.each([
    ['that succeeds', () => withPassword(jacknich), 'password', native, 'success'],
    ['by a token of an issuer', () => withToken(token()), 'access_token', corp, 'success'],
    [
      'of a user of a cluster, by the realm that has asked',
      () => withPassword(strange),
      'password',
      main,
      'success',
    ],
    [
      'of nobody',
      () => withPassword({ ...jacknich, password: 'wr0ng-p@ssword' }),
      'password',
      none,
      'NOT_AUTHENTICATED',
    ],
    ['with a token of nobody', () => withToken('A'.repeat(43)), 'access_token', none, 'NOT_AUTHENTICATED'],
    [
      'that is no grant',
      () => withPassword({ ...jacknich, username: 'x'.repeat(2_000) }),
      'password',
      none,
      'INVALID_INPUT',
    ],
  ])('%s', async (_, ways, grantType, realm, outcome) => {
    for (const way of ways()) {
      const counted = await counting(way)
      expect(counted('activations_total')).toBe(1)
      expect(counted('activations_total', { grant_type: grantType, ...realm, outcome })).toBe(1)
      expect(counted('activation_duration_seconds', { grant_type: grantType })).toBe(1)
    }
  })

  it('that a caller may not ask for', async () => {
    const ways = [
      () => atRest({ grant_type: 'password', ...jacknich }, nobody),
      () => atGraphql({ password: jacknich }, nobody),
    ]
    for (const way of ways) {
      const counted = await counting(way)
      expect(counted('activations_total', { grant_type: 'password', ...none, outcome: 'FORBIDDEN' })).toBe(1)
      expect(counted('grant_authentication_duration_seconds')).toBe(0)
    }
  })

  it('of one’s own', async () => {
    const counted = await counting(() =>
      app.fetch('/graphql', {
        method: 'POST',
        headers: { authorization: `Bearer ${token()}`, 'content-type': 'application/json' },
        body: JSON.stringify({ query: 'mutation { activateMyProfile { __typename } }' }),
      }),
    )
    expect(counted('activations_total', { grant_type: 'own', ...corp, outcome: 'success' })).toBe(1)
  })
})

describe('what is proven is timed', () => {
  it('by the realm that was asked, whatever it says, and not by those whose it is none of', async () => {
    const counted = await counting(() => atRest({ grant_type: 'password', ...strange }))
    const took = (labels: Labels) => counted('realm_duration_seconds', labels)
    expect(took({ realm: 'native', realm_type: 'native', outcome: 'refused' })).toBe(1)
    expect(took({ realm: 'main', outcome: 'proven' })).toBe(1)
    expect(took({ realm: 'corp' })).toBe(0)
    const grant = { grant_type: 'password', realm_type: 'elasticsearch', outcome: 'success' }
    expect(counted('grant_authentication_duration_seconds', grant)).toBe(1)
  })

  it('of a caller, by what came of it', async () => {
    const ask = (authorization: string) =>
      app.fetch('/_security/_authenticate', { headers: { ...(authorization && { authorization }) } })
    const counted = await counting(async () => {
      await ask('')
      await ask(basic({ ...nobody, password: 'an0ther-p@ssword' }))
    })
    expect(counted('caller_authentication_duration_seconds', { outcome: 'UNAUTHENTICATED' })).toBe(2)
    // Without credentials there is nothing to try; the other one is that of whoever reads the metrics.
    expect(counted('throttle_wait_seconds', { proves: 'caller' })).toBe(2)
  })

  it('with the hash of its password, waiting and computing apart; what is remembered needs none', async () => {
    const login = () => rest(app.fetch, 'GET', '/_security/_authenticate', nobody)
    await rest(app.fetch, 'PUT', '/_security/user/nobody', elastic, {
      password: 'an0ther-p@ssword',
      roles: [],
    })
    const other = { ...nobody, password: 'an0ther-p@ssword' }
    const proofs = { realm_type: 'native', realm: 'native' }
    const first = await counting(() => rest(app.fetch, 'GET', '/_security/_authenticate', other))
    expect(first('hash_wait_seconds', { lane: 'callers' })).toBe(1)
    expect(first('hash_duration_seconds')).toBe(1)
    expect(first('proofs_total', { ...proofs, result: 'miss' })).toBe(1)
    const second = await counting(() => rest(app.fetch, 'GET', '/_security/_authenticate', other))
    expect(second('hash_duration_seconds')).toBe(0)
    // That of whoever reads the metrics is a hit, too.
    expect(second('proofs_total', { ...proofs, result: 'hit' })).toBe(2)
    const wrong = await counting(login)
    expect(wrong('hash_duration_seconds')).toBe(1)
    expect(wrong('proofs_total', { ...proofs, result: 'miss' })).toBe(0)
  })

  it('with the questions to the server of a realm', async () => {
    const other = { ...strange, username: 'another-strange-name' }
    const counted = await counting(() => atRest({ grant_type: 'password', ...other }))
    expect(counted('realm_server_duration_seconds', { realm_type: 'elasticsearch', realm: 'main' })).toBe(1)
    expect(counted('realm_server_wait_seconds', { realm: 'main', lane: 'grants' })).toBe(1)
  })
})

describe('a realm', () => {
  it('says whether its server is asked', async () => {
    const open = async () =>
      sumOf(await scrape(), 'profile_gateway_realm_breaker_open', {
        realm_type: 'elasticsearch',
        realm: 'main',
      })
    expect(await open()).toBe(0)
    cluster.fault = (_, response) => response.writeHead(500).end()
    for (let asked = 0; asked < 6; asked++)
      await atRest({ grant_type: 'password', username: `somebody-${asked}`, password: 'wh@tever-it-is' })
    expect(await open()).toBe(1)
    expect(sumOf(await scrape(), 'profile_gateway_problems')).toBe(1)
    cluster.fault = null
    await app.advance(2_000)
    await atRest({ grant_type: 'password', ...strange, password: 'a-wr0ng-p@ssword' })
    expect(await open()).toBe(0)
  })
})

describe('what is refused', () => {
  it('for being tried too often is counted, and not judged', async () => {
    const wrong = { username: 'guessed', password: 'a-gu3ss-at-it' }
    for (let tried = 0; tried < 8; tried++) await atRest({ grant_type: 'password', ...wrong })
    const counted = await counting(() => atRest({ grant_type: 'password', ...wrong }))
    expect(counted('throttle_refused_total', { proves: 'subject' })).toBe(1)
    expect(counted('activations_total', { outcome: 'TOO_MANY_ATTEMPTS' })).toBe(1)
    expect(counted('realm_duration_seconds', { outcome: 'refused' })).toBe(0)
  })
})

describe('a request', () => {
  it('is timed by its place in the table of routes, however it is written', async () => {
    const counted = await counting(async () => {
      await rest(app.fetch, 'GET', '/_security/user/jacknich', elastic)
      await rest(app.fetch, 'GET', '/_security/user/jacknich?format=yaml', elastic)
      await rest(app.fetch, 'GET', '/_security/user/nobody-at-all', elastic)
      await rest(app.fetch, 'GET', '/_security/user/jacknich', null)
    })
    const user = { method: 'GET', route: '/_security/user/{username}' }
    const took = (labels: Labels) => counted('http_request_duration_seconds', labels)
    expect(took({ ...user, status: '2xx' })).toBe(2)
    expect(took({ ...user, status: '4xx' })).toBe(2)
  })

  it('that leads nowhere, by any method or address, has one place', async () => {
    const before = (await scrape()).get('profile_gateway_http_request_duration_seconds')?.samples.length ?? 0
    const counted = await counting(async () => {
      for (let asked = 0; asked < 20; asked++) await app.fetch(`/made/up/${asked}`)
      await app.fetch('/_security/user/%00', { method: 'GET' })
      await app.fetch('/_security/_authenticate', { method: 'DELETE' })
      for (const method of ['LOCK', 'UNLOCK', 'PROPFIND'])
        await app.app.server.inject({ method: method as 'GET', url: '/made/up' })
    })
    const took = (labels: Labels) => counted('http_request_duration_seconds', labels)
    expect(took({ route: 'unknown' })).toBe(25)
    expect(took({ route: 'unknown', method: '_OTHER' })).toBe(3)
    const after = (await scrape()).get('profile_gateway_http_request_duration_seconds')?.samples ?? []
    // Of three methods that are named and all others: buckets, sum and count.
    expect(after.length - before).toBeLessThanOrEqual(4 * 20)
  })
})

describe('every label', () => {
  it('is of the configuration or of a closed list: nothing is in it that a client has sent', async () => {
    const labels = [...(await scrape()).values()].flatMap(({ samples }) => samples.map((one) => one.labels))
    const realms = new Set(labels.map(({ realm }) => realm).filter(Boolean))
    expect([...realms].sort()).toEqual(['corp', 'main', 'native', 'none', 'reserved'])
    const texts = JSON.stringify(labels)
    for (const sent of [
      'jacknich',
      'login-backend',
      'elastic"',
      'strange',
      'a-realm-of',
      'ldap',
      '127.0',
      'made',
    ])
      expect(texts).not.toContain(sent)
  })
})

it('statements of the database are timed, those that read and those that write', async () => {
  const counted = await counting(() =>
    rest(app.fetch, 'PUT', '/_security/role/some', elastic, { cluster: [] }),
  )
  expect(counted('database_statement_duration_seconds', { kind: 'write' })).toBeGreaterThan(0)
  expect(counted('database_statement_duration_seconds', { kind: 'read' })).toBeGreaterThan(0)
  expect(counted('database_statement_failures_total')).toBe(0)
})
