/**
 * Those who wait in one lane. The sources from which they come take turns, and who of one source came first is first. A
 * source has a quarter of the places at most; and where all are taken, one that has few gets a place from the one that
 * has most.
 */
export function createLane<Waiter>(places: number) {
  const mostOfOne = Math.max(1, Math.floor(places / 4))
  /** By their sources, in the order of their turns. None is empty. */
  const rows = new Map<string, Waiter[]>()
  let taken = 0

  return {
    /** How many wait. */
    size: () => taken,

    /** Whether a waiter of a source would have a place. */
    hasRoom(source: string): boolean {
      const { length } = rows.get(source) ?? []
      return length < mostOfOne && (taken < places || rowLongerThan(length + 1) !== undefined)
    },

    /** Gives a waiter the last place of its source. Answers who has none now, if anybody: that one, or another. */
    add(source: string, waiter: Waiter): Waiter | undefined {
      const row = rows.get(source) ?? []
      if (row.length >= mostOfOne) return waiter
      const displaced = taken < places ? undefined : lastOfLongest(row.length + 1)
      if (taken === places) return waiter
      row.push(waiter)
      rows.set(source, row)
      taken += 1
      return displaced
    },

    /** Takes out whose turn it is. Those who are late when the turn of their source comes are dropped first. */
    next(isLate: (waiter: Waiter) => boolean, drop: (waiter: Waiter) => void): Waiter | undefined {
      for (const [source, row] of rows) {
        rows.delete(source)
        let waiter = firstOf(row)
        for (; waiter && isLate(waiter); waiter = firstOf(row)) drop(waiter)
        if (row.length > 0) rows.set(source, row)
        if (waiter) return waiter
      }
      return undefined
    },
  }

  function firstOf(row: Waiter[]): Waiter | undefined {
    if (row.length > 0) taken -= 1
    return row.shift()
  }

  /** Takes out the last one of the source that has most, if those are more than so many. */
  function lastOfLongest(length: number): Waiter | undefined {
    const longest = rowLongerThan(length)
    if (!longest) return undefined
    taken -= 1
    return longest.pop()
  }

  /** The longest one, if it is longer than that. */
  function rowLongerThan(length: number): Waiter[] | undefined {
    let longest: Waiter[] = []
    for (const row of rows.values()) if (row.length > longest.length) longest = row
    return longest.length > length ? longest : undefined
  }
}
