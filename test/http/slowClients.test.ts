import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { basic, createTestApp, elastic, overSocket, rest } from '../support/testApp.ts'
import { answersTo, openSocket } from './rawSocket.ts'

const app = await createTestApp({
  settings: 'http: { header_timeout: 1s, request_timeout: 2s, idle_timeout: 1s }',
})
/** One that waits for long, but for headers. */
const patient = await createTestApp({ settings: 'http: { header_timeout: 1s, request_timeout: 1h }' })
let address: string
let patientAddress: string
beforeAll(async () => {
  address = await app.app.listen()
  patientAddress = await patient.app.listen()
})
afterAll(async () => {
  await app.close()
  await patient.close()
})

const head = (path: string, headers = '', method = 'POST') =>
  `${method} ${path} HTTP/1.1\r\nHost: gateway\r\nAuthorization: ${basic(elastic)}\r\nContent-Type: application/json\r\n${headers}`
const get = (path: string) => `${head(path, '', 'GET')}\r\n`

/** How many connections the gateway has. */
function connections(of = app): Promise<number> {
  return new Promise((resolve, reject) => {
    of.app.server.server.getConnections((error, count) => {
      if (error) reject(error)
      else resolve(count)
    })
  })
}

/** Sends a byte now and then, for as long as anybody takes them. */
async function trickle(
  { socket, send }: Awaited<ReturnType<typeof openSocket>>,
  byte: string,
): Promise<void> {
  while (socket.writable && !socket.readableEnded) {
    send(byte)
    await setTimeout(100)
  }
}

describe('a client that is too slow', () => {
  const tooSlow = {
    root_cause: [{ type: 'timeout_exception', reason: 'the request did not come in time' }],
    type: 'timeout_exception',
    reason: 'the request did not come in time',
  }

  it.each([
    ['says nothing', '', ''],
    ['sends a part of the first line', 'GET /', ''],
    ['sends its headers one byte at a time', 'GET / HTTP/1.1\r\nX-A: ', 'a'],
    ['sends empty lines', '', '\r\n'],
    ['does so in HTTP/0.9', 'GET /\r\n', ''],
    ['does so behind another request', `${get('/health/live')}GET / HTTP/1.1\r\nX-A: `, 'a'],
  ])('is told so and let go with its headers, where it %s', async (_, first, more) => {
    const client = await openSocket(patientAddress)
    if (first !== '') client.send(first)
    void (more && trickle(client, more))
    const answers = await client.answers()
    expect(answers.at(-1)).toMatchObject({ status: 408 })
    expect(answers).toHaveLength(first.includes('live') ? 2 : 1)
    expect(JSON.parse(answers.at(-1)?.body ?? '')).toEqual({ error: tooSlow, status: 408 })
    expect(answers.at(-1)?.headers).toContainEqual(['connection', 'close'])
  })

  it.each([
    ['with a length', '/_security/profile/_activate', 'Content-Length: 1000\r\n', ' '],
    [
      'that is packed',
      '/_security/profile/_activate',
      'Content-Encoding: gzip\r\nContent-Length: 1000\r\n',
      ' ',
    ],
    ['in chunks', '/_security/profile/_activate', 'Transfer-Encoding: chunked\r\n', '1\r\n \r\n'],
    ['that never comes', '/_security/profile/_activate', 'Content-Length: 1000\r\n', ''],
    ['at the other door', '/graphql', 'Content-Length: 1000\r\n', ' '],
  ])('is told so and let go with a body %s', async (_, path, headers, more) => {
    const client = await openSocket(address)
    client.send(`${head(path, headers)}\r\n`)
    void (more && trickle(client, more))
    const answers = await client.answers()
    expect(answers).toMatchObject([{ status: 408 }])
    const body = JSON.parse(answers[0]?.body ?? '') as object
    if (path === '/graphql') expect(body).toMatchObject({ errors: [{ extensions: { code: 'TOO_SLOW' } }] })
    else expect(body).toEqual({ error: tooSlow, status: 408 })
  })

  it('is not told anything more where its request was answered before', async () => {
    const client = await openSocket(address)
    client.send('POST / HTTP/1.1\r\nHost: gateway\r\nContent-Length: 1000\r\n\r\n')
    void trickle(client, ' ')
    expect(await client.answers()).toMatchObject([{ status: 401 }])
  })

  it('is let go without a word where it sends no further request', async () => {
    expect(await answersTo(address, get('/health/live'))).toMatchObject([{ status: 200 }])
  })
})

describe('a client that goes away', () => {
  const half = `${head('/_security/profile/_activate', 'Content-Length: 1000\r\n')}\r\n{"grant_type"`

  it.each([
    ['its headers', half.slice(0, 40)],
    ['its body', half],
  ])('for sending, in the middle of %s, is told that this is no request', async (_, bytes) => {
    const { socket, answers } = await openSocket(address)
    socket.end(bytes)
    expect(await answers()).toMatchObject([{ status: 400 }])
  })

  it('leaves nothing behind, and nothing that looks like a defect', async () => {
    for (const bytes of ['', half.slice(0, 40), half, get('/'), get('/graphql'), `${head('/')}\r\n`]) {
      for (const leave of ['end', 'destroySoon', 'resetAndDestroy'] as const) {
        const { socket, send } = await openSocket(address)
        send(bytes)
        socket[leave]()
        // Before it may have read the headers, and after.
        const other = await openSocket(address)
        other.send(bytes)
        await rest(app.fetch, 'GET', '/', elastic)
        other.socket[leave]()
      }
    }
    await expect.poll(() => connections(), { timeout: 15_000 }).toBe(0)
    expect(app.logs()).not.toMatch(/"level":[56]0/)
  })
})

describe('a client that does not take its answers', () => {
  it('is let go of, though they are not all sent', async () => {
    const metadata = { much: 'x'.repeat(8_000_000) }
    await rest(app.fetch, 'PUT', '/_security/role/large', elastic, { metadata })
    const { socket, send } = await openSocket(address)
    socket.pause()
    send(get('/_security/role/large').repeat(5))
    await once(app.app.server.server, 'request')
    await expect.poll(() => connections(), { timeout: 15_000 }).toBe(0)
    socket.destroy()
    expect(app.logs()).not.toMatch(/"level":[56]0/)
  })
})

describe('connections', () => {
  it('end at a number, and one that is left makes place for another', async () => {
    const small = await createTestApp({ settings: 'http.max_connections: 2' })
    const there = await small.app.listen()
    const [first, second] = [await openSocket(there), await openSocket(there)]
    onTestFinished(async () => {
      second.socket.destroy()
      await small.close()
    })
    for (const { send, until } of [first, second]) {
      send(get('/health/live'))
      await until(/^HTTP\/1\.1 200 /)
    }
    expect(await answersTo(there, get('/health/live'))).toEqual([])
    expect(await answersTo(there, get('/health/live'))).toEqual([])
    const line = 'new connections are closed: there are as many as http.max_connections allows'
    expect(small.logs().split(line)).toHaveLength(2)
    first.socket.destroy()
    await expect.poll(() => connections(small)).toBe(1)
    expect((await overSocket(there)('/health/live')).status).toBe(200)
  })
})
