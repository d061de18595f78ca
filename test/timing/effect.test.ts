import { describe, expect, it } from 'vitest'
import { createRandom, type Random } from '../support/random.ts'
import { customaryThreshold, effectBetween, guessesNeeded, quantile } from './effect.ts'

const random = createRandom(1)

/** By Box and Muller. */
function normal({ below }: Random, mean: number, deviation: number): number {
  const uniform = () => (below(2 ** 30) + 1) / (2 ** 30 + 1)
  return mean + deviation * Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
}

function sample(count: number, one: () => number): Float64Array {
  return Float64Array.from({ length: count }, one)
}

const normals = (count: number, mean: number, deviation = 500) =>
  sample(count, () => normal(random, mean, deviation))

describe('the effect between two classes', () => {
  it('is what the definitions say, of a few numbers', () => {
    const effect = effectBetween(Float64Array.of(1, 2, 3, 4), Float64Array.of(2, 3, 4, 5))
    expect(effect.difference).toBe(1)
    // Of 16 pairs 10 are greater, 3 equal, 3 less.
    expect(effect.delta).toBeCloseTo(7 / 16)
  })

  it.each([
    ['all are greater', [1, 2], [3, 4], 1],
    ['all are less', [3, 4], [1, 2], -1],
    ['all are equal', [1, 1, 1], [1, 1, 1], 0],
  ])('has the delta that it must where %s', (_, one, other, delta) => {
    const effect = effectBetween(Float64Array.from(one), Float64Array.from(other))
    expect(effect.delta).toBe(delta)
    expect(effect.high).toBeLessThanOrEqual(1)
    expect(effect.low).toBeGreaterThanOrEqual(-1)
  })

  it('turns around with its classes', () => {
    const [one, other] = [normals(500, 1_000), normals(700, 1_100)]
    const [there, back] = [effectBetween(one, other), effectBetween(other, one)]
    for (const name of ['difference', 'delta', 't'] as const) expect(there[name]).toBeCloseTo(-back[name])
    expect(there.low).toBeCloseTo(-back.high)
    expect(there.noise).toBeCloseTo(back.noise)
  })

  it('is found where there is one, and in the size that it has', () => {
    const effect = effectBetween(normals(4_000, 10_000), normals(4_000, 10_250))
    expect(Math.abs(effect.difference - 250)).toBeLessThan(4 * effect.error)
    // Half a standard deviation: 2Φ(0.5/√2) − 1.
    expect(Math.abs(effect.delta - 0.2763)).toBeLessThan(0.06)
    expect(Math.abs(effect.noise - 500)).toBeLessThan(50)
    expect(effect.t).toBeGreaterThan(customaryThreshold)
  })

  it('is found behind outliers that hide it from the means', () => {
    const slow = () => (random.chance(0.02) ? 1_000_000 : 0)
    const withOutliers = (mean: number) => sample(4_000, () => normal(random, mean, 500) + slow())
    expect(effectBetween(withOutliers(10_000), withOutliers(10_250)).t).toBeGreaterThan(customaryThreshold)
  })

  it('is hardly ever found where there is none, and its intervals hold the truth as often as they say', () => {
    const trials = Array.from({ length: 400 }, () =>
      effectBetween(normals(300, 10_000), normals(300, 10_000)),
    )
    expect(trials.filter(({ t }) => Math.abs(t) > customaryThreshold)).toEqual([])
    const holding = trials.filter(({ low, high }) => low <= 0 && 0 <= high).length / trials.length
    expect(holding).toBeGreaterThan(0.91)
    const within = trials.filter(({ difference, error }) => Math.abs(difference) <= 1.96 * error)
    expect(within.length / trials.length).toBeGreaterThan(0.91)
  })
})

describe('the guesses that are needed', () => {
  const effect = { error: 0, delta: 0, low: 0, high: 0, t: 0, noise: 300 }

  it('tell a difference as often as is said', () => {
    const difference = 100
    const guesses = guessesNeeded({ ...effect, difference }, 400)
    const meanOf = (mean: number) => normals(guesses, mean, 500).reduce((sum, one) => sum + one, 0) / guesses
    const times = Array.from({ length: 1_000 })
    const wrong = times.filter(() => meanOf(difference) < difference / 2).length / times.length
    expect(wrong).toBeGreaterThan(0.02)
    expect(wrong).toBeLessThan(0.09)
  })

  it('are fewer for a larger difference, more in a network, and at least one', () => {
    const needed = (difference: number, jitter = 0) => guessesNeeded({ ...effect, difference }, jitter)
    expect(needed(100)).toBeLessThan(needed(50))
    expect(needed(100, 1_000)).toBeGreaterThan(needed(100))
    expect(needed(1_000_000)).toBe(1)
  })

  it('count with the largest difference that the measurement allows', () => {
    expect(guessesNeeded({ ...effect, difference: 0, error: 10 }, 0)).toBeLessThan(Infinity)
  })
})

describe('a quantile', () => {
  it('lies between the two values that it stands between', () => {
    const list = Float64Array.of(0, 10, 20, 30)
    expect([0, 0.5, 1].map((part) => quantile(list, part))).toEqual([0, 15, 30])
  })
})
