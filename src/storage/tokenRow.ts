import type { TokenModel } from '../../prisma/generated/sqlite/models.ts'
import type { FoundPair, Snapshot } from '../authentication/tokens/tokenRepository.ts'
import { epochOut } from './cluster.ts'

/** A pair as it is read, with its user, if that still is the one. */
export interface TokenRow extends Omit<
  TokenModel,
  'subject' | 'refreshHash' | 'base' | 'incarnation' | 'issuedAt' | 'removableAt'
> {
  readonly now: number | bigint
  readonly key: string
  /** What the realm said of its user, and of a user of ours: roles, full name, email and metadata. */
  readonly texts: string
  readonly stands: boolean | number | bigint
  readonly succeeded: boolean | number | bigint
  readonly securityEpoch: bigint | number | null
  readonly revision: number | null
  readonly userIncarnation: string | null
}

export function pairOf(row: TokenRow): FoundPair {
  const { accessHash, family, username, realmName, realmType, refreshExpiresAt } = row
  const { revision, userIncarnation: incarnation } = row
  const [subject, ...details] = JSON.parse(row.texts) as [string | null, ...DetailTexts]
  return {
    accessHash,
    family,
    familyStartedAt: Number(row.familyStartedAt),
    username,
    apiKeyId: row.apiKeyId,
    realmName,
    realmType,
    snapshot: subject === null ? null : (JSON.parse(subject) as Snapshot),
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
    user:
      revision === null ? null : { details: detailsOf(details), basis: { username, incarnation, revision } },
    now: Number(row.now),
    securityEpoch: epochOut(row.securityEpoch),
  }
}

type DetailTexts = [roles: string, fullName: string | null, email: string | null, metadata: string]

function detailsOf([roles, fullName, email, metadata]: DetailTexts): Snapshot {
  return {
    roles: JSON.parse(roles) as string[],
    fullName,
    email,
    metadata: JSON.parse(metadata) as Snapshot['metadata'],
  }
}
