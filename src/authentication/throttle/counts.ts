/** What is counted of one key. */
export interface Counted {
  /** When all that proved wrong will be forgotten, and when the last one did, in epoch milliseconds. */
  readonly forgottenAt: number
  readonly wrongAt: number
  /** How many are being judged. */
  readonly underWay: number
  /** Until when others have said that one has to wait. */
  readonly keptUntil: number
  /** When any of it changed last. */
  readonly changedAt: number
}

/** How many keys are counted at once: of more, those that were counted longest ago begin anew. */
const mostKeys = 200_000

const nothing: Counted = { forgottenAt: 0, wrongAt: 0, underWay: 0, keptUntil: 0, changedAt: 0 }

/** Keeps what is counted, by key, as long as it counts. */
export function createCounts(clock: () => number) {
  /** In the order in which they were counted: an LRUCache clears all of its room with its last entry. */
  const counts = new Map<string, Counted>()
  /** Where the oldest are: another one would step over all that were deleted before it. */
  let oldest = counts.keys()

  return {
    /** A clock that was put back ends all waits: of what was counted, only what is being judged is left. */
    get(key: string): Counted {
      const counted = counts.get(key) ?? nothing
      return counted.changedAt > clock() ? { ...nothing, underWay: counted.underWay } : counted
    },

    set(key: string, counted: Counted): void {
      counts.delete(key)
      const until = Math.max(counted.forgottenAt, counted.keptUntil)
      if (counted.underWay > 0 || until > clock()) counts.set(key, counted)
      if (counts.size > mostKeys) counts.delete(oldestKey())
    },
  }

  function oldestKey(): string {
    const { value } = oldest.next()
    if (value !== undefined) return value
    oldest = counts.keys()
    return oldestKey()
  }
}
