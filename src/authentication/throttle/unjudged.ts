import { isAgeBelow } from '../../age.ts'
import { lruCache } from '../../lruCache.ts'
import type { Budget } from './budgets.ts'

/** Of how many keys it is known what nobody could judge. */
const mostKeys = 100_000

/** How many that differ are many. */
const many = 8

/** So much of a secret name tells a few apart. */
const markLength = 8

interface Tried {
  /** Of each that was different, until they are many. */
  readonly marks: readonly string[]
  /** When the last one came, in epoch milliseconds, and for how long they count from then on. */
  readonly at: number
  readonly lasts: number
}

/**
 * Counts different passwords of one name that nobody could judge, in this process alone. None was refused for being
 * wrong, yet each is a guess wherever what is remembered would have told the right one.
 */
export function createUnjudged(clock: () => number) {
  /** What was forgotten too soon. As long as it would count, any name may have had many. */
  let forgotten: Tried = { marks: [], at: 0, lasts: 0 }
  const tried = lruCache<Tried>(mostKeys, {
    dispose(one, _, reason) {
      if (reason === 'evict' && leftOf(one) > leftOf(forgotten)) forgotten = one
    },
  })

  return {
    /** Takes that nobody could judge a password, which has a secret name, for these budgets. */
    add(password: string, budgets: readonly Budget[]): void {
      const mark = password.slice(0, markLength)
      for (const budget of budgets) {
        const { key, of, free, forgetAfter } = budget
        const marks = marksOf(budget)
        if (of !== 'name' || areManyOf(budget) || marks.includes(mark)) continue
        tried.set(key, { marks: [...marks, mark], at: clock(), lasts: free * forgetAfter })
      }
    },

    /**
     * Whether there were eight of a name, or as many as may be wrong: until no other one has come for as long as it takes
     * to forget those. Where too many names were tried to know, nobody is trusted who is not known.
     */
    areMany: (budgets: readonly Budget[]): boolean =>
      budgets.some(
        (budget) =>
          budget.of === 'name' && (areManyOf(budget) || (budget.knownFor === 0 && leftOf(forgotten) > 0)),
      ),
  }

  function areManyOf(budget: Budget): boolean {
    return marksOf(budget).length >= Math.min(many, budget.free)
  }

  function marksOf({ key }: Budget): readonly string[] {
    const found = tried.get(key)
    return found && leftOf(found) > 0 ? found.marks : []
  }

  function leftOf({ at, lasts }: Tried): number {
    const age = clock() - at
    return isAgeBelow(lasts, age) ? lasts - age : 0
  }
}
