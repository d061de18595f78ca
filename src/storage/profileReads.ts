import { sqltag as sql } from '@prisma/client/runtime/client'
import type { Profile } from '../profile/profile.ts'
import type { ProfileRepository } from '../profile/repository.ts'
import type { Connected } from './client.ts'
import { createGroupCommit } from './groupCommit.ts'
import { canBeLarge, profileColumns, profileWith, type ProfileRow } from './profileRow.ts'
import { smallTexts } from './smallTexts.ts'
import { given } from './statement.ts'

type Uids = readonly string[]

/** About how many characters a uid takes in a statement. */
const uidSize = 60

/** Makes what finds profiles by their uids, for many at once. */
export function createProfileReads(connected: Connected): ProfileRepository['find'] {
  const { prepareRead, rows, joined } = connected
  const read = prepareRead<Row>(sql`
    SELECT ${profileColumns}, ${smallTexts(connected, canBeLarge)} AS "texts"
    FROM ${rows(given, { uid: 'text' })} ${joined('JOIN', 'profiles', sql`"profiles"."uid" = "rows"."uid"`)}`)
  const readTogether = createGroupCommit<Uids, Profile[]>({
    statement: readAll,
    sizeOf: (uids) => uids.length * uidSize,
  })

  return async function find(uids) {
    return uids.length === 0 ? [] : readTogether(uids)
  }

  async function readAll(lists: readonly Uids[]): Promise<Profile[][]> {
    const wanted = [...new Set(lists.flat())].map((uid) => ({ uid }))
    const byUid = new Map((await read(JSON.stringify(wanted))).map((row) => [row.uid, row]))
    return lists.map((uids) =>
      [...new Set(uids)].flatMap((uid) => {
        const row = byUid.get(uid)
        return row ? profileWith(row.texts, row) : []
      }),
    )
  }
}

type Row = ProfileRow & { readonly texts: string | null }
