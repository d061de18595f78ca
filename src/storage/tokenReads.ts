import { raw, sqltag as sql } from '@prisma/client/runtime/client'
import type { TokenRepository } from '../authentication/tokens/tokenRepository.ts'
import type { Connected } from './client.ts'
import { createLargeReads } from './largeReads.ts'
import { given } from './statement.ts'
import { pairOf, type TokenRow } from './tokenRow.ts'

/** Makes what finds pairs of tokens by the hash of one of them. */
export function createTokenReads(connected: Connected): TokenRepository['find'] {
  const { rows, joined, clock } = connected
  const byAccess = readsBy('accessHash')
  const byRefresh = readsBy('refreshHash')

  return async function find(by) {
    const row = await ('accessHash' in by ? byAccess(by.accessHash) : byRefresh(by.refreshHash))
    return row && pairOf(row)
  }

  function readsBy(hash: 'accessHash' | 'refreshHash') {
    const key = raw(`"tokens"."${hash}"`)
    return createLargeReads<TokenRow>(
      connected,
      canBeLarge,
      (texts) => sql`
        SELECT ${key} AS "key", ${columns}, ${clock} AS "now", ${succeeded} AS "succeeded", "securityEpoch", ${texts} AS "texts",
          ("tokens"."incarnation" IS NULL OR "users"."username" IS NOT NULL) AS "stands",
          "revision", "users"."incarnation" AS "userIncarnation"
        FROM ${rows(given, { key: 'text' })} ${joined('JOIN', 'tokens', sql`${key} = "rows"."key"`)}
        ${joined('LEFT JOIN', 'users', isItsUser)} LEFT JOIN "cluster" ON "id" = 1`,
    )
  }
}

const columns = raw(
  ['accessHash', 'family', 'familyStartedAt', 'username', 'apiKeyId', 'realmName', 'realmType']
    .concat('clientUsername', 'clientRealmName', 'clientRealmType', 'accessExpiresAt', 'accessInvalidated')
    .concat('refreshExpiresAt', 'refreshInvalidated', 'refreshedAt', 'successorSalt')
    .map((name) => `"tokens"."${name}"`)
    .join(),
)

const canBeLarge = ['subject', 'roles', 'fullName', 'email', 'metadata'].map((name) => raw(`"${name}"`))

/** The condition that a user of ours is the one on whom a pair rests, as when it was issued. */
export const isItsUser = sql`"users"."username" = "tokens"."username" AND "users"."enabled"
  AND coalesce("users"."incarnation", '') = "tokens"."incarnation"`

/** Whether the successor of a pair was stored: it counts from the use of that one. */
const succeeded = sql`("tokens"."refreshedAt" IS NOT NULL AND EXISTS (
  SELECT 1 FROM "tokens" AS "successor" WHERE "successor"."family" = "tokens"."family"
    AND "successor"."issuedAt" = "tokens"."refreshedAt" AND "successor"."accessHash" <> "tokens"."accessHash"
))`
