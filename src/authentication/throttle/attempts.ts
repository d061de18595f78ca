import { LRUCache } from 'lru-cache'

/** How many wrong attempts there may be of one kind, and how fast they are forgotten. */
export interface Budget {
  /** Names whose attempts are counted. */
  readonly key: string
  /** How many may be wrong before one has to wait. */
  readonly free: number
  /** After how long without another one an attempt is forgotten, in milliseconds. */
  readonly forgetAfter: number
}

interface AttemptsParts {
  /** How long the first wait is, in milliseconds. Each further attempt doubles it. */
  firstWait: number
  longestWait: number
  /** Epoch milliseconds. */
  clock: () => number
}

interface Counted {
  readonly count: number
  /** When the last one was, in epoch milliseconds. */
  readonly at: number
}

/** How many keys are counted at once: of more, those that were tried longest ago begin anew. */
const mostKeys = 200_000

/** Counts attempts in this process alone. Nothing waits in between, so no two attempts see the same count. */
export function createAttempts({ firstWait, longestWait, clock }: AttemptsParts) {
  const counted = new LRUCache<string, Counted>({ max: mostKeys })

  return {
    /** Takes an attempt of every budget and answers 0, or of none and answers how long to wait, in milliseconds. */
    take(budgets: readonly Budget[]): number {
      const now = clock()
      const wait = Math.max(0, ...budgets.map((budget) => waitOf(budget, now)))
      if (wait === 0) for (const budget of budgets) add(budget, now)
      return wait
    },

    giveBack(budgets: readonly Budget[]): void {
      for (const { key } of budgets) {
        const { count, at } = counted.get(key) ?? { count: 0, at: 0 }
        if (count > 1) counted.set(key, { count: count - 1, at })
        else counted.delete(key)
      }
    },

    /** Counts an attempt that was not taken, and proved wrong. */
    count(budgets: readonly Budget[]): void {
      for (const budget of budgets) add(budget, clock())
    },
  }

  function add(budget: Budget, now: number): void {
    counted.set(budget.key, { count: countOf(budget, now) + 1, at: now })
  }

  function waitOf(budget: Budget, now: number): number {
    const over = countOf(budget, now) - budget.free
    const { at = now } = counted.get(budget.key) ?? {}
    return over < 0 ? 0 : Math.max(0, at + Math.min(longestWait, firstWait * 2 ** over) - now)
  }

  /** A clock that was put back forgets nothing. */
  function countOf({ key, forgetAfter }: Budget, now: number): number {
    const { count, at } = counted.get(key) ?? { count: 0, at: now }
    return Math.max(0, count - Math.floor(Math.max(0, now - at) / forgetAfter))
  }
}

export type Attempts = ReturnType<typeof createAttempts>
