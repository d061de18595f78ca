import { describe, expect, it } from 'vitest'
import { untilReload, untilRetry } from '../../../src/authentication/jwt/reloadIntervals.ts'

const minute = 60_000
const hour = 60 * minute
const enabled = true

/** The least and the most of what chance makes of it. */
function range(delay: () => number): [number, number] {
  const delays = Array.from({ length: 2_000 }, delay)
  return [Math.min(...delays), Math.max(...delays)]
}

describe('the time until keys are asked for again', () => {
  it('lets a withdrawn key go within 5 minutes, even if the reads before and after take all their time', () => {
    const intervals = { enabled, min: 5 * minute, max: 5 * minute }
    for (const maxAge of [null, 0, minute, hour, Infinity]) {
      const [, most] = range(() => untilReload(intervals, maxAge, 10_000))
      expect(most + 2 * 10_000).toBeLessThanOrEqual(5 * minute)
    }
  })

  it.each([
    ['what the source says', 2 * hour, 2 * hour],
    ['the least, if the source wants less', 0, hour],
    ['the most, if the source wants more', 100 * hour, 10 * hour],
    ['the most, if the source says nothing', null, 10 * hour],
  ])('is %s, or up to a tenth less', (_, maxAge, expected) => {
    const [least, most] = range(() => untilReload({ enabled, min: hour, max: 10 * hour }, maxAge, 10_000))
    expect(least).toBeGreaterThanOrEqual(0.9 * expected)
    expect(least).toBeLessThan(0.92 * expected)
    expect(most).toBeLessThanOrEqual(expected)
    expect(most).toBeGreaterThan(0.98 * expected)
  })

  it('is at least half of the most, however short that is', () => {
    expect(untilReload({ enabled, min: 1_000, max: 1_000 }, null, 10_000)).toBe(500)
  })

  it('is never longer than a timer can wait', () => {
    const days = 24 * hour
    expect(untilReload({ enabled, min: 60 * days, max: 60 * days }, null, 10_000)).toBe(2 ** 31 - 1)
  })
})

describe('the time until a source that failed is asked again', () => {
  it.each([
    [1, 1_000],
    [2, 2_000],
    [5, 16_000],
    [6, 32_000],
    [7, 60_000],
    [5_000, 60_000],
  ])('is, after %d failures, up to %d ms', (failures, expected) => {
    const [least, most] = range(() => untilRetry(failures, { enabled, min: hour, max: hour }))
    expect(least).toBeGreaterThanOrEqual(expected / 2)
    expect(most).toBeLessThanOrEqual(expected)
    expect(most - least).toBeGreaterThan(expected / 3)
  })

  it('is never longer than the interval', () => {
    const [, most] = range(() => untilRetry(9, { enabled, min: 10, max: 20 }))
    expect(most).toBeLessThanOrEqual(20)
  })
})
