import { isAgeBelow } from '../../age.ts'
import { lruCache } from '../../lruCache.ts'
import type { Full, Kept, Taken, Verdict } from './attemptRepository.ts'
import type { Budget } from './budgets.ts'
import { createCounts, type Counted } from './counts.ts'

/** How many pairs of name and address are known. */
const mostKnown = 100_000

/** Counts attempts in this process alone. Nothing waits in between, so no two attempts see the same count. */
export function createAttempts(clock: () => number) {
  /** Apart: whoever may state addresses has as many as they like, and names are not to be forgotten for those. */
  const counts = { name: createCounts(clock), address: createCounts(clock), caller: createCounts(clock) }
  /** Since when. */
  const known = lruCache<number>(mostKnown)

  return {
    /** Takes an attempt of every budget, or of none. */
    take(budgets: readonly Budget[]): Taken | Kept | Full {
      const counting = countingOf(budgets)
      const kept = keptBy(counting)
      if (kept) return kept
      const full = fullOf(counting)
      if (full) return full
      for (const budget of counting) change(budget, ({ underWay }) => ({ underWay: underWay + 1 }))
      return { kind: 'taken', budgets: counting }
    },

    /** Says of what was taken what it was. */
    settle(budgets: readonly Budget[], verdict: Verdict): void {
      for (const budget of budgets) {
        const { forgetAfter, rightForgets } = budget
        change(budget, ({ underWay, forgottenAt }) => ({
          underWay: Math.max(0, underWay - 1),
          ...(verdict === 'right' && { forgottenAt: forgottenAt - rightForgets }),
          ...(verdict === 'wrong' && {
            forgottenAt: Math.max(forgottenAt, clock()) + forgetAfter,
            wrongAt: clock(),
          }),
        }))
        if (verdict === 'right') recognize(budget)
      }
    },

    /** What an attempt has to wait for that is not to be taken: of those under way at its name alone; null: nothing. */
    hindranceTo(budgets: readonly Budget[]): Kept | Full | null {
      const counting = countingOf(budgets)
      return keptBy(counting) ?? fullOf(counting.filter((budget) => budget.of === 'name'))
    },

    countingOf,

    /** Takes others' word for it that there is to be no attempt of one of the budgets for so long, in milliseconds. */
    keep({ key, wait }: Kept, budgets: readonly Budget[]): void {
      for (const budget of budgets)
        if (budget.key === key) change(budget, () => ({ keptUntil: clock() + wait }))
    },

    recognize,
  }

  function recognize({ key, knownFor }: Budget): void {
    if (knownFor > 0) known.set(key, clock())
  }

  /** Of whoever is known the others do not count. */
  function countingOf(budgets: readonly Budget[]): readonly Budget[] {
    const knowing = budgets.find(({ key, knownFor }) =>
      isAgeBelow(knownFor, clock() - (known.get(key) ?? -Infinity)),
    )
    return knowing ? [knowing] : budgets
  }

  function keptBy(budgets: readonly Budget[]): Kept | null {
    const [longest] = budgets
      .map((budget): Kept => ({ kind: 'kept', key: budget.key, wait: waitOf(budget) }))
      .sort((one, other) => other.wait - one.wait)
    return longest && longest.wait > 0 ? longest : null
  }

  /** Once it has less than is free, nobody waits. */
  function waitOf(budget: Budget): number {
    const { free, firstWait, longestWait, forgetAfter } = budget
    const { forgottenAt, wrongAt, keptUntil } = countsOf(budget)
    const over = countOf(budget) - free
    const until = Math.min(
      wrongAt + Math.min(longestWait, firstWait * 2 ** over),
      forgottenAt - (free - 1) * forgetAfter,
    )
    return Math.max(0, over < 0 ? 0 : until - clock(), keptUntil - clock())
  }

  function fullOf(budgets: readonly Budget[]): Full | null {
    const full = budgets.find(isFull)
    return full ? { kind: 'full', key: full.key } : null
  }

  /** After a wait there is one attempt. */
  function isFull(budget: Budget): boolean {
    const { underWay } = countsOf(budget)
    return underWay >= Math.max(1, budget.free - countOf(budget))
  }

  function countOf(budget: Budget): number {
    const { forgottenAt } = countsOf(budget)
    return Math.ceil(Math.max(0, forgottenAt - clock()) / budget.forgetAfter)
  }

  function countsOf({ of, key }: Budget): Counted {
    return counts[of].get(key)
  }

  function change(budget: Budget, to: (counted: Counted) => Partial<Counted>): void {
    const before = countsOf(budget)
    counts[budget.of].set(budget.key, { ...before, ...to(before), changedAt: clock() })
  }
}

export type Attempts = ReturnType<typeof createAttempts>
