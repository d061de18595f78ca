import type { Server } from 'node:http'
import https from 'node:https'
import type { Socket } from 'node:net'
import { setImmediate, setTimeout } from 'node:timers/promises'

/** A server that stops waits until nobody has asked for so long, or this long, in milliseconds. */
const quiet = 100
const longest = 1_000
/** In bytes, as it may stand behind a request and is no other. */
const lineEnd = 2

/**
 * Knows the connections of a server that owe nobody an answer, and has the server close them when it is closed, but not
 * at once: that would take along what clients have sent and nobody has read. Each answer is to say that it is the last.
 */
export function createIdleConnections() {
  /** How many bytes had come on each of them: where there are more, a request has begun. */
  const idle = new Map<Socket, number>()
  let asked = 0

  return { watch, ask, rest }

  function watch(server: Server): void {
    const opened = server instanceof https.Server ? 'secureConnection' : 'connection'
    server.on(opened, (socket: Socket) => {
      rest(socket)
      socket.once('close', () => idle.delete(socket))
    })
    let closing: Promise<void> | undefined
    server.closeIdleConnections = () => void (closing ??= closeAll(server))
  }

  /** Takes that a request has come. */
  function ask(socket: Socket): void {
    asked += 1
    idle.delete(socket)
  }

  /** Takes that all that has come is answered, and the answer gone. */
  function rest(socket: Socket): void {
    if (!socket.destroyed) idle.set(socket, socket.bytesRead)
  }

  async function closeAll(server: Server): Promise<void> {
    let isClosed = !server.listening
    server.once('close', () => (isClosed = true))
    const end = performance.now() + longest
    let before: number
    do {
      before = asked
      await setTimeout(quiet, undefined, { ref: false })
      // What came while the process was busy is read first.
      await setImmediate()
    } while (asked !== before && performance.now() < end)
    // Whose answer was made before the stop, and is taken later, has not been told that it is the last.
    while (!isClosed) {
      closeIdle()
      await setTimeout(quiet, undefined, { ref: false })
    }
  }

  function closeIdle(): void {
    for (const [socket, bytes] of idle) if (socket.bytesRead <= bytes + lineEnd) socket.destroy()
  }
}
