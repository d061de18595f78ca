import { sqltag as sql, type Sql } from '@prisma/client/runtime/client'
import type { Profile } from '../profile/profile.ts'
import type { ProfileRepository } from '../profile/repository.ts'
import type { Connected } from './client.ts'
import { createGroupCommit } from './groupCommit.ts'
import { canBeLarge, profileColumns, profileWith, type ProfileRow } from './profileRow.ts'
import { smallTexts } from './smallTexts.ts'

type Uids = readonly string[]

/** About how many characters a uid takes in a statement. */
const uidSize = 60

/** Makes what finds profiles by their uids, for many at once. */
export function createProfileReads(connected: Connected): ProfileRepository['find'] {
  const { statement, rows, joined, jsonTexts } = connected
  const small = smallTexts(connected, canBeLarge)
  const readTogether = createGroupCommit<Uids, Profile[] | null>({
    statement: (lists) => readAll(lists, small),
    sizeOf: (uids) => uids.length * uidSize,
  })

  return async function find(uids) {
    if (uids.length === 0) return []
    return (await readTogether(uids)) ?? (await readAll([uids], jsonTexts(canBeLarge)))[0] ?? []
  }

  /** Of each list, or null where not all of one was read. */
  async function readAll(lists: readonly Uids[], texts: Sql): Promise<(Profile[] | null)[]> {
    const given = [...new Set(lists.flat())].map((uid) => ({ uid }))
    const found = await statement<Row>(sql`
      SELECT ${profileColumns}, ${texts} AS "texts"
      FROM ${rows(JSON.stringify(given), { uid: 'text' })} ${joined('JOIN', 'profiles', sql`"profiles"."uid" = "rows"."uid"`)}`)
    const byUid = new Map(found.map((row) => [row.uid, row]))
    return lists.map((uids) => {
      const rowsOfList = [...new Set(uids)].flatMap((uid) => byUid.get(uid) ?? [])
      const profiles = rowsOfList.flatMap(({ texts, ...row }) =>
        texts === null ? [] : profileWith(texts, row),
      )
      return profiles.length === rowsOfList.length ? profiles : null
    })
  }
}

type Row = Omit<ProfileRow, 'labels'> & { readonly texts: string | null }
