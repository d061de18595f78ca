import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createAttemptsPerMinute } from '../../src/profile/attemptsPerMinute.ts'
import { native } from './activating.ts'

const jacknich = { username: 'jacknich', realm: native }

describe('attempts', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('may be so many in a minute, which begins with the first', async () => {
    const count = createAttemptsPerMinute(3)
    for (let turn = 0; turn < 2; turn++) {
      expect([await count(jacknich), await count(jacknich)]).toEqual([null, null])
      vi.advanceTimersByTime(40_500)
      expect(await count(jacknich)).toBeNull()
      expect(await count(jacknich)).toBe(20)
      vi.advanceTimersByTime(19_400)
      expect(await count(jacknich)).toBe(1)
      vi.advanceTimersByTime(100)
    }
  })

  it('are counted for each user of each realm by itself', async () => {
    const count = createAttemptsPerMinute(1)
    const users = [
      jacknich,
      { ...jacknich, username: 'JackNich' },
      { ...jacknich, realm: { type: 'jwt', name: 'native', domain: null } },
      { ...jacknich, realm: { type: 'jwt', name: 'corp', domain: null } },
    ]
    for (const user of users) expect(await count(user)).toBeNull()
    for (const user of users) expect(await count(user)).toBe(60)
  })

  it(
    'are remembered of a hundred thousand users: then of those who came last',
    { timeout: 60_000 },
    async () => {
      const count = createAttemptsPerMinute(1)
      expect(await count(jacknich)).toBeNull()
      for (let n = 0; n < 99_999; n++) await count({ ...jacknich, username: `user${n}` })
      expect(await count(jacknich)).toBe(60)
      await count({ ...jacknich, username: 'one more' })
      expect(await count({ ...jacknich, username: 'user0' })).toBeNull()
      expect(await count(jacknich)).toBe(60)
    },
  )
})
