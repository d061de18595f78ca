import { describe, expect, it } from 'vitest'
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

describe('after the clock was put back', () => {
  const budget = { ...budgetOf('name', 'ada'), free: 2 }

  /** Attempts of one budget, and an hour that can be taken back. */
  function putBackable() {
    let now = 1_800_000_000_000
    const attempts = createAttempts(() => now)
    return {
      take: () => attempts.take([budget]),
      settle: () => attempts.settle([budget], 'wrong'),
      keep: (wait: number) => attempts.keep({ kind: 'kept', key: budget.key, wait }, [budget]),
      putBack: () => void (now -= 3_600_000),
    }
  }

  it.each([1, 2])('nobody waits for what was wrong before, %d of two that are free', (many) => {
    const { take, settle, putBack } = putBackable()
    for (let n = 0; n < many; n++) {
      expect(take().kind).toBe('taken')
      settle()
    }
    putBack()
    expect(take().kind).toBe('taken')
  })

  it('nobody waits for what others have said before', () => {
    const { take, keep, putBack } = putBackable()
    keep(30_000)
    expect(take()).toMatchObject({ kind: 'kept', wait: 30_000 })
    putBack()
    expect(take().kind).toBe('taken')
  })

  it('nobody is known for longer than without', () => {
    let now = 1_800_000_000_000
    const attempts = createAttempts(() => now)
    const pair = { ...budgetOf('name', 'pair'), knownFor: 604_800_000 }
    const budgets = [budget, pair]
    const login = () => {
      expect(attempts.take(budgets).kind).toBe('taken')
      attempts.settle(budgets, 'right')
    }
    login()
    expect(attempts.countingOf(budgets)).toEqual([pair])
    now -= 3_600_000
    expect(attempts.countingOf(budgets)).toEqual(budgets)
    login()
    now += 604_799_999
    expect(attempts.countingOf(budgets)).toEqual([pair])
    now += 1
    expect(attempts.countingOf(budgets)).toEqual(budgets)
  })

  it('what is being judged is still, and what is wrong from then on counts', () => {
    const { take, settle, putBack } = putBackable()
    for (let n = 0; n < 2; n++) expect(take().kind).toBe('taken')
    putBack()
    expect(take().kind).toBe('full')
    for (let n = 0; n < 2; n++) settle()
    expect(take()).toMatchObject({ kind: 'kept', wait: 60_000 })
  })
})
