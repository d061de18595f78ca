import { raw, sqltag as sql } from '@prisma/client/runtime/client'
import { baseOf } from './baseOf.ts'
import type { Profile } from '../profile/profile.ts'
import type { ProfileRepository } from '../profile/repository.ts'
import type { Connected } from './client.ts'
import { createGroupCommit } from './groupCommit.ts'
import { basisColumns, basisRow, standsInRow } from './stands.ts'

/** What an activation writes, over what was there before. */
const refreshed = {
  username: 'text',
  roles: 'json',
  fullName: 'text',
  email: 'text',
  realmName: 'text',
  realmType: 'text',
  realmDomain: 'text',
  enabled: 'boolean',
  lastSynchronized: 'bigint',
  seqNo: 'bigint',
} as const

const columns = { uid: 'text', base: 'text', ...refreshed } as const

/** What it depends on whether a row is written. */
const others = { isNew: 'boolean', ...basisColumns } as const

interface Written {
  readonly uid: string
  /** Its row, as JSON. */
  readonly row: string
}

/** Makes what writes profiles that were activated, many at once. */
export function createProfileWrites({
  statement,
  rows,
  json,
  forShare,
}: Connected): Pick<ProfileRepository, 'create' | 'refresh'> {
  const write = createGroupCommit<Written, boolean>({
    statement: writeAll,
    keyOf: ({ uid }) => uid,
    sizeOf: ({ row }) => row.length,
  })
  return {
    create: (base, profile, basis) => write(writtenOf(profile, { base, isNew: true, ...basisRow(basis) })),
    refresh: (next, basis) =>
      write(writtenOf(next, { base: baseOf(next.user.username), isNew: false, ...basisRow(basis) })),
  }

  /**
   * A row that is there is refreshed if it has the version before; only what is new is put where there is none. Rows are
   * locked in the order of their uids: two gateways that write the same ones would wait for each other.
   */
  async function writeAll(written: readonly Written[]): Promise<boolean[]> {
    const given = `[${written.map(({ row }) => row).join()}]`
    const done = await statement<{ uid: string }>(sql`
      INSERT INTO "profiles" AS "stored" (${columnNames}, "labels", "data")
      SELECT ${columnNames}, ${json('{}')}, ${json('{}')} FROM ${rows(given, { ...columns, ...others })}
      WHERE ("isNew" OR EXISTS (SELECT 1 FROM "profiles" WHERE "profiles"."uid" = "rows"."uid"))
        AND ${standsInRow(forShare)}
      ORDER BY "uid"
      ON CONFLICT ("uid") DO UPDATE SET ${changes} WHERE "stored"."seqNo" = excluded."seqNo" - 1
      RETURNING "uid"`)
    const uids = new Set(done.map(({ uid }) => uid))
    return written.map(({ uid }) => uids.has(uid))
  }
}

function writtenOf({ uid, user, ...profile }: Profile, others: object): Written {
  const { username, roles, fullName, email, realm } = user
  const { enabled, lastSynchronized, seqNo } = profile
  const row: Record<Exclude<keyof typeof columns, 'base'>, unknown> = {
    ...{ uid, username, roles, fullName, email, enabled, lastSynchronized, seqNo },
    realmName: realm.name,
    realmType: realm.type,
    realmDomain: realm.domain,
  }
  return { uid, row: JSON.stringify({ ...row, ...others }) }
}

const names = (all: object) =>
  raw(
    Object.keys(all)
      .map((name) => `"${name}"`)
      .join(),
  )
const columnNames = names(columns)
const changes = raw(
  Object.keys(refreshed)
    .map((name) => `"${name}" = excluded."${name}"`)
    .join(),
)
