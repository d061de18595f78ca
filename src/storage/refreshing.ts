import { sqltag as sql, type Sql } from '@prisma/client/runtime/client'
import type { Refresh } from '../profile/repository.ts'
import type { Connected } from './client.ts'
import { put } from './profileWrites.ts'
import { standsInRow } from './stands.ts'

/** The columns of a refresh in rows that are given; null in all of them: none. */
export const refreshColumns = {
  username: 'text',
  roles: 'json',
  fullName: 'text',
  email: 'text',
  realmName: 'text',
  realmType: 'text',
  realmDomain: 'text',
  enables: 'boolean',
  unchangedGrace: 'bigint',
} as const

/** A refresh in a row. */
export function refreshRow({ user, ...others }: Refresh): Record<keyof typeof refreshColumns, unknown> {
  const { username, roles, fullName, email, realm } = user
  return {
    ...{ username, roles, fullName, email, ...others },
    realmName: realm.name,
    realmType: realm.type,
    realmDomain: realm.domain,
  }
}

/**
 * What is read, in a statement that also refreshes, of those of the rows for which one is given, the profile that is there:
 * where it is alone, and of that user of that realm, and nobody else is writing it or its user. Nobody is waited for, and
 * nothing is locked that is not written. `read` selects, from rows, what is there of each, and more of that row.
 */
export function refreshing(
  { json, forShareUnlessLocked, forUpdateUnlessLocked }: Connected,
  rows: Sql,
  read: (from: Sql, others: Sql) => Sql,
): Sql {
  return sql`
    WITH "given" AS MATERIALIZED (SELECT * FROM ${rows}),
    "found" AS MATERIALIZED (${read(sql`"given" AS "rows"`, sql`, "unchangedGrace" IS NOT NULL AS "refreshes"`)}),
    "stale" AS MATERIALIZED (
      SELECT "rows".*, "found"."uid", GREATEST("found"."now", "found"."lastSynchronized") AS "lastSynchronized", "found"."seqNo"
      FROM "given" AS "rows" JOIN "found" ON "found"."position" = "rows"."position"
      WHERE "refreshes" AND "texts" IS NOT NULL AND NOT (${isUnchanged}) AND ("found"."enabled" OR "enables")
        AND ("found"."username", "found"."realmName", "found"."realmType")
          = ("rows"."username", "rows"."realmName", "rows"."realmType")
        AND NOT EXISTS (
          SELECT 1 FROM "found" AS "other" WHERE "other"."position" = "rows"."position" AND "other"."uid" <> "found"."uid")
    ),
    "refreshed" AS (${put(sql`
      SELECT "uid", "base", "username", "roles", "fullName", "email", "realmName", "realmType", "realmDomain",
        TRUE, "lastSynchronized", "seqNo" + 1, ${json('{}')}, ${json('{}')}
      FROM "stale"
      WHERE EXISTS (SELECT 1 FROM "profiles" WHERE "profiles"."uid" = "stale"."uid" ${forUpdateUnlessLocked})
        AND ${standsInRow(forShareUnlessLocked)}
      ORDER BY "uid"`)})
    SELECT "found".*, "refreshes" AND "refreshed"."uid" IS NOT NULL AS "isRefreshed"
    FROM "found" LEFT JOIN "refreshed" ON "refreshed"."uid" = "found"."uid" ORDER BY "position"`
}

const isUnchanged = sql`"found"."enabled" AND "found"."now" - "found"."lastSynchronized" < "unchangedGrace"
        AND ("found"."roles", "found"."fullName", "found"."email", "found"."realmDomain")
          IS NOT DISTINCT FROM ("rows"."roles", "rows"."fullName", "rows"."email", "rows"."realmDomain")`
