import { clientOf } from '../client.ts'
import type { Caller } from '../subject.ts'
import { createAttempts } from './attempts.ts'
import { budgetKey } from './budgets.ts'

/** Counts a use by somebody. Answers for how many seconds there may be no other, or null: this one may be. */
export type CountUse = (who: Pick<Caller, 'username' | 'realm' | 'via' | 'apiKey'>) => number | null

/**
 * Counts in this process alone, for each client by itself: to share it would cost every use a statement. As many as there
 * are in a minute may be at once; then one at a time.
 */
export function createUsesPerMinute(most: number, clock: () => number): CountUse {
  const attempts = createAttempts(clock)
  const each = 60_000 / most
  const budget = {
    free: most,
    firstWait: each,
    longestWait: each,
    forgetAfter: each,
    rightForgets: 0,
    of: 'caller' as const,
    knownFor: 0,
  }

  return function countUse(who) {
    const { username, realm } = clientOf(who)
    const budgets = [{ ...budget, key: budgetKey(realm.type, realm.name, username) }]
    const taken = attempts.take(budgets)
    // Every use counts, whatever comes of it.
    if (taken.kind === 'taken') attempts.settle(budgets, 'wrong')
    return taken.kind === 'kept' ? Math.ceil(taken.wait / 1_000) : null
  }
}
