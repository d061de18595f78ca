import { sqltag as sql, type RawValue, type Sql } from '@prisma/client/runtime/client'
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
export function stands(basis: BasisValues | null, lock: Sql): Sql {
  if (!basis) return sql`1 = 1`
  const { username, incarnation, revision } = basis
  return sql`EXISTS (
    SELECT 1 FROM "users"
    WHERE "username" = ${username} AND "incarnation" IS NOT DISTINCT FROM ${incarnation} AND "revision" = ${revision}
    ${lock}
  )`
}

type BasisValues = Readonly<Record<keyof Basis, RawValue>>

/** The columns of a basis in rows that are given. */
export const basisColumns = {
  basisUsername: 'text',
  basisIncarnation: 'text',
  basisRevision: 'integer',
} as const

/** A basis in a row; null: in all its columns. */
export function basisRow(basis: Basis | null): Record<keyof typeof basisColumns, string | number | null> {
  const { username = null, incarnation = null, revision = null } = basis ?? {}
  return { basisUsername: username, basisIncarnation: incarnation, basisRevision: revision }
}

/** The condition that the basis in a row stands, if there is one. */
export function standsInRow(lock: Sql): Sql {
  const basis = {
    username: sql`"basisUsername"`,
    incarnation: sql`"basisIncarnation"`,
    revision: sql`"basisRevision"`,
  }
  return sql`("basisUsername" IS NULL OR ${stands(basis, lock)})`
}
