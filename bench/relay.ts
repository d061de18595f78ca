import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import type { Delay } from './delay.ts'

/** A way to a PostgreSQL server on which is counted how often a client waits for it. */
export interface Relay {
  /** The same database, reached through the relay. */
  readonly through: (url: string) => string
  /** How many round trips there were so far. */
  readonly roundTrips: () => number
  readonly close: () => Promise<void>
}

/** Each of these ends with the server's word that it is ready again. Source: PostgreSQL's message formats. */
const waitedFor = ['S'.charCodeAt(0), 'Q'.charCodeAt(0)] // Sync, Query

/** Makes a relay to a port of this machine, on which each way takes as long as the delay, if there is one. */
export async function createRelay(port: number, delay?: Delay): Promise<Relay> {
  let roundTrips = 0
  const open = new Set<Socket>()
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ host: '127.0.0.1', port, noDelay: true })
    const count = createMessageCounter((type) => {
      if (waitedFor.includes(type)) roundTrips += 1
    })
    for (const socket of [client, upstream]) {
      open.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        open.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    client.on('data', count)
    pass(client, upstream, delay)
    pass(upstream, client, delay)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    through(url) {
      const through = new URL(url)
      through.port = String((server.address() as AddressInfo).port)
      return through.href
    },
    roundTrips: () => roundTrips,
    async close() {
      for (const socket of open) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function pass(from: Socket, to: Socket, delay: Delay | undefined): void {
  if (!delay) {
    from.pipe(to)
    return
  }
  from.on('data', (chunk) => delay.later(() => to.write(chunk)))
  from.on('end', () => delay.later(() => to.end()))
}

/** Sees the types of the messages that a client sends. The first has none: it only has a length. */
function createMessageCounter(see: (type: number) => void): (chunk: Buffer) => void {
  let unread: Buffer = Buffer.alloc(0)
  let typeBytes = 0
  return (chunk) => {
    unread = Buffer.concat([unread, chunk])
    while (unread.length >= typeBytes + 4) {
      const end = typeBytes + unread.readUInt32BE(typeBytes)
      if (unread.length < end) return
      if (typeBytes > 0) see(unread.readUInt8(0))
      typeBytes = 1
      unread = unread.subarray(end)
    }
  }
}
