/** Whose turn it is. */
export interface Turns<T> {
  /** Takes the first of the row, if there is one. */
  readonly next: () => T | undefined
  /** Says that the one taken is free again. */
  readonly done: (one: T) => void
}

/**
 * A row in which everybody has a turn: once, or with `repeat` again and again. Who is taken comes back as the last
 * one, and only when done: nobody ever has two requests under way.
 */
export function createTurns<T>(all: readonly T[], repeat: boolean): Turns<T> {
  const row = [...all]
  let first = 0
  let waiting = row.length
  return {
    next() {
      if (waiting === 0) return undefined
      const one = row[first]
      first = (first + 1) % row.length
      waiting -= 1
      return one
    },

    done(one) {
      if (!repeat) return
      row[(first + waiting) % row.length] = one
      waiting += 1
    },
  }
}
