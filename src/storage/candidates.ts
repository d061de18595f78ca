import { empty, sqltag as sql, type Sql } from '@prisma/client/runtime/client'
import type { Basis } from '../authentication/basis.ts'
import type { Profile } from '../profile/profile.ts'
import type { Candidates } from '../profile/repository.ts'
import type { Connected } from './client.ts'
import { createGroupCommit } from './groupCommit.ts'
import { canBeLarge, profileColumns, profileWith, type ProfileRow } from './profileRow.ts'
import { smallTexts } from './smallTexts.ts'
import { basisColumns, basisRow, standsInRow } from './stands.ts'
import { given, type Statement } from './statement.ts'

interface Asked {
  readonly base: string
  readonly basis: Basis | null
}

/** Reads all profiles of usernames with a base, and whether a basis stands. */
export type FindCandidates = (base: string, basis: Basis | null) => Promise<Candidates>

/** Makes what reads the profiles that could belong to a username, of many at once. */
export function createCandidates(connected: Connected): FindCandidates {
  const { prepare, prepareRead, rows, jsonTexts } = connected
  const from = rows(given, { base: 'text', ...basisColumns })
  const readSmall = readBy(prepareRead<CandidateRow>(select(smallTexts(connected, canBeLarge))))
  const readWhole = readBy(prepare<CandidateRow>(select(jsonTexts(canBeLarge))))
  const readTogether = createGroupCommit<Asked, Candidates | null>({ statement: readSmall })

  return async function candidates(base, basis) {
    const asked = { base, basis }
    const found = (await readTogether(asked)) ?? (await readWhole([asked]))[0]
    if (!found) throw new Error('a profile has no labels')
    return found
  }

  function select(texts: Sql): Sql {
    return sql`${selectCandidates(connected, texts, from)} ORDER BY "position"`
  }
}

/** Makes what reads the candidates of each, or null where not all was read. */
function readBy(read: Statement<CandidateRow>) {
  return async (asked: readonly Asked[]): Promise<(Candidates | null)[]> => {
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
  /** Null also where they were not read. */
  readonly texts: string | null
  readonly isRefreshed?: boolean
} & (Omit<ProfileRow, 'labels'> | { readonly uid: null })

/** Of each that was asked for, in their order, or null where not all was read. */
export function candidatesOfEach(found: readonly CandidateRow[]): (Candidates | null)[] {
  return [...Map.groupBy(found, ({ position }) => Number(position)).values()].map(candidatesOf)
}

function candidatesOf(found: readonly CandidateRow[]): Candidates | null {
  const profiles: Profile[] = []
  for (const row of found) {
    if (row.uid === null) continue
    if (row.texts === null) return null
    profiles.push(profileWith(row.texts, row))
  }
  const [first] = found
  const isRefreshed = first?.isRefreshed ?? false
  return { now: Number(first?.now), stands: Boolean(first?.stands), profiles, isRefreshed }
}
