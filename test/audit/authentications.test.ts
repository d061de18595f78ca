import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { jacknich, loginBackend, nobody, provision } from '../support/people.ts'
import { basic, createTestApp, elastic, graphql, rest } from '../support/testApp.ts'

const app = await createTestApp({ settings: 'throttle: { attempts: 3 }' })
let key: string
beforeAll(async () => {
  await provision(app.fetch)
  const [[stored] = []] = await app.run('SELECT "auditKey" FROM cluster')
  key = String(stored)
})
afterAll(app.close)

const hashOf = (name: string) =>
  createHmac('sha256', Buffer.from(key, 'base64url')).update(name).digest('base64url')

/** The lines of authentications that a request leaves. */
async function recorded(
  headers: Record<string, string>,
  body?: object,
  path = '/_security/profile/_activate',
) {
  const before = app.audit().length
  await app.fetch(path, {
    method: body ? 'POST' : 'GET',
    headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  })
  return app
    .audit()
    .slice(before)
    .filter(({ event }) => event.action === 'authentication')
}

const as = (caller: typeof elastic) => ({ authorization: basic(caller) })
const viewer = (headers: Record<string, string>) => recorded(headers, undefined, '/_security/_authenticate')
const grant = (username: string, password: string) => ({ grant_type: 'password', username, password })
const success = {
  category: ['authentication'],
  type: ['start'],
  action: 'authentication',
  outcome: 'success',
}

describe('a caller', () => {
  it('who is proven is recorded once, though its credentials are looked at again behind a body', async () => {
    const [line, ...more] = await recorded(as(loginBackend), {})
    expect(more).toEqual([])
    expect(line).toMatchObject({
      event: success,
      user: { name: 'login-backend', roles: ['profile_activator'], hash: hashOf('login-backend') },
      source: { ip: '127.0.0.1' },
      profile_gateway: {
        proves: 'caller',
        grant_type: 'password',
        realm: { name: 'native', type: 'native' },
      },
    })
  })

  it.each([
    ['nothing', {}, 'MISSING_CREDENTIALS'],
    ['another scheme', { authorization: 'Negotiate abc' }, 'MALFORMED_CREDENTIALS'],
    ['base64 that is none', { authorization: 'Basic ***' }, 'MALFORMED_CREDENTIALS'],
    ['no colon', { authorization: `Basic ${btoa('elastic')}` }, 'MALFORMED_CREDENTIALS'],
    ['a key that cannot be one', { authorization: 'ApiKey x' }, 'MALFORMED_CREDENTIALS'],
  ])('who sends %s is recorded without a name', async (_, headers, reason) => {
    const lines = await viewer(headers)
    expect(lines).toMatchObject([
      { event: { outcome: 'failure', reason }, profile_gateway: { proves: 'caller' } },
    ])
    expect(lines[0]).not.toHaveProperty('user')
  })

  it.each([
    ['a token of nobody', { authorization: 'Bearer of-nobody-a' }, 'access_token'],
    ['a key of nobody', { authorization: `ApiKey ${btoa('of-nobody-b:of-nobody-c')}` }, 'api_key'],
  ])('who sends %s is recorded without it', async (_, headers, grant_type) => {
    const lines = await viewer(headers)
    expect(lines).toMatchObject([
      { event: { outcome: 'failure', reason: 'NOT_AUTHENTICATED' }, profile_gateway: { grant_type } },
    ])
    expect(JSON.stringify(lines)).not.toContain('of-nobody')
  })

  it('is not believed what it says of an end user before it is known', async () => {
    const stated = { 'subject-address': '198.51.100.7' }
    const [line] = await viewer({ ...as({ ...elastic, password: 'wrong' }), ...stated })
    expect(line).toMatchObject({ source: { ip: '127.0.0.1' } })
    expect(line).not.toHaveProperty('client')
    const [, subject] = await recorded(
      { ...as(loginBackend), ...stated },
      grant('jacknich', jacknich.password),
    )
    expect(subject).toMatchObject({ client: { ip: '198.51.100.7' } })
  })
})

describe('a subject', () => {
  it('who is proven is recorded with who has sent the grant', async () => {
    const [, line] = await recorded(as(loginBackend), grant('jacknich', jacknich.password))
    expect(line).toMatchObject({
      event: success,
      user: { name: 'jacknich', hash: hashOf('jacknich') },
      profile_gateway: { proves: 'subject', caller: { name: 'login-backend', realm: { name: 'native' } } },
    })
  })

  it('whom a grant does not prove is named if there is such a user', async () => {
    const [, line] = await recorded(as(loginBackend), grant('nobody', 'wrong'))
    expect(line?.user).toEqual({ name: 'nobody', hash: hashOf('nobody') })
    expect(line?.event).toMatchObject({ outcome: 'failure', reason: 'NOT_AUTHENTICATED' })
  })

  it('is only a hash where there is no such user: people type passwords there', async () => {
    const typed = 'my-p@ssw0rd-in-the-wrong-box'
    const answers = [
      await recorded(as(loginBackend), grant(typed, 'whatever')),
      await viewer(as({ username: typed, password: 'whatever' })),
    ]
    for (const line of answers.map((lines) => lines.at(-1)))
      expect(line?.user).toEqual({ hash: hashOf(typed) })
    expect(JSON.stringify(app.audit())).not.toContain(typed)
    expect(app.logs()).not.toContain(typed)
  })

  it.each([
    ['nobody knows', 'abc', { outcome: 'failure', reason: 'NOT_AUTHENTICATED' }, undefined],
    ['is one of ours', 'own', { outcome: 'success' }, { name: 'elastic' }],
  ])('is recorded also where a token is only explained, which %s', async (_, token, event, user) => {
    const own = await rest(app.fetch, 'POST', '/_security/oauth2/token', elastic, {
      grant_type: 'client_credentials',
    })
    const { access_token } = own.body as { access_token: string }
    const query = `mutation ($token: String!) { explainGrant(grant: { token: $token }) { __typename } }`
    const variables = { token: token === 'own' ? access_token : token }
    const lines = await recorded(
      { ...as(elastic), 'subject-address': '198.51.100.7' },
      { query, variables },
      '/graphql',
    )
    expect(lines).toHaveLength(2)
    expect(lines[1]).toMatchObject({
      event: { action: 'authentication', ...event },
      client: { ip: '198.51.100.7' },
      profile_gateway: {
        proves: 'subject',
        grant_type: 'access_token',
        caller: { name: 'elastic', realm: { type: 'reserved' } },
      },
    })
    expect(lines[1]?.user).toEqual(user)
    expect(JSON.stringify(lines)).not.toContain(variables.token)
  })

  it('who is tried too often is recorded as that, and not by name', async () => {
    const name = 'often-tried'
    await rest(app.fetch, 'PUT', `/_security/user/${name}`, elastic, { password: 'r1ght-p@ss', roles: [] })
    const reasons: unknown[] = []
    for (let n = 0; n < 4; n++) {
      const [, line] = await recorded(as(loginBackend), grant(name, `wrong ${n}`))
      reasons.push([line?.event.reason, line?.user?.name])
    }
    expect(reasons.slice(2)).toEqual([
      ['NOT_AUTHENTICATED', name],
      ['TOO_MANY_ATTEMPTS', undefined],
    ])
  })

  it('who cannot be judged is recorded as that', async () => {
    await app.run('ALTER TABLE users RENAME TO elsewhere')
    try {
      const lines = await viewer(as(nobody))
      expect(lines).toMatchObject([{ event: { outcome: 'failure' }, user: { hash: hashOf('nobody') } }])
      expect(['INTERNAL', 'UNAVAILABLE']).toContain(lines[0]?.event.reason)
    } finally {
      await app.run('ALTER TABLE elsewhere RENAME TO users')
    }
  })
})

it('all gateways on a database hash names alike, and after a restart', async () => {
  const before = await viewer(as({ username: 'unknown', password: 'x' }))
  expect((await app.run('SELECT "auditKey" FROM cluster'))[0]).toEqual([key])
  expect(before[0]?.user).toEqual({ hash: hashOf('unknown') })
  const answer = await graphql(app.fetch, elastic, '{ server { clusterUuid } }')
  const { data } = answer.body as { data: { server: { clusterUuid: string } } }
  expect(key, 'what is public is no key').not.toContain(data.server.clusterUuid)
  expect(Buffer.from(key, 'base64url')).toHaveLength(32)
})
