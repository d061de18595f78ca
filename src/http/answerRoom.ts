import type { ServerResponse } from 'node:http'
import { Failure } from '../errors.ts'

/** An answer of so many bytes always finds room: to say that there is none would take as many. */
const small = 16_384

/**
 * Makes the function that takes room for an answer until all of it has been sent, or its connection is gone. Where all
 * would not fit, large answers that come later get none; an answer that is alone may be larger than all the room.
 */
export function createAnswerRoom(most: number, reportRefusal: () => void) {
  let held = 0

  /** @throws `UNAVAILABLE` where there is no room */
  return function takeRoom(size: number, response: ServerResponse): void {
    if (response.destroyed || size <= small) return
    if (held > 0 && held + size > most) {
      reportRefusal()
      const message =
        'the answers to too many requests are under way, try again later: what the request asked for may be done'
      throw new Failure('UNAVAILABLE', message, { retryAfterSeconds: 1, isReported: true })
    }
    held += size
    response.once('close', () => (held -= size))
  }
}
