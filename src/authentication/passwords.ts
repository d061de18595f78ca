import { createHmac, createSecretKey, randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { hash, verify } from '@node-rs/argon2'
import { createQueue } from './queue.ts'

/** argon2id, the first of the parameters that OWASP recommends. Source: OWASP Password Storage Cheat Sheet. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
const remembered = 100_000

/** In characters. Hashing what is longer would cost more than a password is worth. */
export const longestPassword = 4_096

/**
 * Hashes and verifies passwords off the event loop, at most as many at once as there are cores. A password that was
 * proven is remembered as an HMAC bound to the hash it was proven against, so it counts only while the hash read for
 * a request is that one. Equal verifications under way share one computation.
 */
export function createPasswords() {
  const cores = availableParallelism()
  const enqueue = createQueue({
    running: cores,
    waiting: 250 * cores,
    full: 'too many passwords are being checked, try again later',
  })
  const processKey = createSecretKey(randomBytes(32))
  const decoy = hash(randomBytes(16), cost)
  const proven = new Set<string>()
  const underWay = new Map<string, Promise<boolean>>()

  return {
    hash(password: string): Promise<string> {
      return enqueue(() => hash(password, cost))
    },

    /**
     * Whether the password is the one behind the user's hash. Without a hash: false, at the same cost, alone and
     * among others.
     */
    async verify(username: string, passwordHash: string | null, password: string): Promise<boolean> {
      const against = passwordHash ?? (await decoy)
      const key = keyOf(username, against, password)
      if (proven.has(key)) return true
      const matches = await (underWay.get(key) ?? compute(key, against, password))
      if (matches) remember(key)
      return matches
    },
  }

  function compute(key: string, passwordHash: string, password: string): Promise<boolean> {
    const computation = enqueue(() => verify(passwordHash, password)).finally(() => underWay.delete(key))
    underWay.set(key, computation)
    return computation
  }

  // With the username, so that verifications of unknown users share as much, or as little, as those of known ones.
  function keyOf(username: string, passwordHash: string, password: string): string {
    return createHmac('sha256', processKey)
      .update(`${username}\0${passwordHash}\0`)
      .update(password)
      .digest('base64')
  }

  function remember(key: string): void {
    if (proven.size >= remembered) proven.delete(proven.values().next().value ?? '')
    proven.add(key)
  }
}

export type Passwords = ReturnType<typeof createPasswords>

/** Whether this is a hash that we could have made: argon2id with our parameters, 16 bytes of salt, 32 of hash. */
export function isPasswordHash(text: string): boolean {
  return /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{21}[AQgw]\$[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]$/.test(
    text,
  )
}
