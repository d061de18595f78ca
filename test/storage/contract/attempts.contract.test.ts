import { describe, expect, it } from 'vitest'
import type { AttemptRepository, Verdict } from '../../../src/authentication/throttle/attemptRepository.ts'
import { createAttempts } from '../../../src/authentication/throttle/attempts.ts'
import { budgetKey, type Budget } from '../../../src/authentication/throttle/budgets.ts'
import { prepared } from '../../support/testDatabase.ts'
import { atOnce } from './concurrency.ts'

const minute = 60_000
const week = 10_080 * minute

const budgetOf = (name: string, changes: Partial<Budget> = {}): Budget => ({
  key: budgetKey(name),
  ...{
    free: 3,
    firstWait: 30_000,
    longestWait: 2 * minute,
    forgetAfter: 10 * minute,
    rightForgets: 0,
    of: 'name',
    knownFor: 0,
  },
  ...changes,
})
const ada = budgetOf('ada')
const many = budgetOf('many', { free: 5 })
const pair = budgetOf('pair', { knownFor: week })

describe('attempts', () => {
  const emptied = prepared()

  /** As the gateways of a database count them, or the one gateway that there is. */
  async function counting() {
    const database = await emptied()
    let now = 1_800_000_000_000
    await database.setTime(now)
    const attempts = database.attempts ?? inProcess(() => now)
    return {
      take: (budgets: readonly Budget[]) => attempts.take(budgets),
      settle: (budgets: readonly Budget[], verdict: Verdict) => attempts.settle(budgets, verdict),
      pass: (milliseconds: number) => database.setTime((now += milliseconds)),
      /** Takes one, and says what it is; or for how long to wait, or that it is full. */
      tried: async (verdict: Verdict, ...budgets: Budget[]) => {
        const taken = await attempts.take(budgets)
        if (taken.kind !== 'taken') return taken.kind === 'kept' ? taken.wait : taken.kind
        await attempts.settle(taken.budgets, verdict)
        return verdict
      },
    }
  }

  it('are taken of every budget, or of none', async () => {
    const { take, tried } = await counting()
    for (const other of ['a', 'b', 'c']) expect(await tried('wrong', ada, budgetOf(other))).toBe('wrong')
    const fresh = budgetOf('fresh')
    for (let n = 0; n < 5; n++) {
      expect(await take([fresh, ada])).toEqual({ kind: 'kept', key: ada.key, wait: 30_000 })
    }
    for (let n = 0; n < 3; n++) expect(await take([fresh])).toEqual({ kind: 'taken', budgets: [fresh] })
  })

  it('have to wait as long as the longest wait of their budgets', async () => {
    const { pass, take, tried } = await counting()
    for (let n = 0; n < 3; n++) await tried('wrong', ada)
    await pass(10_000)
    for (let n = 0; n < 5; n++) await tried('wrong', many)
    expect(await take([ada])).toEqual({ kind: 'kept', key: ada.key, wait: 20_000 })
    expect(await take([ada, many])).toEqual({ kind: 'kept', key: many.key, wait: 30_000 })
  })

  it('have to wait twice as long after each further one, up to the longest wait', async () => {
    const { pass, tried } = await counting()
    for (let n = 0; n < 3; n++) await tried('wrong', ada)
    for (const wait of [30_000, 60_000, 120_000, 120_000, 120_000]) {
      expect(await tried('wrong', ada)).toBe(wait)
      await pass(wait - 1)
      expect(await tried('wrong', ada)).toBe(1)
      await pass(1)
      expect(await tried('wrong', ada)).toBe('wrong')
    }
  })

  it('are one at a time after the wait', async () => {
    const { pass, take, tried } = await counting()
    for (let n = 0; n < 3; n++) await tried('wrong', ada)
    await pass(30_000)
    expect(await take([ada])).toMatchObject({ kind: 'taken' })
    expect(await take([ada])).toEqual({ kind: 'full', key: ada.key })
  })

  it('are forgotten one by one, and wholly in the end', async () => {
    const { pass, tried } = await counting()
    for (let n = 0; n < 3; n++) await tried('wrong', ada)
    await pass(10 * minute)
    expect(await tried('wrong', ada)).toBe('wrong')
    expect(await tried('wrong', ada)).toBe(30_000)
    await pass(30 * minute)
    for (let n = 0; n < 3; n++) expect(await tried('wrong', ada)).toBe('wrong')
    expect(await tried('wrong', ada)).toBe(30_000)
  })

  it('are forgotten while others come, however fast: what has passed of the time is kept', async () => {
    const { pass, tried } = await counting()
    const fast = budgetOf('fast', { forgetAfter: 10_000 })
    for (let n = 0; n < 3; n++) expect(await tried('wrong', fast)).toBe('wrong')
    for (let n = 0; n < 20; n++) {
      await pass(6_000)
      expect(await tried('right', fast)).toBe(4_000)
      await pass(4_000)
      expect(await tried('wrong', fast)).toBe('wrong')
    }
    const slow = budgetOf('slow', { free: 10, forgetAfter: 10_000 })
    for (let n = 0; n < 5; n++) expect(await tried('wrong', slow)).toBe('wrong')
    for (let n = 0; n < 40; n++) {
      await pass(9_000)
      expect(await tried('wrong', slow)).toBe('wrong')
    }
    expect(await tried('wrong', slow)).toBe('wrong')
    expect(await tried('wrong', slow)).toBe(10_000)
  })

  it('wait until so many are forgotten, if that comes first', async () => {
    const { pass, tried } = await counting()
    const fast = budgetOf('fast', { forgetAfter: 10_000 })
    for (let n = 0; n < 3; n++) await tried('wrong', fast)
    expect(await tried('wrong', fast)).toBe(10_000)
    await pass(9_999)
    expect(await tried('wrong', fast)).toBe(1)
    await pass(1)
    expect(await tried('wrong', fast)).toBe('wrong')
    expect(await tried('wrong', fast)).toBe(10_000)
  })

  it('that are right have wrong ones forgotten sooner, where that is so', async () => {
    const { tried } = await counting()
    const refilled = budgetOf('refilled', { rightForgets: 2 * minute })
    for (let n = 0; n < 10; n++) {
      for (let m = 0; m < 5; m++) expect(await tried('right', refilled)).toBe('right')
      expect(await tried('wrong', refilled)).toBe('wrong')
    }
    for (let m = 0; m < 4; m++) expect(await tried('right', refilled)).toBe('right')
    expect(await tried('wrong', refilled)).toBe('wrong')
    expect(await tried('wrong', refilled)).toBe('wrong')
    expect(await tried('wrong', refilled)).toBe(30_000)
  })

  it.each<Verdict>(['right', 'unjudged'])('do not count if they are %s', async (verdict) => {
    const { pass, tried } = await counting()
    for (let n = 0; n < 2; n++) await tried('wrong', ada)
    for (let n = 0; n < 20; n++) expect(await tried(verdict, ada)).toBe(verdict)
    expect(await tried('wrong', ada)).toBe('wrong')
    expect(await tried(verdict, ada)).toBe(30_000)
    await pass(30_000)
    expect(await tried(verdict, ada)).toBe(verdict)
    expect(await tried(verdict, ada)).toBe(verdict)
  })

  it('are full while those under way could use up a budget, and not once they are right', async () => {
    const { settle, take } = await counting()
    for (let n = 0; n < 3; n++) expect(await take([ada, many])).toMatchObject({ kind: 'taken' })
    expect(await take([many, ada])).toEqual({ kind: 'full', key: ada.key })
    expect(await take([many])).toMatchObject({ kind: 'taken' })
    await settle([ada, many], 'right')
    expect(await take([many, ada])).toMatchObject({ kind: 'taken' })
  })

  it('that are settled give back the place that they took, and no other one', async () => {
    const { settle, take } = await counting()
    for (let n = 0; n < 3; n++) await take([ada])
    await settle([ada], 'unjudged')
    expect(await take([ada])).toMatchObject({ kind: 'taken' })
    expect(await take([ada])).toEqual({ kind: 'full', key: ada.key })
  })

  it('of whoever is known are taken of the one budget that knows it, for its time', async () => {
    const { pass, take, tried } = await counting()
    expect(await tried('right', ada, pair)).toBe('right')
    for (let n = 0; n < 3; n++) await tried('wrong', ada)
    expect(await take([ada, pair])).toEqual({ kind: 'taken', budgets: [pair] })
    await pass(week)
    expect(await take([ada, pair])).toEqual({ kind: 'taken', budgets: [ada, pair] })
  })

  it('of whoever is known count by that budget', async () => {
    const { take, tried } = await counting()
    await tried('right', ada, pair)
    for (let n = 0; n < 3; n++) await tried('wrong', ada, pair)
    expect(await take([ada, pair])).toEqual({ kind: 'kept', key: pair.key, wait: 30_000 })
    expect(await take([ada])).toMatchObject({ kind: 'taken' })
  })

  it('at once, in any order of their budgets, are taken as often as one after another', async () => {
    const { take } = await counting()
    const others = ['a', 'b', 'c', 'd'].map((name) => budgetOf(name, { free: 1_000 }))
    const answers = await atOnce(200, (n) => take(rotated([ada, many, ...others], n)))
    expect(answers.filter(({ kind }) => kind === 'taken')).toHaveLength(3)
    expect(answers.filter(({ kind }) => kind === 'full')).toHaveLength(197)
    const [other] = others
    const more = await atOnce(100, () => take([budgetOf('more', { free: 10 }), ...(other ? [other] : [])]))
    expect(more.filter(({ kind }) => kind === 'taken')).toHaveLength(10)
  })

  it('at once are each taken of every budget or of none, by themselves', async () => {
    const { take, settle } = await counting()
    const wide = budgetOf('wide', { free: 1_000 })
    const other = budgetOf('other', { free: 1_000 })
    const answers = await atOnce(60, (n) => take(n % 3 ? [wide, ada] : [other]))
    expect(answers.filter(({ kind }) => kind === 'taken')).toHaveLength(3 + 20)
    expect(answers.filter(({ kind }) => kind === 'full')).toHaveLength(37)
    for (let n = 0; n < 3; n++) await settle([wide, ada], 'wrong')
    const narrow = { ...wide, free: 4 }
    expect(await take([narrow])).toMatchObject({ kind: 'taken' })
    expect(await take([narrow])).toMatchObject({ kind: 'full' })
  })

  it('at once are each counted as what they prove to be', async () => {
    const { take, tried, settle } = await counting()
    const wide = budgetOf('wide', { free: 100 })
    const answers = await atOnce(100, (n) =>
      tried(n % 2 ? 'wrong' : 'right', ...rotated([wide, many, ada], n)),
    )
    const wrong = answers.filter((answer) => answer === 'wrong').length
    expect(wrong).toBeLessThanOrEqual(3)
    for (let n = wrong; n < 100; n++) {
      expect(await take([wide])).toMatchObject({ kind: 'taken' })
    }
    expect(await take([wide])).toMatchObject({ kind: 'full' })
    await settle([wide], 'right')
    expect(await take([wide])).toMatchObject({ kind: 'taken' })
  })
})

function rotated<T>(list: readonly T[], by: number): T[] {
  const at = by % list.length
  return [...list.slice(at), ...list.slice(0, at)]
}

/** What SQLite has in place of it: nothing waits, nothing can fail. */
function inProcess(clock: () => number): Pick<AttemptRepository, 'take' | 'settle'> {
  const attempts = createAttempts(clock)
  return {
    take: (budgets) => Promise.resolve(attempts.take(budgets)),
    settle(budgets, verdict) {
      attempts.settle(budgets, verdict)
      return Promise.resolve()
    },
  }
}
