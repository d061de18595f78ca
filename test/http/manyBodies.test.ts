import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { failureOf } from '../../src/errors.ts'
import { createReadBody } from '../../src/http/body.ts'
import { jacknich, loginBackend, provision } from '../support/people.ts'
import { basic, createTestApp, elastic, overSocket, rest, type Fetch } from '../support/testApp.ts'
import { startBodyServer } from './bodyServer.ts'
import { openSocket } from './rawSocket.ts'

const mb = 1_048_576

describe('many large bodies that come slowly', () => {
  const app = createTestApp({ settings: 'http: { max_content_length: 1mb, max_content_under_way: 4mb }' })
  let address: string
  let fetch: Fetch
  beforeAll(async () => {
    address = await (await app).app.listen()
    fetch = overSocket(address)
    await provision(fetch)
  })
  afterAll(async () => (await app).close())

  const activation = { grant_type: 'password', ...jacknich }
  const path = '/_security/profile/_activate'

  it('are refused beyond what all may hold, the largest first, while small requests are answered', async () => {
    const [first, second] = [' '.repeat(mb - 1_000), `${' '.repeat(998)}{}`]
    const head = `POST ${path} HTTP/1.1\r\nHost: gateway\r\nAuthorization: ${basic(elastic)}\r\nContent-Type: application/json\r\n`
    const clients = await Promise.all(Array.from({ length: 40 }, () => openSocket(address)))
    for (const { send } of clients) send(`${head}Connection: close\r\nContent-Length: ${mb}\r\n\r\n${first}`)
    const line = 'all together are larger than http.max_content_under_way'
    const { logs } = await app
    await expect.poll(() => logs().includes(line)).toBe(true)
    for (let n = 0; n < 10; n++)
      expect((await rest(fetch, 'POST', path, loginBackend, activation)).status).toBe(200)
    for (const { send } of clients) send(second)
    const answers = (await Promise.all(clients.map(({ answers }) => answers()))).flat()
    const refused = answers.filter(({ status }) => status === 503)
    expect(refused.length).toBeGreaterThan(0)
    expect(answers.filter(({ status }) => status === 400).length).toBe(40 - refused.length)
    expect(refused[0]?.headers).toContainEqual(['retry-after', '1'])
    expect(JSON.parse(refused[0]?.body ?? '')).toMatchObject({
      error: { reason: 'the bodies of too many requests are under way, try again later' },
    })
    expect(logs().split(line)).toHaveLength(2)
    expect(logs()).not.toMatch(/"level":[56]0/)
  })

  it('leave all of the room when they are answered or gone', async () => {
    for (let n = 0; n < 10; n++) {
      const { socket, send } = await openSocket(address)
      send(`POST ${path} HTTP/1.1\r\nHost: gateway\r\nAuthorization: ${basic(elastic)}\r\n`)
      send(`Content-Length: ${mb}\r\n\r\n${' '.repeat(mb / 2)}`)
      await rest(fetch, 'GET', '/', elastic)
      socket.resetAndDestroy()
    }
    for (let n = 0; n < 10; n++) {
      const padded = `${' '.repeat(mb - 1_000)}${JSON.stringify(activation)}`
      expect((await rest(fetch, 'POST', path, loginBackend, padded)).status).toBe(200)
    }
  })
})

describe('a body', () => {
  it('that is small finds room, which the largest that still comes makes', async () => {
    const come = Promise.withResolvers<undefined>()
    const readBody = createReadBody(1_000, () => undefined)
    const server = createServer((request, response) => {
      request.once('data', () => {
        come.resolve(undefined)
      })
      readBody(request, response, 1_000).then(
        () => response.end(),
        (thrown: unknown) => response.writeHead(failureOf(thrown).status).end(),
      )
    }).listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const there = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const large = await openSocket(there)
    const head = 'POST / HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\nContent-Length: 1000\r\n\r\n'
    large.send(head + 'x'.repeat(950))
    await come.promise
    expect((await overSocket(there)('/', { method: 'POST', body: 'x'.repeat(100) })).status).toBe(200)
    large.send('x'.repeat(50))
    expect(await large.received()).toMatch(/^HTTP\/1\.1 503 /)
  })

  it('holds its room until the work with it is over, whether or not its sender waits', async () => {
    const gates = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()]
    const [working, gone] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()]
    let begun = 0
    const there = await startBodyServer({
      readBody: createReadBody(1_000, () => undefined),
      limit: 1_000,
      async work() {
        working.resolve(undefined)
        await gates[begun++]?.promise
      },
      closed: () => {
        gone.resolve(undefined)
      },
    })
    const post = (size: number, signal?: AbortSignal) =>
      there('/', {
        method: 'POST',
        body: 'x'.repeat(size),
        ...(signal && { signal }),
      })
    const aborting = new AbortController()
    const first = post(900, aborting.signal)
    await working.promise
    expect((await post(200)).status).toBe(503)
    aborting.abort()
    await expect(first).rejects.toThrow('aborted')
    await gone.promise
    expect((await post(200)).status).toBe(503)
    gates[0]?.resolve(undefined)
    gates[1]?.resolve(undefined)
    await expect.poll(async () => (await post(900)).status).toBe(200)
  })
  it('gives its room back though nobody takes the answer', async () => {
    const { app, fetch, close } = await createTestApp({
      settings: 'http: { max_content_length: 8mb, max_content_under_way: 24mb }',
    })
    onTestFinished(close)
    const address = await app.listen()
    const text = JSON.stringify({ ['x'.repeat(4 * mb)]: 1 }).padStart(8 * mb)
    const sockets = await Promise.all(Array.from({ length: 2 }, () => openSocket(address)))
    for (const { socket, send } of sockets) {
      onTestFinished(() => void socket.destroy())
      send(`PUT /_security/user/joe HTTP/1.1\r\nHost: gateway\r\nAuthorization: ${basic(elastic)}\r\n`)
      send(`Content-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n${text}`)
      await once(socket, 'data')
      socket.pause()
    }
    const large = ' '.repeat(7 * mb)
    const answers = [0, 1].map(() => rest(fetch, 'POST', '/_security/profile/_activate', elastic, large))
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([400, 400])
  })

  it('that is small finds room beside those that are worked on', async () => {
    const gate = Promise.withResolvers<undefined>()
    const working = Promise.withResolvers<undefined>()
    let begun = 0
    const most = 1_000_000
    const there = await startBodyServer({
      readBody: createReadBody(most, () => undefined),
      limit: most,
      async work() {
        working.resolve(undefined)
        if (begun++ === 0) await gate.promise
      },
    })
    const post = async (size: number) => (await there('/', { method: 'POST', body: 'x'.repeat(size) })).status
    const first = post(most)
    await working.promise
    expect([await post(1_000), await post(100)]).toEqual([503, 200])
    gate.resolve(undefined)
    expect(await first).toBe(200)
  })
})
