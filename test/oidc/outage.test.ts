import { once } from 'node:events'
import type { RequestListener, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { decodeJwt, importJWK, SignJWT } from 'jose'
import { describe, expect, it, vi } from 'vitest'
import { newKey, startOpenidProvider } from '../support/openidProvider.ts'
import { logInAt } from '../support/openidTokens.ts'
import { jacknich, loginBackend } from '../support/people.ts'
import { graphql, rest, type Fetch } from '../support/testApp.ts'
import { activate, activateAtGraphql, activateAtRest } from './activate.ts'
import { gatewayWith, patience, readiness, untilReady } from './gateway.ts'
import { anyClient, idTokens } from './realms.ts'

const [first, second, foreign] = await Promise.all([
  newKey('RS256', 'first'),
  newKey('ES256', 'second'),
  newKey('ES256', 'foreign'),
])

/** More than the time in which tokens make a realm ask for keys only once. */
const cooldown = 11_000

const slow = (most: string) => `
xpack.security.authc.realms.jwt.portal.http.connect_timeout: ${most}
xpack.security.authc.realms.jwt.portal.http.connection_read_timeout: ${most}
xpack.security.authc.realms.jwt.portal.http.socket_timeout: ${most}
`

describe('a provider that is down', () => {
  it('when the gateway starts takes its own tokens down with it, nothing else, and not for longer', async () => {
    const [provider, other] = [await startOpenidProvider(first), await startOpenidProvider(first)]
    const [{ idToken, accessToken }, others] = [
      await logInAt(provider, 'sub-1'),
      await logInAt(other, 'sub-1'),
    ]
    await provider.stop()
    const app = await gatewayWith(
      idTokens(provider) +
        anyClient +
        (idTokens(other) + anyClient).replaceAll('.portal.', '.other.').replace('order: 1', 'order: 2'),
    )
    const { fetch } = app

    expect(await activate(fetch, idToken)).toEqual({ status: 503 })
    expect(await bearer(fetch, idToken)).toEqual([503, 503])
    const reason = 'the realm [portal] cannot verify tokens: its keys cannot be read: ECONNREFUSED'
    expect(await readiness(fetch)).toEqual({ status: 200, body: { status: 'degraded', reason } })
    await passwordsWork(fetch)
    expect(await activate(fetch, others.idToken)).toMatchObject({ status: 200 })
    expect(await activate(fetch, accessToken)).toMatchObject({ status: 401 })

    await provider.start()
    await untilReady(app)
    expect(await activate(fetch, idToken)).toMatchObject({ status: 200 })
    expect(await bearer(fetch, idToken)).toEqual([200, 200])
  })

  it('later changes nothing for the tokens of keys that are known', async () => {
    const provider = await startOpenidProvider(first)
    const app = await gatewayWith(idTokens(provider) + anyClient)
    const { fetch, advance } = app
    const [known, unseen] = [await logInAt(provider, 'sub-1'), await logInAt(provider, 'sub-2')]
    expect(await activate(fetch, known.idToken)).toMatchObject({ status: 200 })
    provider.use(second, first)
    const { idToken } = await logInAt(provider, 'sub-3')

    await provider.stop()
    expect(await activate(fetch, idToken)).toMatchObject({ status: 401 })
    expect(await activate(fetch, known.idToken)).toMatchObject({ status: 200 })
    expect(await activate(fetch, unseen.idToken)).toMatchObject({ status: 200 })
    expect((await readiness(fetch)).body).toEqual({ status: 'ready' })

    await provider.start()
    await advance(cooldown)
    expect(await activate(fetch, idToken)).toMatchObject({ status: 200 })
  })
})

describe('a provider that takes connections and does not answer', () => {
  it('is waited for as long as the timeouts say', async () => {
    const provider = await startOpenidProvider(first)
    const { idToken } = await logInAt(provider, 'sub-1')
    provider.answerJwks(() => undefined)
    const app = await gatewayWith(idTokens(provider) + anyClient + slow('1s'))
    const { fetch } = app
    expect(await activate(fetch, idToken)).toEqual({ status: 503 })
    expect(await readiness(fetch)).toMatchObject({
      status: 200,
      body: { status: 'degraded', reason: expect.stringMatching(/ within \d+ ms| for \d+ ms/) as string },
    })

    provider.answerJwks(null)
    await untilReady(app)
    expect(await activate(fetch, idToken)).toMatchObject({ status: 200 })
    provider.answerJwks(() => undefined)
    provider.use(second, first)
    const other = await logInAt(provider, 'sub-1')
    expect(await activate(fetch, other.idToken)).toMatchObject({ status: 401 })
    expect(await activate(fetch, idToken)).toMatchObject({ status: 200 })
  })

  it('holds up nobody but those who bring its tokens', async () => {
    const provider = await startOpenidProvider(first)
    const { idToken } = await logInAt(provider, 'sub-1')
    const held: ServerResponse[] = []
    provider.answerJwks((_, response) => void held.push(response))
    const { fetch } = await gatewayWith(idTokens(provider) + anyClient + slow('1m'))
    const waiting = activateAtRest(fetch, idToken)
    const answered = vi.fn()
    void waiting.then(answered)

    await vi.waitFor(() => expect(held).toHaveLength(1), patience)
    await passwordsWork(fetch)
    const reason = 'the realm [portal] cannot verify tokens: its keys are being loaded'
    expect(await readiness(fetch)).toEqual({ status: 200, body: { status: 'degraded', reason } })
    expect(answered).not.toHaveBeenCalled()

    provider.answerJwks(null)
    held[0]?.end(await (await globalThis.fetch(provider.jwksUri)).text())
    expect(await waiting).toMatchObject({ status: 200 })
  })

  it('does not keep the gateway from stopping', async () => {
    const provider = await startOpenidProvider(first)
    const asked = Promise.withResolvers<ServerResponse>()
    provider.answerJwks((_, response) => asked.resolve(response))
    const { app } = await gatewayWith(idTokens(provider) + anyClient + slow('1m'))
    const answer = await asked.promise
    const givenUp = once(answer, 'close')
    await app.close()
    await givenUp
  })
})

describe('a provider that answers something else', () => {
  it('leaves the last good keys where they are', { timeout: 60_000 }, async () => {
    const [provider, stranger] = [await startOpenidProvider(first), await startOpenidProvider(foreign)]
    const app = await gatewayWith(idTokens(provider) + anyClient + slow('1s'))
    const { fetch, advance, logs } = app
    await untilReady(app)
    const known = await logInAt(provider, 'sub-1')
    expect(await activate(fetch, known.idToken)).toMatchObject({ status: 200 })
    provider.use(second, first)
    const { idToken } = await logInAt(provider, 'sub-2')
    const twoMebibytes = Buffer.alloc(2_097_152, ' ')

    const answers: [problem: string, RequestListener][] = [
      ['it redirects with status 302', (_, to) => to.writeHead(302, { location: stranger.jwksUri }).end()],
      ['it redirects with status 308', (_, to) => to.writeHead(308, { location: stranger.jwksUri }).end()],
      ['it answers with status 500', (_, to) => to.writeHead(500).end('{"keys":[]}')],
      ['it answers with status 404', (_, to) => to.writeHead(404).end()],
      [
        'it is no JWK set',
        (_, to) => to.setHeader('content-type', 'text/html').end('<!doctype html><p>Sign in'),
      ],
      ['it is no JWK set', (_, to) => to.end('{"keys":[')],
      [
        'it is longer than 1048576 bytes',
        (_, to) => to.setHeader('content-length', twoMebibytes.length).end(twoMebibytes),
      ],
      ['it is longer than 1048576 bytes', (_, to) => void (to.write(twoMebibytes), to.end())],
      ['its content is encoded', (_, to) => to.setHeader('content-encoding', 'gzip').end(gzipSync('{}'))],
      ['ECONNRESET', ({ socket }) => socket.destroy()],
      ['ECONNRESET', ({ socket }, to) => to.write('{"keys":[', () => socket.destroy())],
      ['it is not read within 1000 ms', (_, to) => drip(to)],
    ]
    for (const [problem, answer] of answers) {
      provider.answerJwks(answer)
      await advance(cooldown)
      expect.soft(await activate(fetch, idToken), problem).toMatchObject({ status: 401 })
      expect.soft(await activate(fetch, known.idToken), problem).toMatchObject({ status: 200 })
      expect.soft((await readiness(fetch)).body, problem).toEqual({ status: 'ready' })
      expect.soft(logs().includes(problem), problem).toBe(true)
    }
    expect(stranger.jwksRequests()).toBe(0)

    provider.answerJwks(null)
    await vi.waitFor(async () => {
      await advance(cooldown)
      expect(await activate(fetch, idToken)).toMatchObject({ status: 200 })
    }, patience)
    expect(logs()).toMatch(/its keys can be read now/)
  })
})

/** All callers of a flood wait for the same few connections. */
const patientDatabase = 'database.connection_timeout: 1m\n'

describe('a flood of tokens whose keys nobody knows', { timeout: 60_000 }, () => {
  it('makes the realm ask once, has each refused, and good tokens taken meanwhile', async () => {
    const provider = await startOpenidProvider(first)
    const { fetch, advance } = await gatewayWith(idTokens(provider) + anyClient + patientDatabase)
    const { idToken } = await logInAt(provider, 'sub-1')
    expect(await activate(fetch, idToken)).toMatchObject({ status: 200 })
    expect(provider.jwksRequests()).toBe(1)

    const key = await importJWK(foreign, foreign.alg)
    const signed = (kid: string) =>
      new SignJWT(decodeJwt(idToken)).setProtectedHeader({ alg: foreign.alg, kid }).sign(key)
    const tokens = await Promise.all(Array.from({ length: 500 }, (_, number) => signed(`unknown-${number}`)))
    const flood = (size: number) =>
      tokens
        .slice(0, size)
        .map((token, number) => (number % 2 ? activateAtGraphql : activateAtRest)(fetch, token))
    const unseen = await logInAt(provider, 'sub-2')
    // What comes while the keys are asked for, what comes soon after, and what comes when they may be asked for again.
    for (const [later, size, requests] of [
      [0, 500, 2],
      [cooldown - 2_000, 50, 2],
      [2_000, 50, 3],
    ] as const) {
      await advance(later)
      const outcomes = flood(size)
      expect(await activate(fetch, unseen.idToken)).toMatchObject({ status: 200 })
      for (const outcome of await Promise.all(outcomes)) expect(outcome).toMatchObject({ status: 401 })
      expect(provider.jwksRequests()).toBe(requests)
    }
  })
})

/** Sends a space now and then, and never more. */
function drip(response: ServerResponse): void {
  const timer = setInterval(() => response.write(' '), 100)
  response.once('close', () => {
    clearInterval(timer)
  })
}

/** Activates by password at both doors. */
async function passwordsWork(fetch: Fetch): Promise<void> {
  const grant = { grant_type: 'password', ...jacknich }
  const atRest = await rest(fetch, 'POST', '/_security/profile/_activate', loginBackend, grant)
  expect(atRest).toMatchObject({ status: 200 })
  const mutation = 'mutation ($grant: GrantInput!) { activateProfile(grant: $grant) { __typename } }'
  const atGraphql = await graphql(fetch, loginBackend, mutation, { grant: { password: jacknich } })
  expect(atGraphql.body).toEqual({ data: { activateProfile: { __typename: 'Profile' } } })
}

/** With which status the bearer of a token is answered at each door. */
async function bearer(fetch: Fetch, token: string): Promise<number[]> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ query: '{ viewer { username } }' })
  const answers = [
    await fetch('/_security/_authenticate', { headers }),
    await fetch('/graphql', { method: 'POST', headers, body }),
  ]
  return answers.map(({ status }) => status)
}
