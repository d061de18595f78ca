import { apiKeyProof } from '../apiKeys/apiKeyProof.ts'
import type { ApiKeyRepository } from '../apiKeys/apiKeyRepository.ts'
import { isEncodedKey } from '../apiKeys/keyId.ts'
import { expired, refused, type Proof, type Realm, type Refusal } from '../realm.ts'
import { plainUser, type ProvenToken, type RealmRef } from '../subject.ts'
import { hashOf, isOpaqueToken } from './opaqueToken.ts'
import type { FoundPair, TokenRepository } from './tokenRepository.ts'
import { tokenSubject, type RealmOf } from './tokenSubject.ts'

interface TokenRealmParts {
  tokens: Pick<TokenRepository, 'find'>
  apiKeys: Pick<ApiKeyRepository, 'find'>
  realmOf: RealmOf
}

/** What the realm is called. No realm that is configured begins so. */
export const tokenRealmRef: RealmRef = { name: '_token', type: '_token', domain: null }

/**
 * Proves users by the access tokens that were issued to them, and API keys by theirs. Each is read for each request, so
 * that whatever ends it counts at once.
 */
export function createTokenRealm({ tokens, apiKeys, realmOf }: TokenRealmParts): Realm {
  return {
    takes: 'accessToken',

    async authenticate(credentials) {
      if (credentials.kind !== 'accessToken') return null
      const { token } = credentials
      if (isEncodedKey(token)) return encodedKey
      if (!isOpaqueToken(token)) return null
      const tokenHash = hashOf(token)
      const pair = await tokens.find({ accessHash: tokenHash })
      if (!pair) return (await tokens.find({ refreshHash: tokenHash })) ? refreshToken : null
      if (!isValid(pair)) return { ...expired, detail: whyNot(pair) }
      return pair.apiKeyId === null ? proofOfUser(pair) : proofOfApiKey(pair, pair.apiKeyId)
    },
  }

  function proofOfUser(pair: FoundPair): Proof | Refusal {
    const subject = tokenSubject(pair, realmOf)
    if (!subject) return { ...expired, detail: whyNot(pair) }
    const { user, snapshot, securityEpoch } = pair
    const { mappedFrom = null, via = null, subjectType = 'user' } = snapshot ?? {}
    return {
      kind: 'proven',
      subject,
      authenticationType: 'token',
      standing: { ...plainUser, mappedFrom, via, subjectType },
      token: originOf(pair),
      basis: user?.basis ?? null,
      securityEpoch,
    }
  }

  /** Of a key that asked for it in its own name: it is good for what that key is, while that is valid. */
  async function proofOfApiKey(pair: FoundPair, id: string): Promise<Proof | Refusal> {
    const found = await apiKeys.find(id)
    if (!found?.isValid)
      return { ...expired, detail: `the API key [${id}] that asked for it is not valid any more` }
    const { apiKey, securityEpoch } = found
    return { ...apiKeyProof(apiKey), authenticationType: 'token', token: originOf(pair), securityEpoch }
  }
}

// Whoever sends the wrong one of ours may still need it: the servers that other realms ask are not to see it.

const refreshToken: Refusal = {
  ...refused,
  detail: 'it is a refresh token, which proves nobody',
  isGuess: () => false,
  isFinal: true,
}

const encodedKey: Refusal = {
  ...refused,
  detail: 'it is an API key, which is sent as [ApiKey]',
  isFinal: true,
}

function originOf({ accessHash, family, familyStartedAt, accessExpiresAt, now }: FoundPair): ProvenToken {
  return { accessHash, family, familyStartedAt, left: accessExpiresAt - now }
}

function isValid({ accessInvalidated, accessExpiresAt, now }: FoundPair): boolean {
  return !accessInvalidated && now < accessExpiresAt
}

function whyNot(pair: FoundPair): string {
  const { accessInvalidated, accessExpiresAt, now, stands, username, realmType, realmName } = pair
  if (accessInvalidated) return 'the token was invalidated'
  if (accessExpiresAt <= now) return `the token expired at [${accessExpiresAt}], now is [${now}]`
  return stands
    ? `the realm [${realmType}/${realmName}] of its user is not configured any more`
    : `its user [${username}] was deleted, disabled or given another password since it was issued`
}
