import { LRUCache } from 'lru-cache'
import type { Budget } from './budgets.ts'

/** Of how many keys it is known what nobody could judge. */
const mostKeys = 100_000

/** So much of a secret name tells a few apart. */
const markLength = 8

interface Tried {
  /** Of each that was different, until they are as many as may be wrong. */
  readonly marks: readonly string[]
  /** In epoch milliseconds. */
  readonly lastAt: number
}

/**
 * Counts different passwords of one name that nobody could judge, in this process alone. None was refused for being
 * wrong, yet each is a guess wherever what is remembered would have told the right one. Names are those of `Tried`.
 */
export function createUnjudged(clock: () => number) {
  const tried = new LRUCache<string, Tried>({ max: mostKeys })

  return {
    /** Takes that nobody could judge an attempt of these budgets. */
    add(name: string, budgets: readonly Budget[]): void {
      const mark = name.slice(0, markLength)
      for (const budget of budgets) {
        if (budget.of !== 'name') continue
        const marks = marksOf(budget)
        const isOther = marks.length < budget.free && !marks.includes(mark)
        tried.set(budget.key, { marks: isOther ? [...marks, mark] : marks, lastAt: clock() })
      }
    },

    /** Whether there were as many of a name as may be wrong: until none came for as long as it takes to forget those. */
    areMany: (budgets: readonly Budget[]): boolean =>
      budgets.some((budget) => budget.of === 'name' && marksOf(budget).length >= budget.free),
  }

  function marksOf({ key, free, forgetAfter }: Budget): readonly string[] {
    const found = tried.get(key)
    return found && clock() - found.lastAt < free * forgetAfter ? found.marks : []
  }
}
