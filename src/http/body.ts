import type { IncomingMessage } from 'node:http'
import { Failure } from '../errors.ts'

/** How much of a body that is too large is read and thrown away, so that its sender gets to see the answer. */
const patience = 64 * 1024 * 1024

/** Reads a request's body. @throws `TOO_LARGE` beyond the limit, in bytes */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const tooLarge = () => new Failure('TOO_LARGE', `the request body is larger than ${limit} bytes`)
    let chunks: Buffer[] = []
    let size = 0
    if (Number(request.headers['content-length'] ?? 0) > limit + patience) {
      reject(tooLarge())
      return
    }
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
      reject(new Failure('INVALID_INPUT', 'the request body broke off', { cause }))
    })
  })
}
