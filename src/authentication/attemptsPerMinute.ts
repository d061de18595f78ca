import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import type { Subject } from './subject.ts'

/** Counts an attempt of somebody. Answers for how many seconds there may be no other, or null: this one may be. */
export type CountAttempt = (who: Pick<Subject, 'username' | 'realm'>) => Promise<number | null>

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
    const key = hash('sha256', JSON.stringify([realm.type, realm.name, username]), 'base64url')
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
