import { timingSafeEqual } from 'node:crypto'
import { refused, refusedKnown, type Realm } from '../realm.ts'
import { hashOf } from '../tokens/opaqueToken.ts'
import { apiKeyProof } from './apiKeyProof.ts'
import { isKeyId } from './keyId.ts'
import type { ApiKeyRepository } from './apiKeyRepository.ts'

/**
 * Proves owners of API keys. Each key is read for each request, so that whatever ends it counts at once. Unknown, wrong,
 * expired and invalidated keys are refused alike.
 */
export function createApiKeyRealm(apiKeys: Pick<ApiKeyRepository, 'find'>): Realm {
  return {
    takes: 'apiKey',

    async authenticate(credentials) {
      if (credentials.kind !== 'apiKey') return null
      const { id, key } = credentials
      const found = isKeyId(id) ? await apiKeys.find(id) : null
      if (!found) return refused
      if (!isSame(found.keyHash, hashOf(key)) || !found.isValid) return refusedKnown
      const { apiKey, securityEpoch } = found
      return { ...apiKeyProof(apiKey), authenticationType: 'api_key', securityEpoch }
    },
  }
}

/** Takes the same time wherever they differ. */
function isSame(oneHash: string, otherHash: string): boolean {
  return timingSafeEqual(Buffer.from(oneHash), Buffer.from(otherHash))
}
