import { LRUCache } from 'lru-cache'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import type { CountAttempt } from './tooManyAttempts.ts'
import { baseOf } from './uid.ts'

/** How many users are counted at once: of more, those who have been away for longest begin anew. */
const mostUsers = 100_000

/** Counts in this process alone, for each user by itself. A minute begins with its first attempt. */
export function createAttemptsPerMinute(most: number): CountAttempt {
  const limiter = new RateLimiterMemory({ points: most, duration: 60 })
  const counted = new LRUCache<string, true>({
    max: mostUsers,
    dispose(_, key, reason) {
      if (reason === 'evict') void limiter.delete(key)
    },
  })

  return async function countAttempt({ username, realm }) {
    const key = `${realm.type}/${realm.name}/${baseOf(username)}`
    counted.set(key, true)
    try {
      await limiter.consume(key)
      return null
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal
      return Math.max(1, Math.ceil(refusal.msBeforeNext / 1_000))
    }
  }
}
