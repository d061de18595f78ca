import { empty, sqltag as sql, type Sql } from '@prisma/client/runtime/client'
import { LRUCache } from 'lru-cache'
import type { Basis } from '../authentication/basis.ts'
import type { Profile } from '../profile/profile.ts'
import type { Candidates, ProfileRepository, Refresh } from '../profile/repository.ts'
import type { Connected } from './client.ts'
import { createGroupCommit } from './groupCommit.ts'
import { canBeLarge, profileColumns, profileWith, type ProfileRow } from './profileRow.ts'
import { refreshColumns, refreshing, refreshRow } from './refreshing.ts'
import { smallTexts } from './smallTexts.ts'
import { basisColumns, basisRow, standsInRow } from './stands.ts'

interface Asked {
  readonly base: string
  readonly basis: Basis | null
  readonly refreshes: boolean
  /** What is given to the statement, as JSON. */
  readonly row: string
}

/** Of how many it is remembered that they are fresh. */
const mostFresh = 10_000

/**
 * Makes what reads the profiles that could belong to a username, of many at once. Those that an activation has just found
 * fresh, or made so, are only read by the next: to be ready to write costs the database something, too.
 */
export function createCandidates(connected: Connected) {
  const { statement, rows, joined, now, jsonTexts, writesInReads } = connected
  const small = smallTexts(connected, canBeLarge)
  const readTogether = createGroupCommit<Asked, Candidates | null>({
    statement: (asked) => readAll(asked, small),
    sizeOf: ({ row }) => row.length,
  })

  /** By base, until when, in milliseconds of this process. */
  const fresh = new LRUCache<string, number>({ max: mostFresh })

  const candidates: ProfileRepository['candidates'] = async (base, basis, refresh) => {
    const isRefreshing = writesInReads && !isFresh(base)
    const asked = askedOf(base, basis, isRefreshing ? refresh : undefined)
    const found =
      (await readTogether(asked)) ?? (await readAll([askedOf(base, basis)], jsonTexts(canBeLarge)))[0]
    if (!found) throw new Error('a profile has no labels')
    if (refresh && isRefreshing) remember(base, found, refresh)
    return found
  }
  return candidates

  function isFresh(base: string): boolean {
    return (fresh.get(base) ?? 0) > performance.now()
  }

  function remember(
    base: string,
    { now, profiles: [first], isRefreshed }: Candidates,
    { unchangedGrace }: Refresh,
  ): void {
    const age = isRefreshed ? 0 : now - (first?.lastSynchronized ?? -Infinity)
    if (age < unchangedGrace) fresh.set(base, performance.now() + unchangedGrace - age)
  }

  /** Of each, or null where not all was read. Of several for one username, the first has its profile refreshed. */
  async function readAll(asked: readonly Asked[], texts: Sql): Promise<(Candidates | null)[]> {
    const refreshed = new Set<string>()
    const given = asked.map(({ base, basis, refreshes, row }) => {
      if (!refreshes) return row
      if (refreshed.has(base)) return askedOf(base, basis).row
      refreshed.add(base)
      return row
    })
    const found = await statement<Row>(reading(`[${given.join()}]`, texts, refreshed.size > 0))
    return [...Map.groupBy(found, ({ position }) => Number(position)).values()].map(candidatesOf)
  }

  /** The clock comes even where there is no profile. */
  function reading(given: string, texts: Sql, refreshes: boolean): Sql {
    const read = (from: Sql, others: Sql) => sql`
      SELECT "position", ${now()} AS "now", ${standsInRow(empty)} AS "stands", ${profileColumns}, ${texts} AS "texts" ${others}
      FROM ${from} ${joined('LEFT JOIN', 'profiles', sql`"profiles"."base" = "rows"."base"`)}`
    const columns = { base: 'text', ...basisColumns } as const
    if (refreshes) return refreshing(connected, rows(given, { ...columns, ...refreshColumns }), read)
    return sql`${read(rows(given, columns), sql`, FALSE AS "isRefreshed"`)} ORDER BY "position"`
  }
}

function askedOf(base: string, basis: Basis | null, refresh?: Refresh): Asked {
  const row = JSON.stringify({ base, ...basisRow(basis), ...(refresh && refreshRow(refresh)) })
  return { base, basis, refreshes: refresh !== undefined, row }
}

/** What comes of each that was asked for: a row for each profile, or one without any. */
type Row = {
  readonly position: bigint | number
  readonly now: bigint | number
  readonly stands: boolean | number
  /** Null also where they were not read. */
  readonly texts: string | null
  readonly isRefreshed: boolean | number
} & (Omit<ProfileRow, 'labels'> | { readonly uid: null })

function candidatesOf(found: readonly Row[]): Candidates | null {
  const profiles: Profile[] = []
  for (const row of found) {
    if (row.uid === null) continue
    if (row.texts === null) return null
    profiles.push(profileWith(row.texts, row))
  }
  const [first] = found
  return {
    now: Number(first?.now),
    stands: Boolean(first?.stands),
    profiles,
    isRefreshed: Boolean(first?.isRefreshed),
  }
}
