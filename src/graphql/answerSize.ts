import { Failure } from '../errors.ts'

const most = 64 * 1024 * 1024

/**
 * Meters what one answer holds of stored documents, as JSON. Selected often, or of many profiles, they could make an answer
 * that no memory holds. What is added is made one after the other, and nothing more once there is enough.
 */
export function createAnswerSize() {
  let bytes = 0
  let last: Promise<unknown> = Promise.resolve()

  /**
   * Counts a document, and returns it; `json` is its text, where somebody has made that already. It rejects with
   * `TOO_LARGE` beyond 64 MiB, and must not throw: graphql-js would then drop the promises of the same list, and their
   * rejections would be unhandled.
   */
  function add<T extends object>(document: T, json?: string): T | Promise<never> {
    if (bytes <= most) bytes += Buffer.byteLength(json ?? JSON.stringify(document))
    return bytes > most ? Promise.reject(tooLarge()) : document
  }

  return {
    add,
    /** Makes documents when all before them are made. Nothing is made, and it rejects, once there is enough. */
    inTurn<T>(make: () => Promise<T>): Promise<T> {
      const next = last.then(() => {
        requireRoom()
        return make()
      })
      last = next.catch(() => undefined)
      return next
    },
  }

  function requireRoom(): void {
    if (bytes > most) throw tooLarge()
  }
}

function tooLarge(): Failure {
  return new Failure('TOO_LARGE', 'the answer would hold more than 64 MiB of stored documents')
}

export type AnswerSize = ReturnType<typeof createAnswerSize>
