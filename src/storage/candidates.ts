import { empty, raw, sqltag as sql, type JsonValue, type Sql } from '@prisma/client/runtime/client'
import type { Basis } from '../authentication/basis.ts'
import type { Profile } from '../profile/profile.ts'
import type { Candidates, ProfileRepository } from '../profile/repository.ts'
import type { Connected } from './client.ts'
import { createGroupCommit } from './groupCommit.ts'
import { profileOf, type ProfileRow } from './profileRow.ts'
import { smallTexts } from './smallTexts.ts'
import { basisColumns, basisRow, standsInRow } from './stands.ts'

interface Asked {
  readonly base: string
  readonly basis: Basis | null
}

/** Makes what reads the profiles that could belong to a username, of many at once. */
export function createCandidates(connected: Connected) {
  const { statement, rows, now, jsonTexts } = connected
  const smallLabels = smallTexts(connected, [labels])
  const readTogether = createGroupCommit<Asked, Candidates | null>({
    statement: (asked) => read(asked, smallLabels),
  })

  const candidates: ProfileRepository['candidates'] = async (base, basis) => {
    const asked = { base, basis }
    const found = (await readTogether(asked)) ?? (await read([asked], jsonTexts([labels])))[0]
    if (!found) throw new Error('a profile has no labels')
    return found
  }
  return candidates

  /** Of each, or null where labels were not read. */
  async function read(asked: readonly Asked[], readLabels: Sql): Promise<(Candidates | null)[]> {
    const given = asked.map(({ base, basis }) => ({ base, ...basisRow(basis) }))
    // The clock comes even where there is no profile.
    const found = await statement<Row>(sql`
      SELECT "position", ${now()} AS "now", ${standsInRow(empty)} AS "stands", ${selected}, ${readLabels} AS "labels"
      FROM ${rows(JSON.stringify(given), { base: 'text', ...basisColumns })}
      LEFT JOIN "profiles" ON "profiles"."base" = "rows"."base" ORDER BY "position"`)
    return [...Map.groupBy(found, ({ position }) => Number(position)).values()].map(candidatesOf)
  }
}

/** What comes of each that was asked for: a row for each profile, or one without any. */
type Row = {
  readonly position: bigint | number
  readonly now: bigint | number
  readonly stands: boolean | number
  /** Null also where they were not read. */
  readonly labels: string | null
} & (Omit<ProfileRow, 'labels'> | { readonly uid: null })

function candidatesOf(found: readonly Row[]): Candidates | null {
  const profiles: Profile[] = []
  for (const row of found) {
    if (row.uid === null) continue
    if (row.labels === null) return null
    profiles.push(profileOf({ ...row, labels: labelsIn(row.labels) }))
  }
  return { now: Number(found[0]?.now), stands: Boolean(found[0]?.stands), profiles }
}

const labels = sql`"profiles"."labels"`

function labelsIn(texts: string): JsonValue {
  const [text] = JSON.parse(texts) as [string]
  return JSON.parse(text) as JsonValue
}

const selected = raw(
  ['uid', 'enabled', 'lastSynchronized', 'username', 'roles', 'fullName', 'email']
    .concat('realmName', 'realmType', 'realmDomain', 'seqNo')
    .map((name) => `"profiles"."${name}"`)
    .join(),
)
