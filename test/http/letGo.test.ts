import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it, onTestFinished } from 'vitest'
import { createReadBody } from '../../src/http/body.ts'
import { createConnections } from '../../src/http/connections.ts'
import { openSocket } from './rawSocket.ts'

setFlagsFromString('--expose_gc')
const collectGarbage = runInNewContext('gc') as () => void
const hour = 3_600_000

const post = 'POST / HTTP/1.1\r\nHost: gateway\r\nContent-Length: 100000\r\n\r\n'

async function addressOf(server: ReturnType<typeof createServer>): Promise<string> {
  server.listen(0, '127.0.0.1')
  onTestFinished(() => {
    server.close().closeAllConnections()
  })
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function isGone(what: () => WeakRef<object> | undefined): Promise<boolean> {
  for (let turn = 0; turn < 20; turn++) {
    await setTimeout(50)
    collectGarbage()
    if (what() !== undefined && what()?.deref() === undefined) return true
  }
  return false
}

it('a connection whose client has gone is kept by no answer that comes later', async () => {
  const { serve } = createConnections({
    limits: { maxConnections: 10, headerTimeout: hour, requestTimeout: hour, idleTimeout: hour },
    tls: null,
    refuse: () => expect.unreachable(),
    reportDrop: () => expect.unreachable(),
    reportNoTls: () => expect.unreachable(),
  })
  let connection: WeakRef<object> | undefined
  const server = serve((request, response) => {
    connection = new WeakRef(request.socket)
    response.once('close', () => response.end('too late'))
    server.emit('asked')
  })
  const { send, socket } = await openSocket(await addressOf(server))
  send(post)
  await once(server, 'asked')
  socket.resetAndDestroy()
  expect(await isGone(() => connection)).toBe(true)
})

it('a body that was read is not kept by its request', async () => {
  const readBody = createReadBody(1_000_000, () => undefined)
  const open: [IncomingMessage, ServerResponse][] = []
  let body: WeakRef<object> | undefined
  const server = createServer((request, response) => {
    open.push([request, response])
    void readBody(request, response, 1_000_000).then(({ bytes }) => {
      body = new WeakRef(bytes)
    })
  })
  const { send } = await openSocket(await addressOf(server))
  send(post + 'x'.repeat(100_000))
  expect(await isGone(() => body)).toBe(true)
  expect(open).toHaveLength(1)
})
