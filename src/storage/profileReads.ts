import { sqltag as sql, type Sql } from '@prisma/client/runtime/client'
import type { Profile } from '../profile/profile.ts'
import type { ProfileRepository } from '../profile/repository.ts'
import type { Connected } from './client.ts'
import { createGroupCommit } from './groupCommit.ts'
import { canBeLarge, profileColumns, profileWith, type ProfileRow } from './profileRow.ts'
import { smallTexts } from './smallTexts.ts'
import { given, type Statement } from './statement.ts'

type Uids = readonly string[]

/** About how many characters a uid takes in a statement. */
const uidSize = 60

/** Makes what finds profiles by their uids, for many at once. */
export function createProfileReads(connected: Connected): ProfileRepository['find'] {
  const { prepare, prepareRead, rows, joined, jsonTexts } = connected
  const readSmall = readBy(prepareRead<Row>(select(smallTexts(connected, canBeLarge))))
  const readWhole = readBy(prepare<Row>(select(jsonTexts(canBeLarge))))
  const readTogether = createGroupCommit<Uids, Profile[] | null>({
    statement: readSmall,
    sizeOf: (uids) => uids.length * uidSize,
  })

  return async function find(uids) {
    if (uids.length === 0) return []
    return (await readTogether(uids)) ?? (await readWhole([uids]))[0] ?? []
  }

  function select(texts: Sql): Sql {
    return sql`
      SELECT ${profileColumns}, ${texts} AS "texts"
      FROM ${rows(given, { uid: 'text' })} ${joined('JOIN', 'profiles', sql`"profiles"."uid" = "rows"."uid"`)}`
  }
}

/** Makes what reads the profiles of each list, or null where not all of one was read. */
function readBy(read: Statement<Row>) {
  return async (lists: readonly Uids[]): Promise<(Profile[] | null)[]> => {
    const wanted = [...new Set(lists.flat())].map((uid) => ({ uid }))
    const byUid = new Map((await read(JSON.stringify(wanted))).map((row) => [row.uid, row]))
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
