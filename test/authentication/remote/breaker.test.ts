import { describe, expect, it } from 'vitest'
import { createBreaker } from '../../../src/authentication/remote/breaker.ts'

const message = 'a realm cannot ask its server now, try again later'

/** A breaker with a clock that only the test moves, and what is heard of it. */
function watchedBreaker() {
  const seen = { now: 1_000_000, reports: [] as (string | null)[], tries: 0 }
  const breaker = createBreaker({ clock: () => seen.now, report: (reason) => seen.reports.push(reason) })
  const run = (task: () => Promise<string>, isToBlame?: () => boolean) =>
    breaker.run(() => {
      seen.tries += 1
      return task()
    }, isToBlame)
  const succeed = () => run(() => Promise.resolve('answer'))
  /** How a failure comes back: whether it was tried, and whether the log is expected to know of it already. */
  async function fail(reason = 'down') {
    const before = seen.tries
    const failure: unknown = await run(() => Promise.reject(new Error(reason))).catch(
      (error: unknown) => error,
    )
    expect(failure).toMatchObject({ code: 'UNAVAILABLE', message })
    const { isReported, cause } = failure as { isReported: boolean; cause?: Error }
    return { tried: seen.tries > before, isReported, cause: cause?.message }
  }
  async function open() {
    for (let time = 0; time < 5; time++) await fail()
    expect(seen.reports).toEqual(['down'])
  }
  return { ...breaker, seen, run, succeed, fail, open }
}

const untold = { tried: true, isReported: false, cause: 'down' }
const trial = { tried: true, isReported: true, cause: undefined }
const spared = { tried: false, isReported: true, cause: undefined }

describe('a breaker', () => {
  it('passes answers on, and says of each failure why', async () => {
    const { succeed, fail, problem, seen } = watchedBreaker()
    expect(await succeed()).toBe('answer')
    expect(await fail()).toEqual(untold)
    expect(await succeed()).toBe('answer')
    expect([problem(), seen.reports]).toEqual([null, []])
  })

  it('opens after five failures in a row, says why, and then lets nothing through', async () => {
    const { fail, problem, seen } = watchedBreaker()
    for (let time = 0; time < 4; time++) expect(await fail()).toEqual(untold)
    expect(problem()).toBeNull()
    expect(await fail()).toEqual(trial)
    expect([problem(), seen.reports]).toEqual(['down', ['down']])
    expect(await fail()).toEqual(spared)
    seen.now += 999
    expect(await fail()).toEqual(spared)
  })

  it('stays closed where failures are not in a row', async () => {
    const { fail, succeed, problem } = watchedBreaker()
    for (let time = 0; time < 9; time++) {
      for (let again = 0; again < 4; again++) await fail()
      await succeed()
    }
    expect(problem()).toBeNull()
  })

  it('stays closed where the server is not to blame, and passes that on too', async () => {
    const { run, fail, problem } = watchedBreaker()
    for (let time = 0; time < 4; time++) await fail()
    for (let time = 0; time < 9; time++) {
      const failing = run(
        () => Promise.reject(new Error('too late')),
        () => false,
      )
      await expect(failing).rejects.toMatchObject({ code: 'UNAVAILABLE', message })
    }
    expect(problem()).toBeNull()
    expect(await fail()).toEqual(trial)
  })

  it('lets one try after a second, and closes where that one is answered', async () => {
    const { open, run, fail, succeed, seen, problem } = watchedBreaker()
    await open()
    seen.now += 1_000
    const { promise, resolve } = Promise.withResolvers<string>()
    const trying = run(() => promise)
    expect(await fail()).toEqual(spared)
    resolve('answer')
    expect(await trying).toBe('answer')
    expect([problem(), seen.reports]).toEqual([null, ['down', null]])
    expect(await succeed()).toBe('answer')
    for (let time = 0; time < 4; time++) expect(await fail()).toEqual(untold)
  })

  it('waits twice as long after each trial in vain, thirty seconds at most, and reports none', async () => {
    const { open, fail, seen, problem, succeed } = watchedBreaker()
    await open()
    for (const pause of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
      seen.now += pause - 1
      expect(await fail(), `before ${pause} ms`).toEqual(spared)
      seen.now += 1
      expect(await fail('still down'), `after ${pause} ms`).toEqual(trial)
    }
    expect([problem(), seen.reports]).toEqual(['still down', ['down']])
    seen.now += 30_000
    await succeed()
    for (let time = 0; time < 5; time++) await fail()
    seen.now += 1_000
    expect(await fail()).toEqual(trial)
  })

  it('does not wait longer because many that began before fail together', async () => {
    const { run, fail, seen } = watchedBreaker()
    const { promise, reject } = Promise.withResolvers<string>()
    const many = Array.from({ length: 50 }, () => run(() => promise))
    reject(new Error('down'))
    expect(await Promise.allSettled(many)).toHaveLength(50)
    expect(seen.reports).toEqual(['down'])
    seen.now += 1_000
    expect(await fail()).toEqual(trial)
  })

  it('lets no second one try because one that began before has ended', async () => {
    const { run, open, fail, seen } = watchedBreaker()
    const late = Promise.withResolvers<string>()
    const begunBefore = run(() => late.promise).catch(() => 'failed')
    await open()
    seen.now += 1_000
    const { promise, resolve } = Promise.withResolvers<string>()
    const trying = run(() => promise)
    late.reject(new Error('down'))
    expect(await begunBefore).toBe('failed')
    expect(await fail()).toEqual(spared)
    resolve('answer')
    expect(await trying).toBe('answer')
  })

  it('does not wait for a clock that was put back', async () => {
    const { open, succeed, seen } = watchedBreaker()
    await open()
    seen.now -= 3_600_000
    expect(await succeed()).toBe('answer')
  })
})
