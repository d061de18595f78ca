import { failureOf } from './errors.ts'

/**
 * Makes the function that runs tasks with the same key one after another, in the order in which they came. If one fails
 * with `UNAVAILABLE`, those waiting behind it fail too: what was in its way is in theirs, and they have waited long enough.
 */
export function createInTurn() {
  const last = new Map<string, Promise<unknown>>()

  return async function inTurn<T>(key: string, task: () => Promise<T>): Promise<T> {
    const before = (last.get(key) ?? Promise.resolve()).catch((thrown: unknown) => {
      if (failureOf(thrown).code === 'UNAVAILABLE') throw thrown
    })
    const turn = before.then(task)
    last.set(key, turn)
    try {
      return await turn
    } finally {
      if (last.get(key) === turn) last.delete(key)
    }
  }
}
