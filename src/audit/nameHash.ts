import { createHmac, createSecretKey } from 'node:crypto'
import { LRUCache } from 'lru-cache'

/** How much memory remembered hashes take, about, in characters. */
const mostKnown = 262_144

/**
 * Makes the hash of names that were typed: the same for all gateways on a database, and nothing that can be guessed
 * without its key. People type passwords there.
 */
export function createNameHash(key: string) {
  const secret = createSecretKey(key, 'base64url')
  /** Of users alone: what else is typed is not kept. */
  const known = new LRUCache<string, string>({ maxSize: mostKnown })

  return function nameHash(name: string, isKnown: boolean): string {
    const found = isKnown ? known.get(name) : undefined
    if (found !== undefined) return found
    const hash = createHmac('sha256', secret).update(name).digest('base64url')
    if (isKnown) known.set(name, hash, { size: name.length + hash.length })
    return hash
  }
}

export type NameHash = ReturnType<typeof createNameHash>
