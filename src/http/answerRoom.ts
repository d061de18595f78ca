import type { ServerResponse } from 'node:http'
import { Failure } from '../errors.ts'

/** An answer of so many bytes always finds room: to say that there is none would take as many. */
const small = 16_384

/**
 * Makes the function that takes room for an answer until all of it has left, or nobody is there to take it: where not all
 * that has room would fit, the large ones that come later have none. One alone may be larger than the room.
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
