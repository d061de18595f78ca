import { join, raw, sqltag as sql, type JsonValue, type Sql } from '@prisma/client/runtime/client'
import type { ProfileModel } from '../../prisma/generated/sqlite/models.ts'
import type { ProfileRepository } from '../profile/repository.ts'
import { createCandidates } from './candidates.ts'
import type { Connected } from './client.ts'
import { objectOut } from './json.ts'
import { createProfileReads } from './profileReads.ts'
import { profileColumns, profileWithData } from './profileRow.ts'
import { createProfileWrites } from './profileWrites.ts'
import { createRefreshing } from './refreshing.ts'
import { given } from './statement.ts'

/** Keeps profiles in the table `profiles`. */
export function createProfileRepository(connected: Connected): ProfileRepository {
  const { client, prepare, rows, joined, storedSize } = connected
  const { profile: profiles } = client
  const find = createCandidates(connected)
  // Past the client, which would take apart all that documents hold, and put it together again.
  const readWithData = prepare<Omit<ProfileModel, 'base'>>(sql`
    SELECT ${profileColumns}, "profiles"."labels", "profiles"."data"
    FROM ${rows(given, { uid: 'text', mostBytes: 'bigint' })}
    ${joined('JOIN', 'profiles', sql`"profiles"."uid" = "rows"."uid"`)}
    WHERE ${storedSize(sql`"profiles"."labels"`)} + ${storedSize(sql`"profiles"."data"`)} <= "mostBytes"`)
  // One row, and known to be: else PostgreSQL would rather read the whole table than look for a hundred by their index.
  const writeData = prepare(sql`
    UPDATE "profiles" SET "labels" = "next"."labels", "data" = "next"."data", "seqNo" = "next"."seqNo"
    FROM (SELECT * FROM ${rows(given, { uid: 'text', seqNo: 'bigint', labels: 'json', data: 'json' })} LIMIT 1) AS "next"
    WHERE "profiles"."uid" = "next"."uid" AND "profiles"."seqNo" = "next"."seqNo" - 1
    RETURNING "profiles"."uid"`)
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
      const written = await writeData(JSON.stringify([{ uid, seqNo, labels, data }]))
      return written.length > 0
    },

    find: createProfileReads(connected),

    async findDocuments(part, uids, mostBytes, oneAtLeast) {
      if (uids.length === 0) return new Map()
      // Only what is small is sorted and summed.
      const found = await client.$queryRaw<{ uid: string; document: JsonValue }[]>`
        SELECT "profiles"."uid", "profiles".${column(part)} AS "document" FROM (
          SELECT "uid", SUM(${storedSize(column(part))}) OVER "inTurn" AS "bytes", ROW_NUMBER() OVER "inTurn" AS "place"
          FROM "profiles" WHERE "uid" IN (${join([...uids])}) WINDOW "inTurn" AS (ORDER BY "uid")
        ) AS "sized" JOIN "profiles" ON "profiles"."uid" = "sized"."uid"
        WHERE "bytes" <= ${mostBytes} OR "place" <= ${oneAtLeast ? 1 : 0}`
      return new Map(found.map(({ uid, document }) => [uid, objectOut(document)]))
    },

    async findWithData(uids, mostBytes = Number.MAX_SAFE_INTEGER) {
      const asked = [...new Set(uids)].map((uid) => ({ uid, mostBytes }))
      const found = await readWithData(JSON.stringify(asked))
      return found.map(profileWithData)
    },
  }
}

function column(name: string): Sql {
  return raw(`"${name}"`)
}
