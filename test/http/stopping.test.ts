import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Agent, request, type IncomingMessage } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { connect as connectByTls } from 'node:tls'
import { pino } from 'pino'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createConnections } from '../../src/http/connections.ts'
import { createMetricsServer } from '../../src/http/metricsServer.ts'

const minute = 60_000
const limits = { maxConnections: 100, headerTimeout: minute, requestTimeout: minute, idleTimeout: minute }
const folder = join(import.meta.dirname, '../support/tls')
const [certificate = '', key = '', ca = ''] = ['server.pem', 'server.key.pem', 'authority.pem'].map((name) =>
  readFileSync(join(folder, name), 'utf8'),
)

const get = (path = '/') => `GET ${path} HTTP/1.1\r\nHost: gateway\r\n\r\n`
const large = 20_000_000

/** A server that answers soon, once it stops with the last answer of each connection, and what becomes of it. */
async function served(tls: { certificate: string; key: string } | null) {
  const refuse = () => expect.unreachable()
  const server = createConnections({ limits, tls, refuse, reportDrop: refuse, reportNoTls: refuse }).serve(
    ({ url }, response) => {
      void setTimeout(20).then(() => {
        if (!server.listening) response.setHeader('connection', 'close')
        response.end(url === '/large' ? Buffer.alloc(large) : 'answered')
      })
    },
  )
  server.listen(0, '127.0.0.1')
  onTestFinished(() => {
    server.closeAllConnections()
  })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { open, stop: () => new Promise((resolve) => server.close(resolve)) }

  /** A connection of a client. */
  async function open(): Promise<Socket> {
    const socket = tls
      ? connectByTls({ host: '127.0.0.1', servername: 'localhost', port, ca })
      : connect(port, '127.0.0.1')
    await once(socket, tls ? 'secureConnect' : 'connect')
    return socket
  }
}

async function answered(socket: Socket): Promise<Socket> {
  socket.write(get())
  await once(socket, 'data')
  return socket
}

describe.each([
  ['without TLS', null],
  ['with TLS', { certificate, key }],
])('a server that stops, %s', (_, tls) => {
  it('answers what has been sent on connections that are open, and says that it is the last', async () => {
    const { open, stop } = await served(tls)
    const clients = await Promise.all(Array.from({ length: 5 }, async () => answered(await open())))
    for (const client of clients) client.write(get())
    const stopped = stop()
    for (const answer of await Promise.all(clients.map(text))) {
      expect(answer).toMatch(/^HTTP\/1.1 200 .*connection: close\r\n.*answered$/is)
    }
    await stopped
  })

  it.each([
    ['is made meanwhile', 5],
    ['was made before', 60],
  ])('waits until an answer is taken that %s, and then closes soon', async (_, after) => {
    const { open, stop } = await served(tls)
    const client = await open()
    client.pause().write(get('/large'))
    await setTimeout(after)
    const stopped = stop()
    await setTimeout(400)
    expect((await text(client)).length).toBeGreaterThan(large)
    await stopped
  })

  it('closes soon what is idle, if it has asked or not, but not where a request has begun', async () => {
    const { open, stop } = await served(tls)
    const [used, unused, begun] = await Promise.all([open().then(answered), open(), open()])
    begun.write(get().slice(0, 20))
    await setTimeout(20)
    const stopped = stop()
    await Promise.all([used, unused].map((client) => once(client.resume(), 'close')))
    expect(begun.closed).toBe(false)
    begun.write(get().slice(20))
    expect(await text(begun)).toMatch(/connection: close\r\n.*answered$/is)
    await stopped
  })
})

describe('a server that stops', () => {
  it('takes the end of a line behind a request for no other', async () => {
    const { open, stop } = await served(null)
    const client = await open()
    client.write(`${get()}\r\n`)
    await once(client, 'data')
    const stopped = stop()
    await once(client.resume(), 'close')
    await stopped
  })
})

describe('a server of metrics that stops', () => {
  it('gives clients that go on asking one more answer at most', async () => {
    const { listen, close } = createMetricsServer({
      contentType: 'text/plain',
      expose: () => setTimeout(5, 'up 1\n'),
      limits,
      tls: null,
      logger: pino({ level: 'silent' }),
    })
    const address = await listen('127.0.0.1', 0)
    const agent = new Agent({ keepAlive: true })
    const ask = async () => {
      const [answer] = (await once(request(`${address}/metrics`, { agent }).end(), 'response')) as [
        IncomingMessage,
      ]
      expect(await text(answer)).toBe('up 1\n')
      return answer.headers.connection
    }
    const clients = Array.from({ length: 5 })
    expect(await Promise.all(clients.map(ask))).toEqual(clients.map(() => 'keep-alive'))
    const again = clients.map(ask)
    const closed = close()
    expect(await Promise.all(again)).toEqual(clients.map(() => 'close'))
    await closed
  })
})
