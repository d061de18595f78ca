import { AsyncResource } from 'node:async_hooks'
import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

/** How many requests may wait on a connection for the one before them. */
const mostWaiting = 16

/**
 * Makes what has the pipelined requests of a connection begin one after another, where the parser would begin all that
 * have come: each once the answer before it has left, and none behind the last answer. While some wait, nothing more is
 * read.
 */
export function createPipelining() {
  const waiting = new WeakMap<Duplex, number>()
  const waitingOn = (socket: Duplex) => waiting.get(socket) ?? 0

  /** The function that begins a request when it is its turn; null: too many wait already. */
  return function turnOf(
    socket: Duplex,
    before: ServerResponse | undefined,
  ): ((begin: () => void) => void) | null {
    if (before === undefined || before.destroyed) return (begin) => begin()
    if (waitingOn(socket) === mostWaiting) return null
    return (begin) => {
      // It begins when another answer has left, and is no part of that one.
      const beginApart = AsyncResource.bind(begin)
      waiting.set(socket, waitingOn(socket) + 1)
      // Later: the parser reads on when it is through with a request.
      setImmediate(() => {
        if (waitingOn(socket) > 0) socket.pause()
      })
      before.once('close', () => {
        waiting.set(socket, waitingOn(socket) - 1)
        if (!socket.writable) return
        if (waitingOn(socket) === 0) socket.resume()
        beginApart()
      })
    }
  }
}
