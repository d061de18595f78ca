import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { jacknich, provision } from '../support/people.ts'
import { basic, createTestApp, elastic, overSocket, type Fetch } from '../support/testApp.ts'

const page = 'https://app.example.com'
const other = 'http://localhost:5173'
const app = await createTestApp({ settings: `cors.allowed_origins: [${page}, ${other}]\n` })
const silent = await createTestApp()
let address: string
let fetch: Fetch
let fetchSilent: Fetch
beforeAll(async () => {
  address = await app.app.listen()
  fetch = overSocket(address)
  fetchSilent = overSocket(await silent.app.listen())
  await provision(fetch)
})
afterAll(async () => {
  await app.close()
  await silent.close()
})

const post = (headers: Record<string, string>, body = '{"query":"{ viewer { username } }"}') => ({
  method: 'POST',
  headers: { authorization: basic(elastic), 'content-type': 'application/json', ...headers },
  body,
})

const preflight = (origin: string, more: Record<string, string> = {}) => ({
  method: 'OPTIONS',
  headers: {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,content-type',
    ...more,
  },
})

/** The headers by which a browser decides. */
function cors({ headers }: Response): Record<string, string> {
  return Object.fromEntries(
    [...headers].filter(([name]) => name === 'vary' || name.startsWith('access-control-')),
  )
}

const allowing = (origin: string) => ({
  'access-control-allow-origin': origin,
  'access-control-expose-headers': 'www-authenticate',
  vary: 'origin',
})

describe('a preflight at /graphql', () => {
  it.each([page, other])('is answered without a caller to an allowed origin: %s', async (origin) => {
    const response = await fetch('/graphql', preflight(origin))
    expect([response.status, await response.text()]).toEqual([204, ''])
    expect(cors(response)).toEqual({
      ...allowing(origin),
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': 'authorization, content-type',
      'access-control-max-age': '7200',
    })
    expect(response.headers.has('www-authenticate')).toBe(false)
  })

  it('is answered whatever it asks for: what is allowed stands in the answer', async () => {
    const asked = { 'access-control-request-method': 'DELETE', 'access-control-request-headers': 'x-a' }
    const response = await fetch('/graphql?query=%7B', preflight(page, asked))
    expect(response.status).toBe(204)
    expect(cors(response)).toMatchObject({ 'access-control-allow-methods': 'GET, POST' })
  })

  it('is none without a method that is asked for: then it is a request like any other', async () => {
    const response = await fetch('/graphql', { method: 'OPTIONS', headers: { origin: page } })
    expect(response.status).toBe(401)
    expect(cors(response)).toEqual(allowing(page))
  })
})

describe('an answer at /graphql to an allowed origin', () => {
  it.each<[string, number, RequestInit, string?]>([
    ['data', 200, post({ origin: page })],
    [
      'data by GET',
      200,
      { headers: { origin: page, authorization: basic(elastic) } },
      '?query={viewer{username}}',
    ],
    ['401', 401, post({ origin: page, authorization: '' })],
    [
      '401 to a wrong password',
      401,
      post({ origin: page, authorization: basic({ ...jacknich, password: 'x' }) }),
    ],
    ['400', 400, post({ origin: page }, '{')],
    ['405', 405, { method: 'PUT', headers: { origin: page, authorization: basic(elastic) } }],
    ['406', 406, post({ origin: page, accept: 'text/plain' })],
    ['413', 413, post({ origin: page }, 'x'.repeat(1_048_577))],
    ['415', 415, post({ origin: page, 'content-type': 'text/plain' })],
    [
      '403',
      403,
      post(
        { origin: page, accept: 'application/graphql-response+json' },
        '{"query":"mutation { activateMyProfile { __typename } }"}',
      ),
    ],
  ])('names that origin: %s', async (_, status, init, query = '') => {
    const response = await fetch(`/graphql${query}`, init)
    expect(response.status).toBe(status)
    expect(cors(response)).toEqual(allowing(page))
  })

  it('never challenges with Basic, and lets the page read what the challenge is', async () => {
    const response = await fetch('/graphql', post({ origin: page, authorization: 'Bearer a b' }))
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer /)
    expect(response.headers.get('www-authenticate')).not.toContain('Basic')
  })

  it('names it beside what else the answer differs by', async () => {
    const response = await fetch('/graphql', { headers: { origin: page, accept: 'text/html' } })
    expect(response.status).toBe(200)
    expect(cors(response)).toEqual({ ...allowing(page), vary: 'accept, origin' })
  })
})

describe('an answer at /graphql to anybody else', () => {
  const strangers = [
    'null',
    '*',
    'https://App.example.com',
    'HTTPS://app.example.com',
    'http://app.example.com',
    'https://app.example.com:443',
    'https://app.example.com:8443',
    'https://app.example.com/',
    'https://app.example.com.evil.example',
    'https://app.example.com@evil.example',
    'https://user@app.example.com',
    'https://evil-app.example.com',
    'https://evil.app.example.com',
    'https://appXexample.com',
    'https://app.example.co',
    'https://app.example.com%00',
    'https://app.example.com, https://evil.example',
    `${page} ${other}`,
    'http://localhost',
    'http://localhost:51730',
    'http://localhost:517',
    '',
  ]

  it.each(strangers)('names no origin, and a preflight is answered as without CORS: %j', async (origin) => {
    const response = await fetch('/graphql', post({ origin }))
    expect(response.status).toBe(200)
    expect(cors(response)).toEqual({ vary: 'origin' })

    const asked = await fetch('/graphql', preflight(origin))
    const before = await fetchSilent('/graphql', preflight(origin))
    expect([asked.status, await asked.text()]).toEqual([before.status, await before.text()])
    expect(asked.status).toBe(401)
    expect(cors(asked)).toEqual({ vary: 'origin' })
  })

  it('names no origin where none is sent', async () => {
    expect(cors(await fetch('/graphql', post({})))).toEqual({ vary: 'origin' })
  })

  it.each([
    ['two allowed origins', [`Origin: ${page}`, `Origin: ${other}`]],
    ['one twice', [`Origin: ${page}`, `Origin: ${page}`]],
    ['an allowed one first', [`Origin: ${page}`, 'Origin: https://evil.example']],
    ['an allowed one last', ['Origin: https://evil.example', `oRiGiN: ${page}`]],
  ])('names no origin where there are several headers: %s', async (_, origins) => {
    const answer = await overWire(['Host: gateway', 'Access-Control-Request-Method: POST', ...origins])
    expect(answer).toMatch(/^HTTP\/1\.1 401 /)
    expect(answer).not.toMatch(/access-control-/i)
  })

  it.each([
    ['CR', `Origin: ${page}\rX-Injected: 1`],
    ['NUL', `Origin: ${page}\0`],
    ['a folded line', `Origin: https://evil.example\r\n ${page}`],
  ])('names no origin where the header holds %s', async (_, line) => {
    const answer = await overWire(['Host: gateway', 'Access-Control-Request-Method: POST', line])
    expect(answer).toMatch(/^HTTP\/1\.1 40[01] /)
    expect(answer).not.toMatch(/access-control-|x-injected/i)
  })

  // LF ends a line too: what follows is a header of its own, and nothing of it comes back.
  it('repeats nothing of what follows the origin', async () => {
    const lines = ['Host: gateway', 'Access-Control-Request-Method: POST', `Origin: ${page}\r\nX-Injected: 1`]
    const answer = await overWire(lines)
    expect(answer).toContain(`access-control-allow-origin: ${page}\r\n`)
    expect(answer).not.toMatch(/x-injected/i)
  })
})

describe('credentials that a browser adds of its own', () => {
  it('are never allowed', async () => {
    const answers = await Promise.all(
      [page, other, 'null'].flatMap((origin) => [
        fetch('/graphql', preflight(origin)),
        fetch('/graphql', post({ origin })),
        fetch('/graphql', post({ origin, authorization: '', cookie: 'a=b' })),
      ]),
    )
    for (const { headers } of answers) expect(headers.has('access-control-allow-credentials')).toBe(false)
  })
})

describe('any other path', () => {
  it.each([
    '/',
    '/_security/_authenticate',
    '/_security/profile/_activate',
    '/_security/profile/u_x_0',
    '/graphql/',
    '/Graphql',
    '/graphql/x',
    '//graphql',
    '/health/ready',
    '/health/live',
    '/nowhere',
  ])('answers an allowed origin as without CORS: %s', async (path) => {
    for (const init of [
      preflight(page),
      { headers: { origin: page, authorization: basic(elastic) } },
      { headers: { origin: page } },
      post({ origin: page }, '{}'),
    ]) {
      const [response, before] = [await fetch(path, init), await fetchSilent(path, init)]
      expect(cors(response)).toEqual({})
      expect(response.status).toBe(before.status)
    }
  })
})

describe('a gateway without allowed origins', () => {
  it('has none of these headers', async () => {
    for (const init of [preflight(page), post({ origin: page }), post({ origin: page, authorization: '' })])
      expect(cors(await fetchSilent('/graphql', init))).toEqual({})
    expect((await fetchSilent('/graphql', preflight(page))).status).toBe(401)
  })
})

/** Sends an OPTIONS request byte by byte, and gives back all that comes. */
async function overWire(lines: readonly string[]): Promise<string> {
  const { hostname, port } = new URL(address)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  socket.write(`OPTIONS /graphql HTTP/1.1\r\nConnection: close\r\n${lines.join('\r\n')}\r\n\r\n`)
  return text(socket)
}
