import { hash } from 'node:crypto'
import { isAgeBelow } from '../../age.ts'
import { lruCacheOfBytes } from '../../lruCache.ts'
import type { JwtUser } from './jwtUser.ts'

interface Verified {
  readonly user: JwtUser
  /** In epoch milliseconds, both. */
  readonly verifiedAt: number
  readonly expiresAt: number
}

interface VerifiedTokensParts {
  /** For how long a token is remembered at most, in milliseconds; 0: not at all. */
  ttl: number
  /** How many are remembered at most; 0: none. */
  size: number
  clock: () => number
  /** Takes that a token was good: remembered, or verified anew. */
  count?: (isRemembered: boolean) => void
}

/** Of all remembered tokens together: about as many bytes of memory. */
const mostMemory = 100_663_296

/**
 * Remembers which tokens of one realm were verified, by their hash, with what they say and never with what it allows.
 * Whoever changes the keys or the realm's mind forgets all of them. Source: spec 5.5.
 */
export function createVerifiedTokens({ ttl, size, clock, count }: VerifiedTokensParts) {
  const tokens = ttl > 0 && size > 0 ? lruCacheOfBytes<Verified>(size, mostMemory) : null

  return {
    find(token: string): JwtUser | null {
      const key = keyOf(token)
      const known = tokens?.get(key)
      if (!known) return null
      const now = clock()
      if (now < known.expiresAt && isAgeBelow(ttl, now - known.verifiedAt)) {
        count?.(true)
        return known.user
      }
      tokens?.delete(key)
      return null
    },

    /** `expiresAt` is in epoch milliseconds, `length` that of the text in which the user was read. */
    remember(token: string, user: JwtUser, expiresAt: number, length = token.length): void {
      count?.(false)
      tokens?.set(keyOf(token), { user, verifiedAt: clock(), expiresAt }, memoryOf(user, length))
    },

    /** How many are remembered. */
    size: () => tokens?.size() ?? 0,

    forgetAll: (): void => {
      tokens?.clear()
    },
  }
}

export type VerifiedTokens = ReturnType<typeof createVerifiedTokens>

function keyOf(token: string): string {
  return hash('sha256', token, 'base64')
}

/** About what a token takes that is remembered: what it says is kept, and each item of a list costs more than its text. */
function memoryOf({ metadata, groups }: JwtUser, length: number): number {
  const items = Object.values(metadata).map((value) => (Array.isArray(value) ? value.length : 1))
  // Of a claim with a pattern, a group is text of its own.
  const text = groups.reduce((sum, group) => sum + group.length, length)
  return text + 50 * items.reduce((sum, count) => sum + count, groups.length)
}
