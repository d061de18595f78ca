import { setImmediate } from 'node:timers/promises'
import { getHeapStatistics } from 'node:v8'
import { Failure } from '../errors.ts'
import { memoryOf } from '../json.ts'

/** Of what is read for one answer, in characters of JSON. */
const mostText = 64 * 1024 * 1024

/**
 * Meters the stored documents that are in memory until the answers to which they belong are made. There a document takes up
 * to thirty times its text. All together may take `most` bytes, by default a quarter of the heap; a document that is alone
 * may take more. They are read one after another, so that only what one reading brings is not counted yet.
 */
export function createAnswersMemory(most = getHeapStatistics().heap_size_limit / 4) {
  let all = 0
  let last: Promise<unknown> = Promise.resolve()

  /** For one answer. */
  return function answerMemory() {
    let text = 0
    let own = 0
    let isMade = false
    return { hold, inTurn, read, release }

    /**
     * Counts a document, and returns it. `json` is its text.
     * @throws `TOO_LARGE` beyond 64 MiB of text, `UNAVAILABLE` where others hold too much now
     */
    function hold<T extends object>(document: T, json = JSON.stringify(document)): T {
      const bytes = memoryOf(json)
      text += json.length
      // Where a field has failed, the answer is made while others are still being read.
      if (isMade || text > mostText || (own > 0 && own + bytes > most)) throw tooLarge()
      if (all > own && all + bytes > most) throw noRoom()
      own += bytes
      all += bytes
      return document
    }

    /**
     * Runs tasks that read and hold documents that may be large, one after another across all answers. @throws as `hold`
     */
    function inTurn<T>(task: () => Promise<T>): Promise<T> {
      // Others are answered in between.
      const turn = last
        .then(() => setImmediate())
        .then(() => {
          if (isMade || own > most) throw tooLarge()
          if (all > own && all >= most) throw noRoom()
          return task()
        })
      last = turn.catch(() => undefined)
      return turn
    }

    /** Reads documents in turn, and holds them. @throws as `hold` */
    function read<T extends object>(documents: () => Promise<T>): Promise<T> {
      return inTurn(async () => hold(await documents()))
    }

    /** To be called when the answer is made. */
    function release(): void {
      all -= own
      own = 0
      isMade = true
    }
  }
}

export type AnswersMemory = ReturnType<typeof createAnswersMemory>
export type AnswerMemory = ReturnType<AnswersMemory>

function tooLarge(): Failure {
  return new Failure('TOO_LARGE', 'the answer would hold too much: ask for less at once')
}

function noRoom(): Failure {
  const message = 'answers that are being made take too much memory, try again later'
  return new Failure('UNAVAILABLE', message, { retryAfterSeconds: 1 })
}
