import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { onTestFinished } from 'vitest'

/**
 * Puts itself before a PostgreSQL server and returns its URL from there. What goes to the server and back is held up
 * now and then for some milliseconds, so that what takes one statement elsewhere can last longer than many here.
 */
export async function unevenNetwork(url: string): Promise<string> {
  const { hostname: host, port } = new URL(url)
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const backend = connect({ port: Number(port), host, allowHalfOpen: true })
    for (const socket of [client, backend]) sockets.add(socket.setNoDelay(true))
    carry(client, backend)
    carry(backend, client)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  const from = new URL(url)
  from.port = String((server.address() as AddressInfo).port)
  return from.href
}

/** In order, and some of it late. */
function carry(from: Socket, to: Socket): void {
  let carried = Promise.resolve()
  const next = (act: () => void) => {
    const late = Math.random() < 0.1 ? 2 + Math.random() * 20 : 0
    carried = carried.then(() => (late > 0 ? setTimeout(late) : undefined)).then(act)
  }
  from.on('data', (chunk) => next(() => to.write(chunk)))
  from.on('end', () => next(() => to.end()))
  from.on('error', () => to.destroy())
}
