import type { TokenModel, UserModel } from '../../prisma/generated/sqlite/models.ts'
import type { FoundPair, Snapshot } from '../authentication/tokens/tokenRepository.ts'
import { epochOut } from './cluster.ts'
import { objectOut, stringsOut } from './json.ts'

/** What comes with every row that is read. */
export interface Clock {
  readonly now: number | bigint
}

/** A pair as it is read, with its user, if that still is the one. */
export interface TokenRow
  extends Clock, TokenModel, Pick<UserModel, 'roles' | 'metadata' | 'fullName' | 'email'> {
  readonly stands: boolean | number | bigint
  readonly succeeded: boolean | number | bigint
  readonly securityEpoch: bigint | null
  readonly revision: number | null
  readonly userIncarnation: string | null
}

export function pairOf(row: TokenRow): FoundPair {
  const { accessHash, family, username, realmName, realmType, refreshExpiresAt } = row
  const { revision, userIncarnation: incarnation } = row
  return {
    accessHash,
    family,
    familyStartedAt: Number(row.familyStartedAt),
    username,
    apiKeyId: row.apiKeyId,
    realmName,
    realmType,
    snapshot: row.subject === null ? null : (objectOut(row.subject) as unknown as Snapshot),
    client: {
      username: row.clientUsername,
      realm: { name: row.clientRealmName, type: row.clientRealmType },
    },
    accessExpiresAt: Number(row.accessExpiresAt),
    accessInvalidated: row.accessInvalidated,
    refresh:
      refreshExpiresAt === null
        ? null
        : {
            expiresAt: Number(refreshExpiresAt),
            invalidated: row.refreshInvalidated,
            usedAt: row.refreshedAt === null ? null : Number(row.refreshedAt),
            salt: row.successorSalt,
            succeeded: Boolean(row.succeeded),
          },
    stands: Boolean(row.stands),
    user: revision === null ? null : { details: detailsOf(row), basis: { username, incarnation, revision } },
    now: Number(row.now),
    securityEpoch: epochOut(row.securityEpoch),
  }
}

function detailsOf({ roles, fullName, email, metadata }: TokenRow): Snapshot {
  return { roles: stringsOut(roles), fullName, email, metadata: objectOut(metadata) }
}
