import { describe, expect, it, onTestFinished } from 'vitest'
import type { Attempt } from '../../../src/authentication/attempt.ts'
import type { AttemptRepository } from '../../../src/authentication/throttle/attemptRepository.ts'
import { createThrottle } from '../../../src/authentication/throttle/throttle.ts'
import { application } from '../../profile/activating.ts'
import { origin } from '../../support/attempts.ts'
import { lockWaits } from '../../support/lockWaits.ts'
import { prepared } from '../../support/testDatabase.ts'

const minute = 60_000

const from = (subjectAddress: string | null): Attempt => ({
  role: 'subject',
  caller: { ...application, origin: { ...origin, subjectAddress } },
})
const times = (count: number) => Array.from({ length: count }, (_, n) => n)

const terms = {
  ...{ attempts: 8, attempts_per_address: 100, attempts_per_caller: 1_000, first_wait: 30_000 },
  ...{ longest_wait: 15 * minute, forget_after: 10 * minute },
}

describe('gateways on one PostgreSQL database', () => {
  const emptied = prepared()

  /** Two of them, and how many statements they make. */
  async function gateways() {
    const { attempts, setTime } = await emptied()
    if (!attempts) throw new Error('no attempts are shared')
    const shared = attempts
    let now = 1_800_000_000_000
    await setTime(now)
    const made = { take: 0, settle: 0, isKnown: 0 }
    let judged = 0
    const counted = <Method extends keyof typeof made>(method: Method): AttemptRepository[Method] =>
      ((...given: Parameters<AttemptRepository[Method]>) => {
        made[method] += 1
        return (shared[method] as (...all: unknown[]) => unknown)(...given)
      }) as AttemptRepository[Method]
    const start = () => {
      const { throttle, close } = createThrottle({
        ...terms,
        shared: { ...shared, take: counted('take'), settle: counted('settle'), isKnown: counted('isKnown') },
        report: () => expect.unreachable(),
        clock: () => now,
      })
      const attempt = async (
        password: string,
        address: string | null = null,
        username = 'jacknich',
        over: Promise<unknown> = Promise.resolve(),
      ) => {
        const judge = async () => {
          judged += 1
          await over
          return password === 'right' ? 'right' : 'wrong'
        }
        const credentials = { kind: 'password', username, password } as const
        const answer = await throttle(credentials, from(address), judge, (said) => said)
        return typeof answer === 'string' ? answer : answer.retryAfterSeconds
      }
      return { attempt, close }
    }
    const [one, other] = [start(), start()]
    const settled = () => Promise.all([one.close(), other.close()])
    onTestFinished(async () => {
      await settled()
    })
    return {
      one,
      other,
      made,
      judged: () => judged,
      settled,
      pass: (milliseconds: number) => setTime((now += milliseconds)),
    }
  }

  it('judge eight of a thousand guesses at once, in all', async () => {
    const { one, other, made, judged } = await gateways()
    const answers = await Promise.all(times(1_000).map((n) => (n % 2 ? one : other).attempt(`wrong ${n}`)))
    expect(answers.filter((answer) => answer === 'wrong')).toHaveLength(8)
    expect(answers.filter((answer) => answer === 30)).toHaveLength(992)
    expect(judged()).toBe(8)
    expect(made.take).toBeLessThan(100)
    expect(made.settle).toBe(8)
  })

  it('count together what is tried here and there, and wait together', async () => {
    const { one, other, pass } = await gateways()
    for (const n of times(8)) expect(await (n % 2 ? one : other).attempt(`wrong ${n}`)).toBe('wrong')
    expect([await one.attempt('right'), await other.attempt('right')]).toEqual([30, 30])
    await pass(30_000)
    expect(await one.attempt('wrong')).toBe('wrong')
    expect([await one.attempt('right'), await other.attempt('right')]).toEqual([60, 60])
    await pass(60_000)
    expect([await one.attempt('right'), await other.attempt('right')]).toEqual(['right', 'right'])
  })

  it('tell nobody who was right just now from others of a name that waits at another of them', async () => {
    const { one, other, settled } = await gateways()
    expect(await other.attempt('right')).toBe('right')
    for (const n of times(8)) expect(await one.attempt(`wrong ${n}`)).toBe('wrong')
    await settled()
    const tried = times(8).map((n) => other.attempt(n === 5 ? 'right' : `wrong ${n}`))
    expect(await Promise.all(tried)).toEqual(times(8).map(() => 30))
  })

  it('let in all who are right, however many come at once, everywhere', async () => {
    const { one, other } = await gateways()
    const same = times(128).map((n) => (n % 2 ? one : other).attempt('right', '192.0.2.1'))
    expect(new Set(await Promise.all(same))).toEqual(new Set(['right']))
    const different = times(256).map((n) => (n % 2 ? one : other).attempt('right', '192.0.2.1', `user-${n}`))
    expect(new Set(await Promise.all(different))).toEqual(new Set(['right']))
  })

  it('keep out nobody who has logged in from there at another of them', async () => {
    const { one, other, settled } = await gateways()
    expect(await one.attempt('right', '192.0.2.1')).toBe('right')
    for (const n of times(8)) await other.attempt(`wrong ${n}`, '198.51.100.1')
    await settled()
    expect(await other.attempt('right', '198.51.100.2')).toBe(30)
    expect(await other.attempt('right', '192.0.2.1')).toBe('right')
    expect(await one.attempt('right')).toBe(30)
  })

  it('have nobody wait any more for what others judge once the clock was put back', async () => {
    const { one, other, judged, made, pass } = await gateways()
    const { promise: over, resolve } = Promise.withResolvers<unknown>()
    const judging = times(8).map((n) => other.attempt(`wrong ${n}`, null, 'jacknich', over))
    await expect.poll(judged).toBe(8)
    const before = made.take
    const unavailable = { code: 'UNAVAILABLE', retryAfterSeconds: 1 }
    const refused = expect(one.attempt('right')).rejects.toMatchObject(unavailable)
    await expect.poll(() => made.take).toBeGreaterThan(before)
    await pass(-60 * minute)
    await refused
    resolve(null)
    await Promise.all(judging)
  })

  it('make one statement before what is tried first and one after, and none for what was right just now', async () => {
    const { one, made, settled, pass } = await gateways()
    for (const n of times(20)) expect([n, await one.attempt('right', '192.0.2.1')]).toEqual([n, 'right'])
    await Promise.all(times(100).map(() => one.attempt('right', '192.0.2.1')))
    await settled()
    expect(made).toEqual({ take: 1, settle: 1, isKnown: 0 })
    await pass(-60 * minute)
    expect(await one.attempt('right', '192.0.2.1')).toBe('right')
    expect(made.take).toBe(2)
  })

  it('make none for what they have refused before, wherever it was tried', async () => {
    const { one, other, made, settled } = await gateways()
    for (const n of times(8)) await one.attempt(`wrong ${n}`)
    await settled()
    expect(await other.attempt('wrong', '198.51.100.1')).toBe(30)
    const before = { ...made }
    for (const n of times(50)) {
      expect(await one.attempt(`wrong ${n}`)).toBe(30)
      expect(await other.attempt(`wrong ${n}`)).toBe(30)
    }
    expect(made).toEqual(before)
    for (const n of times(50)) expect(await other.attempt(`wrong ${n}`, '198.51.100.1')).toBe(30)
    expect(made).toEqual({ ...before, isKnown: before.isKnown + 1 })
  })

  it.each([
    ['again that the server has undone', 'cancel', true],
    ['once that may have been counted before the connection was lost', 'terminate', false],
  ])('pass on a verdict %s', async (_, how, counted) => {
    const { attempts: shared, run, setTime } = await emptied()
    await setTime(1_800_000_000_000)
    const reported: unknown[] = []
    const { throttle, close } = createThrottle({
      ...{ ...terms, shared, report: (cause) => reported.push(cause), clock: () => 1_800_000_000_000 },
    })
    onTestFinished(close)
    const judge = async () => {
      await run('BEGIN')
      await run('LOCK TABLE attempts')
      return 'wrong' as const
    }
    const guess = { kind: 'password', username: 'jacknich', password: 'wrong' } as const
    await throttle(guess, from(null), judge, (said) => said)
    const ended = () => run(`SELECT pg_${how}_backend(pid) FROM ${lockWaits('attempts')}`)
    await expect.poll(ended).toEqual([[true]])
    await run('ROLLBACK')
    const rows = () => run('SELECT "underWay", "wrongAt" > 0 FROM attempts')
    await expect.poll(() => reported.length).toBe(counted ? 0 : 1)
    const row = counted ? [0, true] : [1, false]
    await expect.poll(rows).toEqual([row, row])
  })

  it('are closed no sooner than the last verdict is passed on', async () => {
    const { attempts: shared, run } = await emptied()
    const { throttle, close } = createThrottle({
      ...{ ...terms, shared, report: () => expect.unreachable(), clock: Date.now },
    })
    const judge = async () => {
      await run('BEGIN')
      await run('LOCK TABLE attempts')
      return 'wrong' as const
    }
    await throttle(
      { kind: 'password', username: 'jacknich', password: '' },
      from(null),
      judge,
      (said) => said,
    )
    let isClosed = false
    const closed = close().then(() => (isClosed = true))
    const waiting = `SELECT count(*)::int FROM ${lockWaits('attempts')}`
    await expect.poll(() => run(waiting)).toEqual([[1]])
    expect(isClosed).toBe(false)
    await run('ROLLBACK')
    await closed
    expect(await run('SELECT DISTINCT "underWay", "wrongAt" > 0 FROM attempts')).toEqual([[0, true]])
  })

  it('have passed on every verdict once they are closed', async () => {
    const { one, other } = await gateways()
    for (const n of times(8)) await one.attempt(`wrong ${n}`, null, 'another')
    await Promise.all(times(8).map((n) => one.attempt('right', null, `user-${n}`)))
    await one.close()
    expect(await other.attempt('right', null, 'another')).toBe(30)
    for (const n of times(8)) {
      for (const m of times(8)) expect(await other.attempt(`wrong ${m}`, null, `user-${n}`)).toBe('wrong')
    }
  })
})
