import { sqltag as sql, type Sql } from '@prisma/client/runtime/client'
import type { Basis } from '../authentication/basis.ts'

/**
 * The condition that the user of a basis is still that one, and can log in, whatever else of it was written since. `lock`
 * ends the SELECT of it.
 */
export function isSameUser(basis: Basis | null, lock: Sql): Sql {
  if (!basis) return sql`1 = 1`
  const { username, incarnation } = basis
  return sql`EXISTS (
    SELECT 1 FROM "users"
    WHERE "username" = ${username} AND "incarnation" IS NOT DISTINCT FROM ${incarnation} AND "enabled"
    ${lock}
  )`
}

/** The condition that a basis stands: its user is there, and was not written since. `lock` ends the SELECT of it. */
export function stands(basis: Basis | null, lock: Sql): Sql {
  if (!basis) return sql`1 = 1`
  const { username, incarnation, revision } = basis
  return sql`EXISTS (
    SELECT 1 FROM "users"
    WHERE "username" = ${username} AND "incarnation" IS NOT DISTINCT FROM ${incarnation} AND "revision" = ${revision}
    ${lock}
  )`
}
