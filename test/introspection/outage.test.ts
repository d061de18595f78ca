import { describe, expect, it, vi } from 'vitest'
import { activate, activateAtRest } from '../oidc/activate.ts'
import { gatewayWith, readiness } from '../oidc/gateway.ts'
import { jacknich, loginBackend } from '../support/people.ts'
import { rejection } from '../support/profileBody.ts'
import { rest } from '../support/testApp.ts'
import { asking } from './realm.ts'
import { good, saying, startServer, type Answer } from './server.ts'

const token = 't0ken-that-nobody-else-sees'
const refused = { status: 401, reason: rejection('_bearer_token') }

/** A gateway that asks a server. */
async function gatewayAsking(answer: Answer, changes: Record<string, string> = {}) {
  const server = await startServer(answer)
  const settings = asking(server.issuer, server.endpoint, changes)
  return { ...(await gatewayWith(settings, { SECRET: 's3cret-of-the-gateway' })), server }
}

describe('a server that does not say whose a token is', () => {
  it('leaves a grant and a caller without an answer: 503 at both doors, and one line in the log', async () => {
    const { fetch, server, logs } = await gatewayAsking(saying('no JSON'))
    expect(await activate(fetch, token)).toEqual({ status: 503 })
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const body = JSON.stringify({ query: '{ viewer { username } }' })
    expect((await fetch('/_security/_authenticate', { headers })).status).toBe(503)
    expect((await fetch('/graphql', { method: 'POST', headers, body })).status).toBe(503)
    expect(server.questions).toHaveLength(4)
    const reason = 'its answer is no strict JSON at line 1, column 1'
    expect(await readiness(fetch)).toEqual({
      status: 200,
      body: { status: 'degraded', reason: `the realm [opaque] cannot learn whose tokens are: ${reason}` },
    })
    expect(logs().split(reason)).toHaveLength(2)
    expect(logs()).not.toContain('"level":50')
  })

  it('is in the way of no password and of no other realm that proves the user, and outranks one that refuses', async () => {
    const [first, second] = [await startServer(saying({}, 401)), await startServer(saying({ active: false }))]
    const { fetch } = await gatewayWith(
      asking(first.issuer, first.endpoint) + asking(second.issuer, second.endpoint, { order: '2' }, 'other'),
      { SECRET: 's3cret-of-the-gateway' },
    )
    expect(await activate(fetch, token)).toEqual({ status: 503 })
    second.answer = saying({ ...good, sub: 'sub-2' })
    expect(await activate(fetch, token)).toMatchObject({ profile: { user: { realm_name: 'other' } } })
    const grant = { grant_type: 'password', ...jacknich }
    const answer = await rest(fetch, 'POST', '/_security/profile/_activate', loginBackend, grant)
    expect(answer.status).toBe(200)
  })
})

describe('a server that fails again and again', () => {
  it('is left alone for a while, and the operator is told why, once', async () => {
    const { fetch, server, logs, advance } = await gatewayAsking(saying({}, 500))
    for (let time = 0; time < 20; time++) expect(await activateAtRest(fetch, token)).toEqual({ status: 503 })
    expect(server.questions).toHaveLength(5)
    const reason = 'the realm [opaque] cannot learn whose tokens are: it answers with status 500'
    expect(await readiness(fetch)).toEqual({ status: 200, body: { status: 'degraded', reason } })
    const { origin } = new URL(server.endpoint)
    expect(
      logs().split(`its server is not asked for a while: ${origin}: it answers with status 500`),
    ).toHaveLength(2)
    server.answer = saying(good)
    await advance(1_000)
    expect(await activate(fetch, token)).toMatchObject({ status: 200 })
    expect(await readiness(fetch)).toEqual({ status: 200, body: { status: 'ready' } })
    expect(logs()).toContain('its server answers again')
  })

  it('is asked no more than it may be at once, and one application has a quarter of those who wait', async () => {
    const held: (() => unknown)[] = []
    const { fetch, server } = await gatewayAsking((response) => held.push(() => response.end()), {
      'http.max_connections': '2',
    })
    const all = Array.from({ length: 11 }, (_, index) => activateAtRest(fetch, `${token}-${index}`))
    // Two are asked about, and of the eight that may wait these are one application's.
    expect(await Promise.race(all)).toEqual({ status: 503 })
    await vi.waitFor(() => expect(server.questions).toHaveLength(2))
    server.answer = saying({ active: false })
    for (const release of held) release()
    expect((await Promise.all(all)).filter(({ status }) => status === 401)).toHaveLength(2)
    expect(server.connections()).toBe(2)
  })
})

describe('a token that the server says is not active', () => {
  it('is refused', async () => {
    const { fetch, logs } = await gatewayAsking(saying({ active: false, sub: 'sub-1', aud: 'gateway' }))
    expect(await activate(fetch, token)).toEqual(refused)
    expect(logs()).toContain('"reason":"the token is not active"')
    expect(await readiness(fetch)).toEqual({ status: 200, body: { status: 'ready' } })
  })
})
