import { LRUCache } from 'lru-cache'
import type { Full, Kept, Taken, Verdict } from './attemptRepository.ts'
import type { Budget } from './budgets.ts'

interface Counted {
  /** When all that proved wrong will be forgotten, and when the last one did, in epoch milliseconds. */
  readonly forgottenAt: number
  readonly wrongAt: number
  /** How many are being judged. */
  readonly underWay: number
  /** Until when others have said that one has to wait. */
  readonly keptUntil: number
}

/** How many keys are counted at once, and known: of more, those that were counted longest ago begin anew. */
const mostKeys = 200_000
const mostKnown = 100_000

const nothing: Counted = { forgottenAt: 0, wrongAt: 0, underWay: 0, keptUntil: 0 }

/** Counts attempts in this process alone. Nothing waits in between, so no two attempts see the same count. */
export function createAttempts(clock: () => number) {
  /** In the order in which they were counted: an LRUCache clears all of its room with its last entry. */
  const counted = new Map<string, Counted>()
  /** Where the oldest are: another one would step over all that were deleted before it. */
  let oldest = counted.keys()
  /** Until when. */
  const known = new LRUCache<string, number>({ max: mostKnown })

  return {
    /** Takes an attempt of every budget, or of none. */
    take(budgets: readonly Budget[]): Taken | Kept | Full {
      const counting = countingOf(budgets)
      const kept = keptBy(counting)
      if (kept) return kept
      const full = counting.find(isFull)
      if (full) return { kind: 'full', key: full.key }
      for (const { key } of counting) change(key, ({ underWay }) => ({ underWay: underWay + 1 }))
      return { kind: 'taken', budgets: counting }
    },

    /** Says of what was taken what it was. */
    settle(budgets: readonly Budget[], verdict: Verdict): void {
      for (const budget of budgets) {
        const { forgetAfter, rightForgets } = budget
        change(budget.key, ({ underWay, forgottenAt }) => ({
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

    /** What an attempt has to wait for that is not to be taken; null: nothing. */
    keptOf: (budgets: readonly Budget[]): Kept | null => keptBy(countingOf(budgets)),

    /** Takes others' word for it that there is to be no attempt for so long, in milliseconds. */
    keep({ key, wait }: Kept): void {
      change(key, () => ({ keptUntil: clock() + wait }))
    },

    recognize,
  }

  function recognize({ key, knownFor }: Budget): void {
    if (knownFor > 0) known.set(key, clock() + knownFor)
  }

  /** Of whoever is known the others do not count. */
  function countingOf(budgets: readonly Budget[]): readonly Budget[] {
    const knowing = budgets.find(({ key, knownFor }) => knownFor > 0 && (known.get(key) ?? 0) > clock())
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
    const { forgottenAt, wrongAt, keptUntil } = counted.get(budget.key) ?? nothing
    const over = countOf(budget) - free
    const until = Math.min(
      wrongAt + Math.min(longestWait, firstWait * 2 ** over),
      forgottenAt - (free - 1) * forgetAfter,
    )
    return Math.max(0, over < 0 ? 0 : until - clock(), keptUntil - clock())
  }

  /** After a wait there is one attempt. */
  function isFull(budget: Budget): boolean {
    const { underWay } = counted.get(budget.key) ?? nothing
    return underWay >= Math.max(1, budget.free - countOf(budget))
  }

  function countOf({ key, forgetAfter }: Budget): number {
    const { forgottenAt } = counted.get(key) ?? nothing
    return Math.ceil(Math.max(0, forgottenAt - clock()) / forgetAfter)
  }

  function change(key: string, to: (counts: Counted) => Partial<Counted>): void {
    const before = counted.get(key) ?? nothing
    const after = { ...before, ...to(before) }
    counted.delete(key)
    const until = Math.max(after.forgottenAt, after.keptUntil)
    if (after.underWay > 0 || until > clock()) counted.set(key, after)
    if (counted.size > mostKeys) counted.delete(oldestKey())
  }

  function oldestKey(): string {
    const { value } = oldest.next()
    if (value !== undefined) return value
    oldest = counted.keys()
    return oldestKey()
  }
}

export type Attempts = ReturnType<typeof createAttempts>
