import { empty, join, raw, sqltag as sql, type RawValue, type Sql } from '@prisma/client/runtime/client'
import type { ProfileModel } from '../../prisma/generated/sqlite/models.ts'
import type { Profile } from '../profile/profile.ts'
import type { ProfileRepository } from '../profile/repository.ts'
import { stands } from './stands.ts'
import type { Connected } from './client.ts'
import { jsonIn, objectOut, stringsOut } from './json.ts'

/** Keeps profiles in the table `profiles`. */
export function createProfileRepository({
  client,
  now,
  json,
  forShare,
  storedSize,
}: Connected): ProfileRepository {
  const { profile: profiles } = client
  return {
    async candidates(base, basis) {
      // The clock comes even where there is no profile.
      const rows = await client.$queryRaw<(Clock & (Row | { uid: null }))[]>`
        SELECT "clock".*, ${selected} FROM (SELECT ${now()} AS "now", ${stands(basis, empty)} AS "stands") AS "clock"
        LEFT JOIN "profiles" ON "base" = ${base}`
      return {
        now: Number(rows[0]?.now),
        stands: Boolean(rows[0]?.stands),
        profiles: rows.flatMap((row) => (row.uid === null ? [] : profileOf(row))),
      }
    },

    async create(base, profile, basis) {
      const columns = { uid: profile.uid, base, ...columnsOf(profile), labels: json('{}'), data: json('{}') }
      const written = await client.$executeRaw`
        INSERT INTO "profiles" (${join(Object.keys(columns).map(column))})
        SELECT ${join(Object.values(columns))} WHERE ${stands(basis, forShare)}
        ON CONFLICT ("uid") DO NOTHING`
      return written > 0
    },

    async refresh(next, basis) {
      const changes = Object.entries(columnsOf(next)).map(([name, value]) => sql`${column(name)} = ${value}`)
      const written = await client.$executeRaw`
        UPDATE "profiles" SET ${join(changes)}
        WHERE "uid" = ${next.uid} AND "seqNo" = ${next.seqNo - 1} AND ${stands(basis, forShare)}`
      return written > 0
    },

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

    async find(uids) {
      const where = { uid: { in: [...new Set(uids)] } }
      return (await profiles.findMany({ where, omit: { data: true } })).map(profileOf)
    },

    async findData(uids, mostBytes) {
      if (uids.length === 0) return new Map()
      // Only what is small is sorted and summed.
      const rows = await client.$queryRaw<Pick<ProfileModel, 'uid' | 'data'>[]>`
        SELECT "profiles"."uid", "profiles"."data" FROM (
          SELECT "uid", SUM(${storedSize(column('data'))}) OVER "inTurn" AS "bytes", ROW_NUMBER() OVER "inTurn" AS "place"
          FROM "profiles" WHERE "uid" IN (${join([...uids])}) WINDOW "inTurn" AS (ORDER BY "uid")
        ) AS "sized" JOIN "profiles" ON "profiles"."uid" = "sized"."uid"
        WHERE "bytes" <= ${mostBytes} OR "place" = 1`
      return new Map(rows.map(({ uid, data }) => [uid, objectOut(data)]))
    },

    async findWithData(uids) {
      const rows = await profiles.findMany({ where: { uid: { in: [...new Set(uids)] } } })
      return rows.map((row) => ({ ...profileOf(row), data: objectOut(row.data) }))
    },
  }

  function columnsOf({ user, enabled, lastSynchronized, seqNo }: Profile): Record<string, RawValue> {
    const { username, roles, fullName, email, realm } = user
    return {
      username,
      roles: json(JSON.stringify(roles)),
      fullName,
      email,
      realmName: realm.name,
      realmType: realm.type,
      realmDomain: realm.domain,
      enabled,
      lastSynchronized,
      seqNo,
    }
  }
}

/** What is read where no application data are asked for. */
type Row = Omit<ProfileModel, 'data' | 'base'>

interface Clock {
  readonly now: number | bigint
  readonly stands: boolean | number | bigint
}

const selected = raw(
  '"uid", "enabled", "lastSynchronized", "username", "roles", "fullName", "email", "realmName", "realmType", ' +
    '"realmDomain", "labels", "seqNo"',
)

function column(name: string): Sql {
  return raw(`"${name}"`)
}

export function profileOf(row: Row): Profile {
  const { uid, enabled, username, fullName, email, realmName, realmType, realmDomain } = row
  return {
    uid,
    enabled,
    lastSynchronized: Number(row.lastSynchronized),
    user: {
      username,
      roles: stringsOut(row.roles),
      fullName,
      email,
      realm: { name: realmName, type: realmType, domain: realmDomain },
    },
    labels: objectOut(row.labels),
    seqNo: Number(row.seqNo),
  }
}
