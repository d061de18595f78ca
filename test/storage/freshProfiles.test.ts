import { describe, expect, it } from 'vitest'
import type { Candidates } from '../../src/profile/repository.ts'
import { createFreshProfiles } from '../../src/storage/freshProfiles.ts'

const grace = { unchangedGrace: 30_000 }

/** What was found of somebody: a profile of that age, in milliseconds, or none. */
function found(age: number | null, isRefreshed = false): Candidates {
  const now = 1_800_000_000_000
  const user = {
    ...{ username: 'jacknich', roles: [], fullName: null, email: null },
    realm: { name: 'native1', type: 'native', domain: null },
  }
  const profile = { uid: 'u_0', enabled: true, user, labels: {}, seqNo: 0 }
  const profiles = age === null ? [] : [{ ...profile, lastSynchronized: now - age }]
  return { now, stands: true, profiles, isRefreshed }
}

/** After how long, in milliseconds, it is not fresh any more; null: it never was. */
function freshFor(candidates: Candidates, { unchangedGrace } = grace): number | null {
  let now = 0
  const fresh = createFreshProfiles(() => now)
  fresh.remember('base', candidates, { unchangedGrace })
  expect(fresh.has('other')).toBe(false)
  if (!fresh.has('base')) return null
  while (fresh.has('base')) now += 1_000
  return now
}

describe('a profile that an activation has found', () => {
  it.each<[string, number | null, Candidates]>([
    ['just synchronized is fresh for the grace', 30_000, found(0)],
    ['synchronized some time ago is so for what is left of it', 10_000, found(20_000)],
    ['synchronized long ago is not', null, found(30_000)],
    ['synchronized long ago, and refreshed, is', 30_000, found(3_600_000, true)],
    ['synchronized in the future is so for no longer than any', 30_000, found(-3_600_000)],
    ['that is none is not', null, found(null)],
  ])('%s', (_, expected, candidates) => {
    expect(freshFor(candidates)).toBe(expected)
  })

  it('is never fresh without a grace', () => {
    expect(freshFor(found(0, true), { unchangedGrace: 0 })).toBe(null)
  })
})
