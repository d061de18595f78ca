import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

interface Session {
  readonly socket: Socket
  /** What the server said when it was begun, which is told each client. */
  readonly greeting: Buffer[]
  client: Socket
  isGreeted: boolean
  /** The state of its transaction, which ends each of the server's answers: `I`, where there is none. */
  state: number
}

const terminate = Buffer.from('X\0\0\0\x04')
const idle = 'I'.charCodeAt(0)

/**
 * Puts itself before a PostgreSQL server that asks for no password, like a pooler that gives one session to one client
 * after another and resets nothing, but ends one that was left within a transaction. Returns its URL, and the names of
 * the settings that clients have begun with.
 */
export async function sharedSession(url: string) {
  const { hostname: host, port } = new URL(url)
  const settings = new Set<string>()
  let session: Session | undefined

  const server = createServer((client) => {
    client.setNoDelay(true).once('data', (startup) => {
      const words = startup.subarray(8).toString().split('\0')
      for (const [place, name] of words.entries()) if (place % 2 === 0 && name !== '') settings.add(name)
      if (session) client.write(Buffer.concat(session.greeting))
      else session = begun(client, startup)
      const { socket } = Object.assign(session, { client })
      client.on('data', (chunk) => {
        if (!chunk.equals(terminate)) socket.write(chunk)
        else if (session?.state !== idle) end()
      })
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    end()
    server.close()
  })
  const { port: own } = server.address() as AddressInfo
  return { url: Object.assign(new URL(url), { port: String(own) }).href, settings }

  function begun(client: Socket, startup: Buffer): Session {
    const socket = connect({ port: Number(port), host })
    const one: Session = { socket, client, greeting: [], isGreeted: false, state: 0 }
    socket.write(startup)
    socket.on('data', (chunk) => {
      one.client.write(chunk)
      one.state = chunk.at(-1) ?? 0
      if (!one.isGreeted) one.greeting.push(chunk)
      one.isGreeted ||= one.state === idle
    })
    return one
  }

  function end(): void {
    session?.socket.destroy()
    session = undefined
  }
}
