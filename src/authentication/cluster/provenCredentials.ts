import { isAgeBelow } from '../../age.ts'
import { memoryOf } from '../../json.ts'
import { lruCacheOfBytes } from '../../lruCache.ts'
import type { Grant } from '../credentials.ts'
import { createSecretNames } from '../secretNames.ts'

interface Proven<User> {
  readonly user: User
  /** In epoch milliseconds. */
  readonly askedAt: number
}

interface ProvenCredentialsParts {
  /** For how long credentials are remembered at most, in milliseconds; 0: not at all. */
  ttl: number
  /** How many are remembered at most; 0: none. */
  size: number
  clock: () => number
  /** Takes that credentials were right: remembered, or proven anew. */
  count?: (isRemembered: boolean) => void
}

/** Of all that is remembered together: about as many bytes of memory. */
const mostMemory = 67_108_864

/**
 * Remembers which credentials were proven, and for whom, by a name that only this process can make.
 * What was refused is asked again each time.
 */
export function createProvenCredentials<User extends object>({
  ttl,
  size,
  clock,
  count,
}: ProvenCredentialsParts) {
  const secretName = createSecretNames()
  const known = ttl > 0 && size > 0 ? lruCacheOfBytes<Proven<User>>(size, mostMemory) : null

  return {
    /** Names credentials: no two have one name. */
    keyOf(credentials: Grant): string {
      return secretName(JSON.stringify(partsOf(credentials)))
    },

    find(key: string): User | null {
      const found = known?.get(key)
      if (!found) return null
      if (isAgeBelow(ttl, clock() - found.askedAt)) {
        count?.(true)
        return found.user
      }
      known?.delete(key)
      return null
    },

    /** `askedAt` is in epoch milliseconds. */
    remember(key: string, user: User, askedAt: number): void {
      count?.(false)
      const text = JSON.stringify(user)
      known?.set(key, { user, askedAt }, 500 + text.length + memoryOf(text))
    },

    /** How many are remembered. */
    size: () => known?.size() ?? 0,
  }
}

export type ProvenCredentials<User extends object> = ReturnType<typeof createProvenCredentials<User>>

function partsOf(credentials: Grant): string[] {
  if (credentials.kind === 'password') return [credentials.kind, credentials.username, credentials.password]
  const { kind, token, clientSecret } = credentials
  return [kind, token, ...(clientSecret === null ? [] : [clientSecret])]
}
