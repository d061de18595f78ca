import { describe, expect, it } from 'vitest'
import type { Budget } from '../../../src/authentication/throttle/budgets.ts'
import { createUnjudged } from '../../../src/authentication/throttle/unjudged.ts'

const minute = 60_000

function budgetOf(key: string, others: Partial<Budget> = {}): Budget {
  const terms = { free: 8, firstWait: 30_000, longestWait: 15 * minute, forgetAfter: 10 * minute }
  return { key, ...terms, rightForgets: 0, of: 'name', knownFor: 0, ...others }
}

function counting() {
  let now = 1_800_000_000_000
  return { unjudged: createUnjudged(() => now), pass: (milliseconds: number) => (now += milliseconds) }
}

/** Passwords by their secret names, which differ from the beginning. */
const passwords = (count: number) => Array.from({ length: count }, (_, n) => `${n}`.padStart(8, '0'))

describe('passwords that nobody could judge', () => {
  it.each([
    [8, 8],
    [100, 8],
    [2, 2],
  ])('are many of a name, of which %i may be wrong, once %i differ', (free, many) => {
    const { unjudged } = counting()
    const name = budgetOf('name', { free })
    for (const password of passwords(many - 1)) unjudged.add(password, [name])
    for (const password of passwords(many - 1)) unjudged.add(password, [name])
    expect(unjudged.areMany([name])).toBe(false)
    unjudged.add('another one', [name])
    expect(unjudged.areMany([name])).toBe(true)
    expect(unjudged.areMany([budgetOf('other')])).toBe(false)
  })

  it('are many until no other has come for as long as it takes to forget wrong ones', () => {
    const { unjudged, pass } = counting()
    const name = budgetOf('name')
    for (const password of passwords(8)) unjudged.add(password, [name])
    pass(79 * minute)
    for (const password of passwords(8)) unjudged.add(password, [name])
    expect(unjudged.areMany([name])).toBe(true)
    pass(minute)
    expect(unjudged.areMany([name])).toBe(false)
  })

  it('are counted for names alone', () => {
    const { unjudged } = counting()
    const others = [budgetOf('address', { of: 'address' }), budgetOf('caller', { of: 'caller' })]
    for (const password of passwords(100)) unjudged.add(password, others)
    expect(unjudged.areMany(others)).toBe(false)
  })

  it('are taken for many of whoever is not known once names are too many, for as long', () => {
    const { unjudged, pass } = counting()
    const [stranger, known] = [budgetOf('stranger'), budgetOf('known', { knownFor: minute })]
    for (let n = 0; n < 100_000; n++) unjudged.add('password', [budgetOf(`name ${n}`)])
    expect(unjudged.areMany([stranger])).toBe(false)
    unjudged.add('password', [budgetOf('one more')])
    expect([unjudged.areMany([stranger]), unjudged.areMany([known])]).toEqual([true, false])
    pass(80 * minute)
    expect(unjudged.areMany([stranger])).toBe(false)
  })

  it('are forgotten when the clock is put back, and counted from then on', () => {
    const { unjudged, pass } = counting()
    const [name, stranger] = [budgetOf('name'), budgetOf('stranger')]
    const crowd = () => {
      for (let n = 0; n <= 100_000; n++) unjudged.add('password', [budgetOf(`name ${n}`)])
    }
    crowd()
    for (const password of passwords(8)) unjudged.add(password, [name])
    expect([unjudged.areMany([stranger]), unjudged.areMany([name])]).toEqual([true, true])
    pass(-60 * minute)
    expect([unjudged.areMany([stranger]), unjudged.areMany([name])]).toEqual([false, false])
    for (const password of passwords(8)) unjudged.add(password, [name])
    expect([unjudged.areMany([stranger]), unjudged.areMany([name])]).toEqual([false, true])
    // Those of before go first, and count for nothing.
    crowd()
    crowd()
    expect(unjudged.areMany([stranger])).toBe(true)
  })
})
