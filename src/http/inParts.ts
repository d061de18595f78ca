import { addAbortSignal, Readable } from 'node:stream'

/** In bytes. */
export const partSize = 65_536

/**
 * A body in parts, each made when those before it were taken: TLS would encrypt all of it at once, a copy for each reader.
 * `longest`: within how many milliseconds it is to be taken.
 */
export function inParts(body: Buffer, longest: number): Readable {
  return addAbortSignal(AbortSignal.timeout(longest), Readable.from(partsOf(body)))
}

function* partsOf(body: Buffer): Generator<Buffer> {
  for (let start = 0; start < body.length; start += partSize) yield body.subarray(start, start + partSize)
}
