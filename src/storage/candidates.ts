import { empty, sqltag as sql, type Sql } from '@prisma/client/runtime/client'
import type { Basis } from '../authentication/basis.ts'
import type { Profile } from '../profile/profile.ts'
import type { Candidates, ProfileRepository } from '../profile/repository.ts'
import type { Connected } from './client.ts'
import { createGroupCommit } from './groupCommit.ts'
import { canBeLarge, profileColumns, profileWith, type ProfileRow } from './profileRow.ts'
import { smallTexts } from './smallTexts.ts'
import { basisColumns, basisRow, standsInRow } from './stands.ts'

interface Asked {
  readonly base: string
  readonly basis: Basis | null
}

/** Makes what reads the profiles that could belong to a username, of many at once. */
export function createCandidates(connected: Connected) {
  const { statement, rows, joined, now, jsonTexts } = connected
  const small = smallTexts(connected, canBeLarge)
  const readTogether = createGroupCommit<Asked, Candidates | null>({
    statement: (asked) => read(asked, small),
  })

  const candidates: ProfileRepository['candidates'] = async (base, basis) => {
    const asked = { base, basis }
    const found = (await readTogether(asked)) ?? (await read([asked], jsonTexts(canBeLarge)))[0]
    if (!found) throw new Error('a profile has no labels')
    return found
  }
  return candidates

  /** Of each, or null where not all was read. */
  async function read(asked: readonly Asked[], texts: Sql): Promise<(Candidates | null)[]> {
    const given = asked.map(({ base, basis }) => ({ base, ...basisRow(basis) }))
    // The clock comes even where there is no profile.
    const found = await statement<Row>(sql`
      SELECT "position", ${now()} AS "now", ${standsInRow(empty)} AS "stands", ${profileColumns}, ${texts} AS "texts"
      FROM ${rows(JSON.stringify(given), { base: 'text', ...basisColumns })}
      ${joined('LEFT JOIN', 'profiles', sql`"profiles"."base" = "rows"."base"`)} ORDER BY "position"`)
    return [...Map.groupBy(found, ({ position }) => Number(position)).values()].map(candidatesOf)
  }
}

/** What comes of each that was asked for: a row for each profile, or one without any. */
type Row = {
  readonly position: bigint | number
  readonly now: bigint | number
  readonly stands: boolean | number
  /** Null also where they were not read. */
  readonly texts: string | null
} & (Omit<ProfileRow, 'labels'> | { readonly uid: null })

function candidatesOf(found: readonly Row[]): Candidates | null {
  const profiles: Profile[] = []
  for (const row of found) {
    if (row.uid === null) continue
    if (row.texts === null) return null
    profiles.push(profileWith(row.texts, row))
  }
  return { now: Number(found[0]?.now), stands: Boolean(found[0]?.stands), profiles }
}
