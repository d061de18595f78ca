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
  /** Epoch milliseconds. */
  readonly until: number
}

/**
 * Counts different passwords of one name that nobody could judge, in this process alone. None was refused for being
 * wrong, yet each is a guess wherever what is remembered would have told the right one.
 */
export function createUnjudged(clock: () => number) {
  /** Until when names are forgotten too soon, and any may have had many. */
  let crowdedUntil = 0
  const tried = lruCache<Tried>(mostKeys, {
    dispose({ until }, _, reason) {
      if (reason === 'evict') crowdedUntil = Math.max(crowdedUntil, until)
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
        tried.set(key, { marks: [...marks, mark], until: clock() + free * forgetAfter })
      }
    },

    /**
     * Whether there were eight of a name, or as many as may be wrong: until no other one has come for as long as it takes
     * to forget those. Where too many names were tried to know, nobody is trusted who is not known.
     */
    areMany: (budgets: readonly Budget[]): boolean =>
      budgets.some(
        (budget) =>
          budget.of === 'name' && (areManyOf(budget) || (budget.knownFor === 0 && clock() < crowdedUntil)),
      ),
  }

  function areManyOf(budget: Budget): boolean {
    return marksOf(budget).length >= Math.min(many, budget.free)
  }

  function marksOf({ key }: Budget): readonly string[] {
    const found = tried.get(key)
    return found && clock() < found.until ? found.marks : []
  }
}
