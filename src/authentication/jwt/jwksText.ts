import { reasonUnread } from '../../systemReason.ts'

/** What a source of keys holds now. */
export interface JwksText {
  readonly text: string
  /** How long the source wants it to be used, in milliseconds; null if it does not say. */
  readonly maxAge: number | null
}

/** Asks a source for what it holds now. Rejects with a short reason that repeats nothing of it. */
export type ReadJwks = (signal: AbortSignal) => Promise<JwksText>

/** In bytes. */
export const longestJwks = 1_048_576

export const tooLong = `it is longer than ${longestJwks} bytes`

/** The text that comes in pieces: UTF-8, and not too long. */
export async function jwksTextOf(pieces: AsyncIterable<Buffer>): Promise<string> {
  const read: Buffer[] = []
  let length = 0
  for await (const piece of pieces) {
    length += piece.length
    if (length > longestJwks) throw new Error(tooLong)
    read.push(piece)
  }
  try {
    return utf8.decode(Buffer.concat(read))
  } catch {
    throw new Error('it is not UTF-8')
  }
}

/** What is said of a failure in reading: by its code alone, since what comes with it can hold what was read. */
export function readingFailure(thrown: unknown): unknown {
  const { code } = thrown as NodeJS.ErrnoException
  return code ? new Error(reasonUnread(thrown)) : thrown
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
