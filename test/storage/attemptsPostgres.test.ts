import { setTimeout } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { AttemptRepository } from '../../src/authentication/throttle/attemptRepository.ts'
import { budgetKey, type Budget } from '../../src/authentication/throttle/budgets.ts'
import { createAttemptRepository } from '../../src/storage/attempts.ts'
import { connect } from '../../src/storage/database.ts'
import { newDatabase, optionsFor, prepared } from '../support/testDatabase.ts'

const minute = 60_000
const terms = {
  free: 3,
  firstWait: 90_000,
  longestWait: 900_000,
  forgetAfter: 10 * minute,
  rightForgets: 0,
  of: 'name' as const,
  knownFor: 0,
}
const ada: Budget = { key: budgetKey('ada'), ...terms }
const pair: Budget = { key: budgetKey('pair'), ...terms, knownFor: 60 * minute }

describe('attempts in PostgreSQL', () => {
  const emptied = prepared()

  async function counting() {
    const { attempts, setTime, run } = await emptied()
    if (!attempts) throw new Error('no attempts are shared')
    let now = 1_800_000_000_000
    await setTime(now)
    return { attempts, run, pass: (milliseconds: number) => setTime((now += milliseconds)) }
  }

  it('are not logged: no commit waits for a disk', async () => {
    const { run } = await counting()
    expect(await run(`SELECT relpersistence FROM pg_class WHERE relname = 'attempts'`)).toEqual([['u']])
  })

  it('that nobody has settled a minute after the first of them was taken are in nobody’s way', async () => {
    const { attempts, pass } = await counting()
    await attempts.take([ada])
    await pass(minute - 1)
    for (let n = 0; n < 2; n++) await attempts.take([ada])
    expect(await attempts.take([ada])).toMatchObject({ kind: 'full' })
    await pass(1)
    for (let n = 0; n < 3; n++) expect(await attempts.take([ada])).toMatchObject({ kind: 'taken' })
    for (let n = 0; n < 3; n++) await attempts.settle([ada], 'wrong')
    expect(await attempts.take([ada])).toMatchObject({ kind: 'kept' })
  })

  it('tell by which address somebody is known, while that lasts', async () => {
    const { attempts, pass } = await counting()
    await attempts.take([ada, pair])
    expect(await attempts.isKnown(pair)).toBe(false)
    await attempts.settle([ada, pair], 'right')
    expect([await attempts.isKnown(pair), await attempts.isKnown(ada)]).toEqual([true, false])
    await pass(60 * minute)
    expect(await attempts.isKnown(pair)).toBe(false)
  })

  it('are removed ten minutes after they are forgotten at most, and no sooner than that', async () => {
    const { attempts, pass } = await counting()
    for (let n = 0; n < 2; n++) {
      await attempts.take([ada])
      await attempts.settle([ada], 'wrong')
    }
    await pass(20 * minute - 1)
    expect(await attempts.removeOld()).toBe(0)
    await pass(10 * minute + 1)
    expect(await attempts.removeOld()).toBe(1)
  })

  it('are removed if nobody has settled them, once they are in nobody’s way', async () => {
    const { attempts, pass } = await counting()
    await attempts.take([ada])
    await pass(minute - 1)
    expect(await attempts.removeOld()).toBe(0)
    await pass(minute + 1)
    expect(await attempts.removeOld()).toBe(1)
  })

  it('of whoever is known are kept as long as that', async () => {
    const { attempts, pass } = await counting()
    await attempts.take([pair])
    await attempts.settle([pair], 'right')
    await pass(60 * minute - 1)
    expect(await attempts.removeOld()).toBe(0)
    await pass(10 * minute + 1)
    expect(await attempts.removeOld()).toBe(1)
  })

  it('fail where somebody holds what they need, and all others are taken and settled', async () => {
    const { attempts, run } = await counting()
    const budgets = Array.from({ length: 20 }, (_, n): Budget => ({ ...ada, key: budgetKey(`name ${n}`) }))
    for (const budget of budgets) await attempts.take([budget])
    const refused = { code: 'UNAVAILABLE', isUndone: true }
    const hold = async (made: (budget: Budget) => Promise<unknown>) => {
      await run('BEGIN')
      await run(`SELECT 1 FROM attempts WHERE key = '${budgets[7]?.key}' FOR UPDATE`)
      const answers = await Promise.allSettled(budgets.map(made))
      await run('ROLLBACK')
      const failed = answers.flatMap((answer, n) =>
        answer.status === 'rejected' ? [[n, answer.reason as unknown]] : [],
      )
      expect(failed).toMatchObject([[7, refused]])
    }
    await hold((budget) => attempts.take([budget]))
    await hold((budget) => attempts.settle([budget], 'wrong'))
    const counts = 'SELECT "underWay", "wrongAt" > 0, count(*)::int FROM attempts GROUP BY 1, 2 ORDER BY 3'
    expect(await run(counts)).toEqual([
      [1, false, 1],
      [1, true, 19],
    ])
  })

  it('are removed while others are taken of the same budgets, and none is lost', async () => {
    const { attempts } = await counting()
    const wide = { ...ada, free: 1_000, forgetAfter: 1_000 }
    const [taken] = await Promise.all([
      Promise.all(Array.from({ length: 200 }, () => attempts.take([pair, wide]).then(({ kind }) => kind))),
      ...Array.from({ length: 50 }, () => attempts.removeOld()),
    ])
    expect(taken.filter((kind) => kind === 'taken')).toHaveLength(3)
  })
})

describe('attempts of several gateways at once', () => {
  /** What each gateway has of the database, without anything that would make a statement again. */
  async function gateways(count: number) {
    const database = await newDatabase()
    onTestFinished(database.remove)
    const made = []
    for (let n = 0; n < count; n++) {
      const connected = await connect(optionsFor(database))
      onTestFinished(connected.close)
      made.push(createAttemptRepository(connected))
    }
    return { made, run: database.run }
  }
  const wide = Array.from({ length: 40 }, (_, n): Budget => {
    return { key: budgetKey(`wide ${n}`), ...terms, free: 1_000_000 }
  })

  it('are never in each other’s way, and each is counted', async () => {
    const { made, run } = await gateways(3)
    let counted = 0
    await Promise.all(
      Array.from({ length: 600 }, async (_, n) => {
        const attempts = made[n % 3]
        const budgets = [0, 1, 2, 3].flatMap((m) => wide[(n * 7 + m * 11 * (n % 5)) % 40] ?? [])
        const distinct = [...new Set(n % 2 ? budgets : budgets.toReversed())]
        expect(await attempts?.take(distinct)).toEqual({ kind: 'taken', budgets: distinct })
        await attempts?.settle(distinct, 'wrong')
        counted += distinct.length
      }),
    )
    const read = `SELECT sum("underWay")::int, sum(ceil(("forgottenAt" - "wrongAt")::numeric / ${terms.forgetAfter}))::int FROM attempts`
    expect(await run(read)).toEqual([[0, counted]])
  })

  it.each([
    ['taken', (attempts: AttemptRepository) => attempts.take(wide.toReversed())],
    ['judged', (attempts: AttemptRepository) => attempts.settle(wide.toReversed(), 'wrong')],
  ])('are locked in the order of their keys when they are %s', async (_, locking) => {
    const { made, run } = await gateways(1)
    const [attempts] = made
    if (!attempts) throw new Error('no gateway')
    await attempts.take(wide)
    const keys = await run('SELECT key FROM attempts ORDER BY key')
    await run('ALTER FUNCTION take_attempts(jsonb, bigint, bigint) SET lock_timeout = 0')
    await run('ALTER FUNCTION settle_attempts(jsonb, bigint) SET lock_timeout = 0')
    await run('BEGIN')
    try {
      await run(`SELECT FROM attempts WHERE key = '${String(keys[20]?.[0])}' FOR UPDATE`)
      const locked = locking(attempts)
      onTestFinished(() => locked.then(() => undefined))
      const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
      // In a transaction, what was read of the others stays as it was.
      const waitingNow = () => run('SELECT pg_stat_clear_snapshot()').then(() => run(waiting))
      await expect.poll(async () => (await waitingNow()).length).toBe(1)
      expect(await run('SELECT key FROM attempts ORDER BY key FOR UPDATE SKIP LOCKED')).toEqual(
        keys.slice(20),
      )
    } finally {
      await run('ROLLBACK')
    }
  })

  it('of several gateways are taken as often as one after another, of what was there before, too', async () => {
    const { made } = await gateways(3)
    const one = { ...ada, free: 1 }
    for (let n = 0; n < 100; n++) {
      const taken = await Promise.all(made.map((attempts) => attempts.take([one])))
      expect(taken.map(({ kind }) => kind).toSorted()).toEqual(['full', 'full', 'taken'])
      await made[0]?.settle([one], 'unjudged')
    }
  })

  it('use three connections at most, however many there are', async () => {
    const { made, run } = await gateways(1)
    const pair = { ...ada, free: 1_000_000, knownFor: 1_000 }
    await run('BEGIN')
    await run('LOCK TABLE attempts')
    const judged = Promise.all(
      Array.from({ length: 1_000 }, async () => {
        const settled = Promise.all([made[0]?.settle([pair], 'wrong'), made[0]?.isKnown(pair)])
        await made[0]?.take([pair])
        await settled
      }),
    )
    await setTimeout(250)
    await run('ROLLBACK')
    await judged
    const others = `SELECT count(*)::int FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid()`
    const [[connections] = []] = await run(others)
    expect(connections).toBeLessThanOrEqual(3)
  })
})
