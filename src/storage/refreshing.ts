import { sqltag as sql, type Sql } from '@prisma/client/runtime/client'
import type { Candidates, ProfileRepository } from '../profile/repository.ts'
import { candidatesOfEach, selectCandidates, type CandidateRow, type FindCandidates } from './candidates.ts'
import type { Connected } from './client.ts'
import { databaseErrorOf } from './databaseError.ts'
import { createFreshProfiles } from './freshProfiles.ts'
import { createGroupCommit } from './groupCommit.ts'
import { canBeLarge } from './profileRow.ts'
import { put, userColumns, userRow } from './profileWrites.ts'
import { smallTexts } from './smallTexts.ts'
import { basisColumns, basisRow, standsInRow } from './stands.ts'
import { given } from './statement.ts'

interface Asked {
  readonly base: string
  /** What is given to the statement, as JSON. */
  readonly row: string
}

const columns = {
  base: 'text',
  ...basisColumns,
  ...userColumns,
  enables: 'boolean',
  unchangedGrace: 'bigint',
} as const

/** Source: PostgreSQL, Appendix A. */
const readOnly = '25006'

/**
 * Makes what finds candidates by a statement that can refresh them, too. Whoever wants nothing refreshed, or will most
 * likely find nothing to refresh, only reads by `find`, and waits for nobody's write; so does whoever finds a database that
 * can only be read.
 */
export function createRefreshing(
  connected: Connected,
  find: FindCandidates,
): ProfileRepository['candidates'] {
  const { prepareRead, rows } = connected
  const fresh = createFreshProfiles()
  const { select, before } = refreshing(connected, smallTexts(connected, canBeLarge), rows(given, columns))
  const refreshed = prepareRead<CandidateRow>(select, before)
  const refreshTogether = createGroupCommit<Asked, Candidates>({
    statement: refreshAll,
    keyOf: ({ base }) => base,
    sizeOf: ({ row }) => row.length,
  })

  return async function candidates(base, basis, refresh) {
    if (!refresh || fresh.has(base)) return find(base, basis)
    const { user, ...how } = refresh
    const row = JSON.stringify({ base, ...basisRow(basis), ...userRow(user), ...how })
    const found = (await refreshTogether({ base, row }).catch(nullIfReadOnly)) ?? (await find(base, basis))
    fresh.remember(base, found, refresh)
    return found
  }

  async function refreshAll(asked: readonly Asked[]): Promise<Candidates[]> {
    return candidatesOfEach(await refreshed(`[${asked.map(({ row }) => row).join()}]`))
  }
}

function nullIfReadOnly(thrown: unknown): null {
  if (databaseErrorOf(thrown).code === readOnly) return null
  throw thrown
}

/**
 * A statement that reads what there is of each of the rows, and refreshes a profile that is alone, of that user of that
 * realm, and not fresh, while nobody else is writing it or its user. Nobody is waited for, so the order of locks does not
 * matter; what is locked in vain is free again when the statement ends. It is locked last, where nothing else stands in
 * the way: a lock, too, is a write.
 */
function refreshing(connected: Connected, texts: Sql, rows: Sql): Readonly<Record<'before' | 'select', Sql>> {
  const { forShareUnlessLocked, forUpdateUnlessLocked } = connected
  const selected = { enabled: sql`TRUE`, seqNo: sql`"seqNo" + 1` }
  const before = sql`
    WITH "given" AS MATERIALIZED (SELECT * FROM ${rows}),
    "found" AS MATERIALIZED (${selectCandidates(connected, texts, sql`"given" AS "rows"`)}),
    "stale" AS MATERIALIZED (
      SELECT "rows".*, "found"."uid", GREATEST("found"."now", "found"."lastSynchronized") AS "lastSynchronized", "found"."seqNo"
      FROM "given" AS "rows" JOIN "found" ON "found"."position" = "rows"."position"
      WHERE "found"."uid" IS NOT NULL AND NOT (${isUnchanged}) AND ("found"."enabled" OR "enables")
        AND ("found"."username", "found"."realmName", "found"."realmType")
          = ("rows"."username", "rows"."realmName", "rows"."realmType")
        AND NOT EXISTS (
          SELECT 1 FROM "found" AS "other" WHERE "other"."position" = "rows"."position" AND "other"."uid" <> "found"."uid")
    ),
    "refreshed" AS (${put(
      connected,
      selected,
      sql`
      FROM "stale"
      WHERE EXISTS (SELECT 1 FROM "profiles" WHERE "profiles"."uid" = "stale"."uid" ${forUpdateUnlessLocked})
        AND ${standsInRow(forShareUnlessLocked)}`,
    )})
    `
  const select = sql`
    SELECT "found".*, "refreshed"."uid" IS NOT NULL AS "isRefreshed"
    FROM "found" LEFT JOIN "refreshed" ON "refreshed"."uid" = "found"."uid" ORDER BY "position"`
  return { before, select }
}

/**
 * What the use case calls unchanged (../profile/synchronization.ts), which has the last word: what is taken for unchanged
 * here is looked at there. Roles are lists of texts, whose order JSON in the database keeps.
 */
const isUnchanged = sql`"found"."enabled" AND "found"."now" - "found"."lastSynchronized" < "unchangedGrace"
        AND ("found"."roles", "found"."fullName", "found"."email", "found"."realmDomain")
          IS NOT DISTINCT FROM ("rows"."roles", "rows"."fullName", "rows"."email", "rows"."realmDomain")`
