import { sqltag as sql, type Sql } from '@prisma/client/runtime/client'
import type { Grounds } from '../authentication/grounds.ts'
import { isValidKey } from './apiKeyRow.ts'
import type { Wording } from './client.ts'
import { isValidToken } from './isValidToken.ts'
import { stands } from './stands.ts'

/** The condition that all stands on which a write rests, if there is anything, until the write is done. */
export function groundsStand({ now, forShare, forUpdate }: Wording, { basis, token, apiKey }: Grounds): Sql {
  const isKeyValid = apiKey
    ? sql`EXISTS (SELECT 1 FROM "api_keys" WHERE "id" = ${apiKey.id} AND ${isValidKey(now())} ${forShare})`
    : sql`1 = 1`
  // The user may be the one that is written: two who share the row, and then change it, would wait for each other.
  return sql`${stands(basis, forUpdate)} AND ${isValidToken(token, forShare)} AND ${isKeyValid}`
}
