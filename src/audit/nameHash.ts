import { createHmac, createSecretKey } from 'node:crypto'

/**
 * Makes the hash of names that were typed: the same for all gateways on a database, and nothing that can be guessed
 * without its key. People type passwords there.
 */
export function createNameHash(key: string) {
  const secret = createSecretKey(key, 'base64url')
  return function nameHash(name: string): string {
    return createHmac('sha256', secret).update(name).digest('base64url')
  }
}

export type NameHash = ReturnType<typeof createNameHash>
