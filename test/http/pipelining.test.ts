import { AsyncLocalStorage } from 'node:async_hooks'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createReadBody } from '../../src/http/body.ts'
import { createConnections } from '../../src/http/connections.ts'
import { openSocket } from './rawSocket.ts'

const hour = 3_600_000

/** A server whose requests are begun, and answered when the test says so. */
async function gated(begins: (url: string) => void = () => undefined) {
  const { serve } = createConnections({
    limits: { maxConnections: 10, headerTimeout: hour, requestTimeout: hour, idleTimeout: hour },
    tls: null,
    refuse: ({ status, message }) => ({ status, headers: {}, body: message }),
    reportDrop: () => expect.unreachable(),
    reportNoTls: () => expect.unreachable(),
  })
  const begun: { url: string; response: ServerResponse; socket: Socket }[] = []
  const server = serve(({ url = '', socket }, response) => {
    begins(url)
    begun.push({ url, response, socket })
    server.emit('begun')
  })
  server.listen(0, '127.0.0.1')
  onTestFinished(() => {
    server.close().closeAllConnections()
  })
  await once(server, 'listening')
  const client = await openSocket(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  return {
    client,
    begun,
    urls: () => begun.map(({ url }) => url),
    /** Waits until so many are begun, and for whatever would be begun with the last of them. */
    until: async (count: number) => {
      while (begun.length < count) await once(server, 'begun')
      for (let turn = 0; turn < 5; turn++) await setImmediate()
    },
    answer: (n: number, headers: Record<string, string> = {}) => {
      const body = String(n)
      begun[n]?.response.writeHead(200, { 'content-length': body.length, ...headers }).end(body)
    },
  }
}

const get = (url: string) => `GET ${url} HTTP/1.1\r\nHost: gateway\r\n\r\n`
const paths = (count: number) => Array.from({ length: count }, (_, n) => `/${n}`)

describe('requests that come before the one in front of them is answered', () => {
  it('are begun one after another, and answered in their order', async () => {
    const { client, urls, until, answer } = await gated()
    client.send(paths(5).map(get).join(''))
    for (let n = 0; n < 5; n++) {
      await until(n + 1)
      expect(urls()).toEqual(paths(n + 1))
      answer(n, n === 4 ? { connection: 'close' } : {})
    }
    expect((await client.answers()).map(({ body }) => body)).toEqual(['0', '1', '2', '3', '4'])
  })

  it('are not begun behind the last answer', async () => {
    const { client, urls, until, answer } = await gated()
    client.send(paths(3).map(get).join(''))
    await until(1)
    answer(0, { connection: 'close' })
    expect(await client.answers()).toMatchObject([{ status: 200 }])
    expect(urls()).toEqual(['/0'])
  })

  it('are not begun once nobody is there any more', async () => {
    const { client, begun, urls, until, answer } = await gated()
    client.send(paths(3).map(get).join(''))
    await until(1)
    client.socket.resetAndDestroy()
    await once(client.socket, 'close')
    answer(0)
    await expect.poll(() => begun[0]?.socket.destroyed).toBe(true)
    await until(1)
    expect(urls()).toEqual(['/0'])
  })

  it('are sixteen at most: one more is refused once those are answered, and nothing behind it is looked at', async () => {
    const { client, urls, until, answer } = await gated()
    client.send(paths(30).map(get).join(''))
    for (let n = 0; n < 17; n++) {
      await until(n + 1)
      answer(n)
    }
    const answers = await client.answers()
    expect(answers.map(({ status }) => status)).toEqual([...paths(17).map(() => 200), 503])
    expect(answers.at(-1)?.body).toBe('too many requests wait on this connection')
    expect(urls()).toEqual(paths(17))
  })

  it('are not read any further while some of them wait', async () => {
    const { client, begun, until } = await gated()
    client.send(paths(2).map(get).join(''))
    await until(1)
    const one = `GET / HTTP/1.1\r\nHost: gateway\r\nX: ${'x'.repeat(10_000)}\r\n\r\n`
    for (let n = 0; n < 20; n++) client.send(one.repeat(100))
    for (let read = -1, now = 0; read !== now;) {
      await setTimeout(500)
      read = now
      now = begun[0]?.socket.bytesRead ?? 0
    }
    // Of 20 MB, of which all that may wait would be a megabyte.
    expect(begun[0]?.socket.bytesRead).toBeLessThan(200_000)
  })

  it('have their bodies read when it is their turn', async () => {
    const { client, begun, until, answer } = await gated()
    client.send(get('/first'))
    const size = 1_000_000
    client.send(
      `POST /second HTTP/1.1\r\nHost: gateway\r\nContent-Length: ${size}\r\n\r\n${'x'.repeat(size)}`,
    )
    client.send(get('/third'))
    await until(1)
    answer(0)
    await until(2)
    const { response } = begun[1] ?? expect.unreachable()
    const { bytes } = await createReadBody(size, () => undefined)(response.req, response, size)
    expect(bytes.length).toBe(size)
    answer(1)
    await until(3)
    answer(2, { connection: 'close' })
    expect((await client.answers()).map(({ body }) => body)).toEqual(['0', '1', '2'])
  })

  it('are no part of the request whose answer they have waited for', async () => {
    const within = new AsyncLocalStorage<string>()
    const seen: (string | undefined)[] = []
    const { client, answer } = await gated((url) => {
      seen.push(within.getStore())
      const n = seen.length - 1
      void within.run(url, async () => {
        await setImmediate()
        answer(n, n === 2 ? { connection: 'close' } : {})
      })
    })
    client.send(paths(3).map(get).join(''))
    await client.answers()
    expect(seen).toEqual([undefined, undefined, undefined])
  })

  it('end the connection where far too many have come behind the last', async () => {
    const { client, until } = await gated()
    client.send(
      paths(17 + 1 + 100)
        .map(get)
        .join(''),
    )
    await until(1)
    expect(await client.answers()).toEqual([])
  })
})
