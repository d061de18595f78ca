import { join, raw, sqltag as sql, type Sql } from '@prisma/client/runtime/client'
import { createInTurn } from '../inTurn.ts'
import type { Profile, ProfileUser } from '../profile/profile.ts'
import type { ProfileRepository } from '../profile/repository.ts'
import { baseOf } from './baseOf.ts'
import type { Connected } from './client.ts'
import { createGroupCommit } from './groupCommit.ts'
import { basisColumns, basisRow, standsInRow } from './stands.ts'
import { given, type Statement } from './statement.ts'

/** What a profile says of its user. */
export const userColumns = {
  username: 'text',
  roles: 'json',
  fullName: 'text',
  email: 'text',
  realmName: 'text',
  realmType: 'text',
  realmDomain: 'text',
} as const

/** What an activation writes, over what was there before. */
const refreshed = {
  ...userColumns,
  enabled: 'boolean',
  lastSynchronized: 'bigint',
  seqNo: 'bigint',
} as const

const columns = { uid: 'text', base: 'text', ...refreshed } as const

/** What it depends on whether a row is written. */
const others = { isNew: 'boolean', ...basisColumns } as const

interface PutRow {
  readonly uid: string
}

interface Written extends PutRow {
  /** Its row, as JSON. */
  readonly row: string
}

/** Makes what writes profiles that were activated, many at once. */
export function createProfileWrites(connected: Connected): Pick<ProfileRepository, 'create' | 'refresh'> {
  const { prepare, rows, forShare, forShareUnlessLocked, forUpdate, forUpdateUnlessLocked } = connected
  const putWaiting = prepare<PutRow>(putting(forShare, forUpdate))
  const putUnlessLocked = prepare<PutRow>(putting(forShareUnlessLocked, forUpdateUnlessLocked))
  const writeTogether = createGroupCommit<Written, boolean | null>({
    statement: writeAll,
    keyOf: ({ uid }) => uid,
    sizeOf: ({ row }) => row.length,
  })
  const inTurn = createInTurn()
  return {
    create: (base, profile, basis) => write(writtenOf(profile, { base, isNew: true, ...basisRow(basis) })),
    refresh: (next, basis) =>
      write(writtenOf(next, { base: baseOf(next.user.username), isNew: false, ...basisRow(basis) })),
  }

  async function write(written: Written): Promise<boolean> {
    return (await writeTogether(written)) ?? inTurn(written.uid, () => writeAlone(written))
  }

  async function writeAlone(written: Written): Promise<boolean> {
    return (await uidsWritten([written], putWaiting)).has(written.uid)
  }

  /**
   * Several never wait for a row that somebody else is changing: one that is held would hold up all of them. What was
   * not written then, for whatever reason, is null: it is to be written alone.
   */
  async function writeAll(several: readonly Written[]): Promise<(boolean | null)[]> {
    const [first] = several
    if (first && several.length === 1) return [await writeAlone(first)]
    const uids = await uidsWritten(several, putUnlessLocked)
    return several.map(({ uid }) => uids.has(uid) || null)
  }

  /** They are locked and put in the order of their uids, as by everybody: of two gateways one waits at most. */
  async function uidsWritten(several: readonly Written[], putAll: Statement<PutRow>): Promise<Set<string>> {
    const sorted = several.toSorted((one, other) => (one.uid < other.uid ? -1 : 1))
    const done = await putAll(`[${sorted.map(({ row }) => row).join()}]`)
    return new Set(done.map(({ uid }) => uid))
  }

  /** A row that is there is refreshed if it has the version before; only what is new is put where there is none. */
  function putting(lockUser: Sql, lockRow: Sql): Sql {
    return put(
      connected,
      {},
      sql`
      FROM ${rows(given, { ...columns, ...others })}
      WHERE ("isNew" OR EXISTS (SELECT 1 FROM "profiles" WHERE "profiles"."uid" = "rows"."uid" ${lockRow}))
        AND ${standsInRow(lockUser)}
      ORDER BY "position"`,
    )
  }
}

/**
 * The statement that puts rows where there are none, and over those that have the version before. It selects each column
 * by its name, or by what is given for it, `from` where all of them are.
 */
export function put(
  { json }: Connected,
  selected: Partial<Record<keyof typeof columns, Sql>>,
  from: Sql,
): Sql {
  const values = Object.keys(columns).map(
    (name) => selected[name as keyof typeof columns] ?? raw(`"${name}"`),
  )
  return sql`
      INSERT INTO "profiles" AS "stored" (${columnNames}, "labels", "data")
      SELECT ${join(values)}, ${json('{}')}, ${json('{}')} ${from}
      ON CONFLICT ("uid") DO UPDATE SET ${changes} WHERE "stored"."seqNo" = excluded."seqNo" - 1
      RETURNING "uid"`
}

/** A user in a row. */
export function userRow({
  username,
  roles,
  fullName,
  email,
  realm,
}: ProfileUser): Record<keyof typeof userColumns, unknown> {
  const { name: realmName, type: realmType, domain: realmDomain } = realm
  return { username, roles, fullName, email, realmName, realmType, realmDomain }
}

function writtenOf({ uid, user, enabled, lastSynchronized, seqNo }: Profile, others: object): Written {
  const row: Record<Exclude<keyof typeof columns, 'base'>, unknown> = {
    ...userRow(user),
    ...{ uid, enabled, lastSynchronized, seqNo },
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
