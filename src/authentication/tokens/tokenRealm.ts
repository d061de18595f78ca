import { expired, type Realm } from '../realm.ts'
import { plainUser, type RealmRef } from '../subject.ts'
import { hashOf, isOpaqueToken } from './opaqueToken.ts'
import type { FoundPair, TokenRepository } from './tokenRepository.ts'
import { tokenSubject, type RealmOf } from './tokenSubject.ts'

interface TokenRealmParts {
  tokens: Pick<TokenRepository, 'find'>
  realmOf: RealmOf
}

/** What the realm is called. No realm that is configured begins so. */
export const tokenRealmRef: RealmRef = { name: '_token', type: '_token', domain: null }

/** Proves users by the access tokens that were issued to them. Each is read anew: what ends it ends it at once. */
export function createTokenRealm({ tokens, realmOf }: TokenRealmParts): Realm {
  return {
    async authenticate(credentials) {
      if (credentials.kind !== 'accessToken' || !isOpaqueToken(credentials.token)) return null
      const pair = await tokens.find({ accessHash: hashOf(credentials.token) })
      if (!pair) return null
      const subject = tokenSubject(pair, realmOf)
      if (!subject || !isValid(pair)) return { ...expired, detail: whyNot(pair) }
      const { user, snapshot, securityEpoch, accessHash, family, familyStartedAt } = pair
      const { mappedFrom = null, via = null } = snapshot ?? {}
      return {
        kind: 'proven',
        subject,
        authenticationType: 'token',
        standing: { ...plainUser, mappedFrom, via },
        token: { accessHash, family, familyStartedAt },
        basis: user?.basis ?? null,
        securityEpoch,
      }
    },
  }
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
