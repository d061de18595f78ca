import type { IncomingMessage, ServerResponse } from 'node:http'
import { addPiece } from './pieces.ts'

/** How much of a body is kept before somebody reads it, in bytes: then nothing more is taken from its connection. */
const most = 65_536
/** As how many a piece counts that has fewer: it takes time. */
const least = 64

const early = new WeakMap<IncomingMessage, () => Buffer[]>()

/**
 * Keeps what comes of a body before somebody reads it, put together: Node keeps each piece by itself, and one of a single
 * byte takes two hundred. Whose request is answered before that sends the rest in vain.
 */
export function keepEarly(request: IncomingMessage, response: ServerResponse): void {
  const { 'content-length': length = '0', 'transfer-encoding': coding } = request.headers
  if (coding === undefined && length === '0') return
  const pieces: Buffer[] = []
  let size = 0
  early.set(request, letGo)
  request.on('data', keep)
  response.once('finish', letGo)

  function keep(piece: Buffer): void {
    addPiece(pieces, piece)
    size += Math.max(piece.length, least)
    // Once Node has asked for more, as it does after each piece.
    if (size >= most) queueMicrotask(stop)
  }

  function stop(): void {
    if (early.has(request) && !request.complete) request.socket.pause()
  }

  function letGo(): Buffer[] {
    early.delete(request)
    request.off('data', keep)
    response.off('finish', letGo)
    if (size >= most && !request.complete) request.socket.resume()
    return pieces
  }
}

/** Takes what has come so far, and has the rest come to whoever listens. */
export function takeEarly(request: IncomingMessage): readonly Buffer[] {
  return early.get(request)?.() ?? []
}
