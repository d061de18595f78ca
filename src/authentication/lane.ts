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

    /** Takes out whose turn it is. */
    next(): Waiter | undefined {
      const [turn] = rows
      if (!turn) return undefined
      const [source, row] = turn
      const waiter = row.shift()
      taken -= 1
      rows.delete(source)
      if (row.length > 0) rows.set(source, row)
      return waiter
    },
  }

  /** Takes out the last one of the source that has most, if those are more than so many. */
  function lastOfLongest(length: number): Waiter | undefined {
    let longest: Waiter[] = []
    for (const row of rows.values()) if (row.length > longest.length) longest = row
    if (longest.length <= length) return undefined
    taken -= 1
    return longest.pop()
  }
}
