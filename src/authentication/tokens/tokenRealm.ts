import { expired, type Realm } from '../realm.ts'
import { plainUser } from '../subject.ts'
import { hashOf, isOpaqueToken } from './opaqueToken.ts'
import type { TokenRepository } from './tokenRepository.ts'
import { tokenSubject, type RealmOf } from './tokenSubject.ts'

interface TokenRealmParts {
  tokens: Pick<TokenRepository, 'find'>
  realmOf: RealmOf
}

/** Proves users by the access tokens that were issued to them. Each is read anew: what ends it ends it at once. */
export function createTokenRealm({ tokens, realmOf }: TokenRealmParts): Realm {
  return {
    async authenticate(credentials) {
      if (credentials.kind !== 'accessToken' || !isOpaqueToken(credentials.token)) return null
      const pair = await tokens.find({ accessHash: hashOf(credentials.token) })
      if (!pair) return null
      const subject = tokenSubject(pair, realmOf)
      if (!subject || pair.accessInvalidated || pair.accessExpiresAt <= pair.now) return expired
      const { user, snapshot, securityEpoch, accessHash, family, familyStartedAt } = pair
      const { mappedFrom = null, via = null, subjectType = 'user' } = snapshot ?? {}
      return {
        kind: 'proven',
        subject,
        authenticationType: 'token',
        standing: { ...plainUser, mappedFrom, via, subjectType },
        token: { accessHash, family, familyStartedAt },
        basis: user?.basis ?? null,
        securityEpoch,
      }
    },
  }
}
