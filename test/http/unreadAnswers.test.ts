import { setTimeout } from 'node:timers/promises'
import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { connect as connectByTls } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { basic, createTestApp } from '../support/testApp.ts'
import { openSocket } from './rawSocket.ts'

const app = await createTestApp()
let address: string
beforeAll(async () => {
  address = await app.app.listen()
})
afterAll(app.close)

describe('a page that is asked for again and again, and not taken,', () => {
  it('is in memory once', async () => {
    const one = 'GET /graphql HTTP/1.1\r\nHost: gateway\r\nAccept: text/html\r\n\r\n'
    const before = await openSocket(address)
    before.send(one)
    await before.until(/<html/)
    const { arrayBuffers } = process.memoryUsage()
    const readers = await Promise.all(Array.from({ length: 20 }, () => openSocket(address)))
    for (const { socket, send } of readers) {
      socket.pause()
      send(one)
    }
    // Until all of them are answered, as far as they can be.
    for (let pages = -1, now = 0; pages !== now;) {
      await setTimeout(200)
      pages = now
      now = process.memoryUsage().arrayBuffers
    }
    // It has 9 MB.
    expect(process.memoryUsage().arrayBuffers - arrayBuffers).toBeLessThan(50_000_000)
    for (const { socket } of [before, ...readers]) socket.destroy()
  })
})

describe('a page that is asked for by TLS again and again, and not taken,', () => {
  async function encrypted() {
    const folder = join(import.meta.dirname, '../support/tls')
    const {
      app: server,
      close,
      logs,
    } = await createTestApp({
      settings: `tls: { certificate: ${folder}/server.pem, key: ${folder}/server.key.pem }\nhttp: { header_timeout: 1s, request_timeout: 3s }`,
    })
    onTestFinished(close)
    const port = Number(new URL(await server.listen()).port)
    const ask = async () => {
      const socket = connectByTls({ port, host: '127.0.0.1', rejectUnauthorized: false })
      socket.on('error', () => undefined)
      await once(socket, 'secureConnect')
      socket.write('GET /graphql HTTP/1.1\r\nHost: gateway\r\nAccept: text/html\r\n\r\n')
      return socket
    }
    return { ask, logs }
  }

  it('is answered once, though its reader leaves before the end', async () => {
    const { ask, logs } = await encrypted()
    const reader = await ask()
    await once(reader, 'data')
    reader.destroy()
    await setTimeout(500)
    expect(logs()).not.toContain('no answer could be made')
  })

  it('is encrypted as far as it is taken, and its connections end in time', async () => {
    const { ask } = await encrypted()
    const first = await ask()
    await once(first, 'data')
    const before = process.memoryUsage.rss()
    const readers = await Promise.all(Array.from({ length: 30 }, ask))
    for (const reader of readers) reader.pause()
    await setTimeout(1_000)
    // Each copy of it has 9 MB.
    expect(process.memoryUsage.rss() - before).toBeLessThan(100_000_000)
    await setTimeout(3_000)
    const ends = readers.map((reader) => once(reader, 'close'))
    for (const reader of readers) reader.resume()
    await Promise.all(ends)
    const taken = readers.map(({ bytesRead }) => bytesRead)
    expect(Math.max(...taken)).toBeLessThan(8_000_000)
    first.destroy()
  })
})

describe('who resets the connection behind a request', () => {
  it('is not served, since nobody could say who it was', async () => {
    const { port } = new URL(address)
    const head = `GET /_security/_authenticate HTTP/1.1\r\nHost: gateway\r\nAuthorization: ${basic({ username: 'elastic', password: 'wrong-one' })}\r\n\r\n`
    const gone = Array.from(
      { length: 100 },
      () =>
        new Promise((resolve) => {
          const socket = connect(Number(port), '127.0.0.1', () => {
            socket.write(head, () => {
              socket.resetAndDestroy()
            })
          })
          socket.on('error', () => undefined).once('close', resolve)
        }),
    )
    await Promise.all(gone)
    // One that stays is served after them.
    const last = await openSocket(address)
    last.send(head.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'))
    await last.answers()
    const told = JSON.stringify(app.audit()) + app.logs()
    expect(told).toContain('"ip":"127.0.0.1"')
    expect(told).not.toMatch(/"address":"unknown"/)
  })
})
