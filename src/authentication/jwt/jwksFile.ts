import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { jwksTextOf, longestJwks, readingFailure, tooLong, type ReadJwks } from './jwksText.ts'

/** A JWK set in a file. It may be replaced at any time. */
export function createJwksFile(path: string): ReadJwks {
  return async function read(signal) {
    let file: FileHandle | undefined
    try {
      // Opening a pipe would wait for its other end.
      file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
      const found = await file.stat()
      if (!found.isFile()) throw new Error('it is no regular file')
      if (found.size > longestJwks) throw new Error(tooLong)
      return { text: await jwksTextOf(piecesOf(file, signal)), maxAge: null }
    } catch (thrown) {
      throw signal.aborted ? signal.reason : readingFailure(thrown)
    } finally {
      await file?.close()
    }
  }
}

async function* piecesOf(file: FileHandle, signal: AbortSignal): AsyncGenerator<Buffer> {
  for (;;) {
    signal.throwIfAborted()
    const { bytesRead, buffer } = await file.read({ buffer: Buffer.alloc(65_536) })
    if (bytesRead === 0) return
    yield buffer.subarray(0, bytesRead)
  }
}
