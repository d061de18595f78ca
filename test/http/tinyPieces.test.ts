import { createServer, type IncomingMessage } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createReadBody } from '../../src/http/body.ts'
import { keepEarly } from '../../src/http/early.ts'
import { addPiece } from '../../src/http/pieces.ts'
import { createTestApp } from '../support/testApp.ts'
import { openSocket } from './rawSocket.ts'

const chunks = (text: string) => text.replaceAll(/./g, '1\r\n$&\r\n')

describe('a body in pieces of one byte', () => {
  it('is put together while it comes', () => {
    const pieces: Buffer[] = []
    const text = Array.from({ length: 50_000 }, (_, n) => n % 10).join('')
    for (const one of text) addPiece(pieces, Buffer.from(one))
    expect(pieces.length).toBeLessThan(20)
    expect(Buffer.concat(pieces).toString()).toBe(text)
  })

  it('is copied fifteen times at most, whatever their lengths', () => {
    const concat = vi.spyOn(Buffer, 'concat')
    onTestFinished(() => concat.mockRestore())
    const copied = (lengths: readonly number[]) => {
      const pieces: Buffer[] = []
      concat.mockClear()
      for (const length of lengths) addPiece(pieces, Buffer.alloc(length))
      return concat.mock.results.reduce((sum, { value }) => sum + (value as Buffer).length, 0)
    }
    // Each is smaller than the one before it, until the last one takes all.
    const falling = Array.from({ length: 1_500 }, (_, n) => 1_500 - n)
    expect(copied([...falling, 16_000])).toBeLessThan(15 * 1_150_000)
    expect(copied(Array.from({ length: 100_000 }, () => 1))).toBeLessThan(15 * 100_000)
  })

  it('takes no more memory than it has where nobody reads it yet', async () => {
    const { app, close } = await createTestApp()
    onTestFinished(close)
    const address = await app.listen()
    const sockets = await Promise.all(Array.from({ length: 9 }, () => openSocket(address)))
    const [first, ...others] = sockets
    onTestFinished(() => {
      for (const { socket } of sockets) socket.destroy()
    })
    // Whoever does not take the page keeps its request from being over.
    const head =
      'GET /graphql HTTP/1.1\r\nHost: gateway\r\nAccept: text/html\r\nTransfer-Encoding: chunked\r\n\r\n'
    first?.send(head)
    await first?.until(/<html/)
    const before = process.memoryUsage().heapUsed
    const body = chunks('x'.repeat(60_000))
    for (const { socket, send } of others) {
      socket.pause()
      send(head + body)
    }
    await setTimeout(2_000)
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(60_000_000)
  })
})

describe('a body that came before it was read', () => {
  /** Serves one request, whose body is read when `isTime` resolves. */
  async function reading(isTime: (request: IncomingMessage) => Promise<unknown>) {
    const { promise: read, resolve, reject } = Promise.withResolvers<string>()
    const readBody = createReadBody(10_000_000, () => undefined)
    const server = createServer((request, response) => {
      keepEarly(request, response)
      isTime(request)
        .then(() => readBody(request, response, 10_000_000))
        .then(({ bytes }) => {
          resolve(bytes.toString())
          response.end()
        }, reject)
    }).listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const { send, socket } = await openSocket(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    onTestFinished(() => void socket.destroy())
    send('POST / HTTP/1.1\r\nHost: gateway\r\nTransfer-Encoding: chunked\r\n\r\n')
    return { read, send }
  }
  const text = Array.from({ length: 200_000 }, (_, n) => n % 10).join('')

  it('is read where all of it had come', async () => {
    const { read, send } = await reading((request) => once(request, 'end'))
    send(`${chunks(text.slice(0, 900))}0\r\n\r\n`)
    expect(await read).toBe(text.slice(0, 900))
  })

  it('is read on where a part had come', async () => {
    let taken = 0
    const { read, send } = await reading(async ({ socket }) => {
      await setTimeout(500)
      taken = socket.bytesRead
    })
    send(`${chunks(text)}0\r\n\r\n`)
    expect(await read).toBe(text)
    // All of it has 1.2 MB.
    expect(taken).toBeLessThan(300_000)
  })
})
