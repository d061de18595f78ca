import { createHmac, createSecretKey, randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { createDecoys, type Decoys } from './decoys.ts'
import { argon2id } from './hashFormats/argon2id.ts'
import { formatOf } from './passwordHash.ts'
import { createQueue } from './queue.ts'
import { createUnderWay } from './underWay.ts'

const remembered = 100_000

/** In characters. Hashing what is longer would cost more than a password is worth. */
export const longestPassword = 4_096

/**
 * Hashes and verifies passwords off the event loop, at most as many at once as there are cores. A password that was
 * proven is remembered as an HMAC bound to the hash it was proven against, so it counts only while the hash read for
 * a request is that one. Equal verifications under way share one computation.
 */
export function createPasswords({ decoyFor }: Pick<Decoys, 'decoyFor'> = createDecoys()) {
  const cores = availableParallelism()
  const enqueue = createQueue({
    running: cores,
    waiting: 250 * cores,
    full: 'too many passwords are being checked, try again later',
  })
  const processKey = createSecretKey(randomBytes(32))
  const proven = new Set<string>()
  const once = createUnderWay<boolean>()

  return {
    hash(password: string): Promise<string> {
      return enqueue(() => argon2id.hash(password))
    },

    /**
     * Whether the password is the one behind the user's hash. Without a hash: false, at the cost that other names have,
     * alone and among others.
     */
    async verify(username: string, passwordHash: string | null, password: string): Promise<boolean> {
      const against = passwordHash ?? decoyFor(username)
      const key = keyOf(username, against, password)
      if (proven.has(key)) return true
      const matches = await once(key, () => enqueue(() => verify(against, password)))
      if (matches) remember(key)
      return matches
    },
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

async function verify(passwordHash: string, password: string): Promise<boolean> {
  const format = formatOf(passwordHash)
  if (!format) throw new Error('the hash of a password is of no format that is known')
  return format.verify(passwordHash, password)
}
