import { join, raw, type JsonValue, type Sql } from '@prisma/client/runtime/client'
import type { ProfileRepository } from '../profile/repository.ts'
import { createCandidates } from './candidates.ts'
import type { Connected } from './client.ts'
import { jsonIn, objectOut } from './json.ts'
import { createProfileReads } from './profileReads.ts'
import { profileWithData } from './profileRow.ts'
import { createProfileWrites } from './profileWrites.ts'
import { createRefreshing } from './refreshing.ts'

/** Keeps profiles in the table `profiles`. */
export function createProfileRepository(connected: Connected): ProfileRepository {
  const { client, storedSize } = connected
  const { profile: profiles } = client
  const find = createCandidates(connected)
  return {
    candidates: connected.writesInReads ? createRefreshing(connected, find) : find,
    ...createProfileWrites(connected),

    async setEnabled(uid, enabled) {
      const { count } = await profiles.updateMany({
        where: { uid, enabled: !enabled },
        data: { enabled, seqNo: { increment: 1 } },
      })
      return count > 0
    },

    async setData({ uid, labels, seqNo }, data) {
      const { count } = await profiles.updateMany({
        where: { uid, seqNo: seqNo - 1 },
        data: { labels: jsonIn(labels), data: jsonIn(data), seqNo },
      })
      return count > 0
    },

    find: createProfileReads(connected),

    async findDocuments(part, uids, mostBytes, oneAtLeast) {
      if (uids.length === 0) return new Map()
      // Only what is small is sorted and summed.
      const rows = await client.$queryRaw<{ uid: string; document: JsonValue }[]>`
        SELECT "profiles"."uid", "profiles".${column(part)} AS "document" FROM (
          SELECT "uid", SUM(${storedSize(column(part))}) OVER "inTurn" AS "bytes", ROW_NUMBER() OVER "inTurn" AS "place"
          FROM "profiles" WHERE "uid" IN (${join([...uids])}) WINDOW "inTurn" AS (ORDER BY "uid")
        ) AS "sized" JOIN "profiles" ON "profiles"."uid" = "sized"."uid"
        WHERE "bytes" <= ${mostBytes} OR "place" <= ${oneAtLeast ? 1 : 0}`
      return new Map(rows.map(({ uid, document }) => [uid, objectOut(document)]))
    },

    async findWithData(uids) {
      const rows = await profiles.findMany({ where: { uid: { in: [...new Set(uids)] } } })
      return rows.map(profileWithData)
    },
  }
}

function column(name: string): Sql {
  return raw(`"${name}"`)
}
