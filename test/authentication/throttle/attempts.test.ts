import { expect, it } from 'vitest'
import { createAttempts } from '../../../src/authentication/throttle/attempts.ts'
import { budgetKey, type Budget } from '../../../src/authentication/throttle/budgets.ts'

const budgetOf = (of: Budget['of'], name: string): Budget => ({
  ...{ key: budgetKey(name), free: 1, of, rightForgets: 0, knownFor: 0 },
  ...{ firstWait: 60_000, longestWait: 60_000, forgetAfter: 600_000 },
})

it.each(['name', 'caller'] as const)(
  'what was tried of a %s is not forgotten, however many addresses are stated',
  (of) => {
    const attempts = createAttempts(() => 1_800_000_000_000)
    const wrong = (budget: Budget) => {
      expect(attempts.take([budget]).kind).toBe('taken')
      attempts.settle([budget], 'wrong')
    }
    const tried = budgetOf(of, 'ada')
    wrong(tried)
    for (let n = 0; n <= 200_000; n++) wrong(budgetOf('address', `${n}`))
    expect(attempts.take([tried])).toMatchObject({ kind: 'kept' })
  },
)
