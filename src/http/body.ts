import type { IncomingMessage, ServerResponse } from 'node:http'
import { Failure } from '../errors.ts'

/** How much of a body that is too large is read and thrown away, so that its sender gets to see the answer. */
const patience = 64 * 1024 * 1024

/** What a request is told of a body that breaks off, and why each did. */
const brokenOff = Symbol('broken off')
const reasons = new WeakMap<IncomingMessage, Failure>()

/** Reads a request's body, once its sender is told to send it. @throws `TOO_LARGE` beyond the limit, in bytes */
export function readBody(request: IncomingMessage, response: ServerResponse, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const tooLarge = () => new Failure('TOO_LARGE', `the request body is larger than ${limit} bytes`)
    const brokeOff = (cause: unknown) => new Failure('INVALID_INPUT', 'the request body broke off', { cause })
    // Whoever sends it may be gone already.
    const reason = reasons.get(request) ?? (request.destroyed ? brokeOff(request.errored) : null)
    const isAwaited = request.headers.expect !== undefined && request.httpVersion === '1.1'
    const declared = Number(request.headers['content-length'] ?? 0)
    if (reason !== null || declared > limit + (isAwaited ? 0 : patience)) {
      reject(reason ?? tooLarge())
      return
    }
    if (isAwaited) response.writeContinue()
    let chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= limit) chunks.push(chunk)
      else chunks = []
      if (size > limit + patience) reject(tooLarge())
    })
    request.on('end', () => {
      if (size > limit) reject(tooLarge())
      else resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks))
    })
    request.on('error', (cause) => {
      reject(brokeOff(cause))
    })
    request.once(brokenOff, reject)
  })
}

/** Ends a body that does not come any further, with the reason for which whoever reads it fails. */
export function breakOff(request: IncomingMessage, reason: Failure): void {
  reasons.set(request, reason)
  request.emit(brokenOff, reason)
}
