import { setTimeout } from 'node:timers/promises'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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
