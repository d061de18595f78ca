import { createGunzip, createInflate } from 'node:zlib'
import { Failure } from '../errors.ts'

/** Makes what undoes a coding. */
export type ContentCoding = typeof createGunzip | typeof createInflate

/** Source: RFC 9110, 8.4.1. */
const codings = new Map<string, ContentCoding | null>([
  ['', null],
  ['identity', null],
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
])

/** How much is unpacked at once, in bytes. */
const chunkSize = 64 * 1024
/** What it takes to unpack anything: what comes next, and what zlib remembers. */
export const unpackingSize = 2 * chunkSize

/** How a body is packed that has such a `Content-Encoding`: null if it is not, a failure if nobody here unpacks it. */
export function contentCodingOf(header: string | undefined): ContentCoding | Failure | null {
  if (header === undefined) return null
  const coding = codings.get(header.toLowerCase())
  if (coding !== undefined) return coding
  return new Failure('INVALID_INPUT', '[Content-Encoding] must be gzip or deflate')
}

/**
 * Unpacks bit by bit, off the event loop, and no further than somebody reads.
 * @throws `INVALID_INPUT` where it is not packed so
 */
export async function* unpacked(packed: Buffer, coding: ContentCoding): AsyncGenerator<Buffer> {
  const unpacking = coding({ chunkSize })
  try {
    yield* unpacking.end(packed) as AsyncIterable<Buffer>
  } catch (cause) {
    throw notPacked(cause)
  }
  // What stands behind the end, zlib may leave alone.
  if (unpacking.bytesWritten !== packed.length) throw notPacked(null)
}

function notPacked(cause: unknown): Failure {
  const message = 'the request body is damaged, or not packed as [Content-Encoding] says'
  return new Failure('INVALID_INPUT', message, { cause })
}
