import { empty, sqltag as sql, type Sql } from '@prisma/client/runtime/client'
import type { Basis } from '../authentication/basis.ts'
import type { Candidates } from '../profile/repository.ts'
import type { Connected } from './client.ts'
import { createGroupCommit } from './groupCommit.ts'
import { canBeLarge, profileColumns, profileWith, type ProfileRow } from './profileRow.ts'
import { smallTexts } from './smallTexts.ts'
import { basisColumns, basisRow, standsInRow } from './stands.ts'
import { given } from './statement.ts'

interface Asked {
  readonly base: string
  readonly basis: Basis | null
}

/** Reads all profiles of usernames with a base, and whether a basis stands. */
export type FindCandidates = (base: string, basis: Basis | null) => Promise<Candidates>

/** Makes what reads the profiles that could belong to a username, of many at once. */
export function createCandidates(connected: Connected): FindCandidates {
  const { prepareRead, rows } = connected
  const from = rows(given, { base: 'text', ...basisColumns })
  const read = prepareRead<CandidateRow>(sql`
    ${selectCandidates(connected, smallTexts(connected, canBeLarge), from)} ORDER BY "position"`)
  const readTogether = createGroupCommit<Asked, Candidates>({ statement: readAll })

  return (base, basis) => readTogether({ base, basis })

  async function readAll(asked: readonly Asked[]): Promise<Candidates[]> {
    const wanted = asked.map(({ base, basis }) => ({ base, ...basisRow(basis) }))
    return candidatesOfEach(await read(JSON.stringify(wanted)))
  }
}

/** The SELECT of what there is of each of the rows: the clock comes even where there is no profile. */
export function selectCandidates({ clock, joined }: Connected, texts: Sql, rows: Sql): Sql {
  return sql`
      SELECT "position", ${clock} AS "now", ${standsInRow(empty)} AS "stands", ${profileColumns}, ${texts} AS "texts"
      FROM ${rows} ${joined('LEFT JOIN', 'profiles', sql`"profiles"."base" = "rows"."base"`)}`
}

/** What comes of each that was asked for: a row for each profile, or one without any. */
export type CandidateRow = {
  readonly position: bigint | number
  readonly now: bigint | number
  readonly stands: boolean | number
  /** Null also where they are large. */
  readonly texts: string | null
  readonly isRefreshed?: boolean
} & (ProfileRow | { readonly uid: null })

/** Of each that was asked for, in their order. */
export function candidatesOfEach(found: readonly CandidateRow[]): Candidates[] {
  return [...Map.groupBy(found, ({ position }) => Number(position)).values()].map(candidatesOf)
}

function candidatesOf(found: readonly CandidateRow[]): Candidates {
  const profiles = found.flatMap((row) => (row.uid === null ? [] : profileWith(row.texts, row)))
  const [first] = found
  const isRefreshed = first?.isRefreshed ?? false
  return { now: Number(first?.now), stands: Boolean(first?.stands), profiles, isRefreshed }
}
