import { sqltag as sql, type Sql } from '@prisma/client/runtime/client'
import type { TokenOrigin } from '../authentication/subject.ts'

/** The condition that an access token was not invalidated, if there is one. `lock` ends the SELECT of it. */
export function isValidToken(token: TokenOrigin | null, lock: Sql): Sql {
  if (!token) return sql`1 = 1`
  return sql`EXISTS (SELECT 1 FROM "tokens" WHERE "accessHash" = ${token.accessHash} AND NOT "accessInvalidated" ${lock})`
}
