import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { createDelay } from '../../bench/delay.ts'
import { createRelay } from '../../bench/relay.ts'

it('a relay with a delay passes everything on, in order, and no sooner than it is to', async () => {
  const echo = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1')
  await once(echo, 'listening')
  const delay = createDelay(3)
  const relay = await createRelay((echo.address() as AddressInfo).port, delay)
  onTestFinished(async () => {
    await relay.close()
    await delay.stop()
    echo.close()
  })
  const { port } = new URL(relay.through('postgres://127.0.0.1:1/'))
  const client = connect({ host: '127.0.0.1', port: Number(port) })
  const begun = performance.now()
  const sent = Array.from({ length: 50 }, (_, n) => `message ${n};`)
  for (const message of sent) {
    client.write(message)
    await new Promise(setImmediate)
  }
  let received = ''
  while (received.length < sent.join('').length) {
    const [chunk] = (await once(client, 'data')) as [Buffer]
    received += chunk.toString()
  }
  client.destroy()
  expect(received).toBe(sent.join(''))
  // Both ways: whatever else goes on here, it cannot be less.
  expect(performance.now() - begun).toBeGreaterThanOrEqual(6)
})
