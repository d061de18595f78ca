import { Failure } from '../errors.ts'

const most = 64 * 1024 * 1024

/**
 * Meters the stored documents in one answer, as JSON: selected often, or of many profiles, they could make an answer too
 * large for memory. Documents are made one after another, and no more once the limit is passed.
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
    /** Makes documents once all before them are made. Beyond the limit it makes nothing, and rejects. */
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
