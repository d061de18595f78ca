import { setImmediate } from 'node:timers/promises'
import { getHeapStatistics } from 'node:v8'
import { Failure } from '../errors.ts'
import { bytesOfValue } from '../json.ts'

/** What has more is refused before it is in memory. Source: parseJson, whose values each have one or two of these. */
const mostValues = 400_000

/** What takes less, in bytes, waits for nobody. */
const small = 16_384

/**
 * Makes the function that has requests worked on as long as all that their bodies are parsed into takes at most `most` bytes
 * of memory, by default an eighth of the heap: thirty times their text, or more. Others wait in turn, and one that is alone
 * may take more. What `isOver` before its turn comes is not begun: it rejects.
 */
export function createParsingRoom(most = getHeapStatistics().heap_size_limit / 8) {
  let held = 0
  const waiting: { size: number; begin: () => void }[] = []

  return async function inRoom<T>(
    body: Uint8Array,
    isOver: () => boolean,
    work: () => Promise<T>,
  ): Promise<T> {
    const size = sizeParsed(body)
    if (size < small) return work()
    if (waiting.length > 0 || !fits(size)) {
      await new Promise<void>((begin) => waiting.push({ size, begin }))
    } else held += size
    try {
      // Others are answered in between.
      await setImmediate()
      if (isOver()) throw new Failure('UNAVAILABLE', 'it was answered while it waited', { isReported: true })
      return await work()
    } finally {
      held -= size
      admit()
    }
  }

  function admit(): void {
    for (let next = waiting[0]; next && fits(next.size); next = waiting[0]) {
      waiting.shift()
      held += next.size
      next.begin()
    }
  }

  function fits(size: number): boolean {
    return held === 0 || held + size <= most
  }
}

/** An upper bound: what stands in strings is counted, too. */
function sizeParsed(body: Uint8Array): number {
  let values = 0
  for (let at = 0; at < body.length && values < mostValues; at++) {
    const byte = body[at]
    if (byte === comma || byte === brace || byte === bracket) values += 1
  }
  return body.length + bytesOfValue * values
}

const [comma, brace, bracket] = [0x2c, 0x7b, 0x5b]
