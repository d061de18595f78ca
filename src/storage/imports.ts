import { randomUUID } from 'node:crypto'
import { raw, sqltag as sql, type Sql } from '@prisma/client/runtime/client'
import type { ProfileModel } from '../../prisma/generated/sqlite/models.ts'
import type {
  BasedProfile,
  Holder,
  ImportedProfiles,
  ImportRepository,
  NamedThings,
} from '../transfer/importRepository.ts'
import type { Connected } from './client.ts'
import { guarded } from './guarded.ts'
import type { ColumnType } from './jsonRows.ts'
import { mappingOf } from './roleMappings.ts'
import { roleOf } from './roles.ts'
import { storedUserOf } from './userRow.ts'

type Columns = Readonly<Record<string, ColumnType>>

const userColumns: Columns = {
  username: 'text',
  passwordHash: 'text',
  roles: 'json',
  fullName: 'text',
  email: 'text',
  metadata: 'json',
  enabled: 'boolean',
  revision: 'integer',
  incarnation: 'text',
}

const definitionColumns: Columns = { name: 'text', definition: 'json', revision: 'integer' }

const profileColumns: Columns = {
  uid: 'text',
  base: 'text',
  username: 'text',
  roles: 'json',
  realmName: 'text',
  realmType: 'text',
  realmDomain: 'text',
  email: 'text',
  fullName: 'text',
  enabled: 'boolean',
  lastSynchronized: 'bigint',
  labels: 'json',
  data: 'json',
  seqNo: 'bigint',
}

/** Stores what is imported: each call one statement over rows that are locked in order. */
export function createImportRepository({ client, rows: rowsOf }: Connected): ImportRepository {
  const { user: users, role: roles, roleMapping: mappings } = client
  return {
    users: named('users', 'username', userColumns, {
      count: () => users.count(),
      find: async (names) => (await users.findMany({ where: { username: { in: names } } })).map(storedUserOf),
      rowOf: (user) => ({ ...user, revision: 1, incarnation: randomUUID() }),
    }),
    roles: named('roles', 'name', definitionColumns, {
      count: () => roles.count(),
      find: async (names) => (await roles.findMany({ where: { name: { in: names } } })).map(roleOf),
      rowOf: ({ name, ...definition }) => ({ name, definition, revision: 1 }),
    }),
    roleMappings: named('role_mappings', 'name', definitionColumns, {
      count: () => mappings.count(),
      find: async (names) => (await mappings.findMany({ where: { name: { in: names } } })).map(mappingOf),
      rowOf: ({ name, ...definition }) => ({ name, definition, revision: 1 }),
    }),
    profiles: guarded(importedProfiles()),
  }

  function named<Thing>(
    table: string,
    key: string,
    columns: Columns,
    {
      count,
      find,
      rowOf,
    }: {
      count: () => Promise<number>
      find: (names: string[]) => Promise<Thing[]>
      rowOf: (thing: Thing) => Row
    },
  ): NamedThings<Thing> {
    const written = Object.keys(columns).filter((name) => name !== key && name !== 'revision')
    const changes = [
      ...written.map((name) => `"${name}" = excluded."${name}"`),
      `"revision" = "${table}"."revision" + 1`,
    ]
    return guarded<NamedThings<Thing>>({
      count,
      find: (names) => find([...names]),
      add: (things) => insert(table, key, columns, things.map(rowOf), sql`NOTHING`),
      async put(things) {
        await insert(table, key, columns, things.map(rowOf), raw(`UPDATE SET ${changes.join()}`))
      },
    })
  }

  function importedProfiles(): ImportedProfiles {
    return {
      async holders(bases, uids) {
        const found = await client.$queryRaw<HolderRow[]>`
          SELECT ${raw(holderColumns)} FROM "profiles"
            WHERE "base" IN (SELECT "one" FROM ${rowsOf(JSON.stringify(bases.map((one) => ({ one }))), { one: 'text' })})
          UNION
          SELECT ${raw(holderColumns)} FROM "profiles"
            WHERE "uid" IN (SELECT "one" FROM ${rowsOf(JSON.stringify(uids.map((one) => ({ one }))), { one: 'text' })})`
        return found.map(holderOf)
      },

      add: (profiles) => insert('profiles', 'uid', profileColumns, profiles.map(profileRow), sql`NOTHING`),

      async replace(changes) {
        const rows = changes.map(({ next, over }) => ({ ...profileRow(next), over }))
        const written = Object.keys(profileColumns).map((name) => `"${name}" = "rows"."${name}"`)
        const found = await client.$queryRaw<{ key: string }[]>`
          UPDATE "profiles" SET ${raw(written.join())}
          FROM ${rowsOf(JSON.stringify(rows), { ...profileColumns, over: 'bigint' })}
          WHERE "profiles"."uid" = "rows"."uid" AND "profiles"."seqNo" = "rows"."over"
          RETURNING "profiles"."uid" AS "key"`
        return found.map(({ key }) => key)
      },
    }
  }

  /** Inserts rows in the order of their keys, so that nobody who does likewise waits for us while we wait for them. */
  async function insert(
    table: string,
    key: string,
    columns: Columns,
    rows: Row[],
    onConflict: Sql,
  ): Promise<string[]> {
    const sorted = rows.sort((one, other) => (String(one[key]) < String(other[key]) ? -1 : 1))
    const names = raw(
      Object.keys(columns)
        .map((name) => `"${name}"`)
        .join(),
    )
    const written = await client.$queryRaw<{ key: string }[]>`
      INSERT INTO ${raw(`"${table}"`)} (${names})
      SELECT ${names} FROM ${rowsOf(JSON.stringify(sorted), columns)} WHERE 1 = 1 ORDER BY "position"
      ON CONFLICT (${raw(`"${key}"`)}) DO ${onConflict}
      RETURNING ${raw(`"${key}"`)} AS "key"`
    return written.map(({ key: one }) => one)
  }
}

type Row = Record<string, unknown>

type HolderRow = Pick<
  ProfileModel,
  'uid' | 'username' | 'realmName' | 'realmType' | 'realmDomain' | 'lastSynchronized' | 'seqNo'
>

const holderColumns =
  '"uid", "username", "realmName", "realmType", "realmDomain", "lastSynchronized", "seqNo"'

function holderOf({
  uid,
  username,
  realmName: name,
  realmType: type,
  realmDomain: domain,
  ...row
}: HolderRow): Holder {
  const user = { username, realm: { name, type, domain } }
  return { uid, user, lastSynchronized: Number(row.lastSynchronized), seqNo: Number(row.seqNo) }
}

function profileRow({ user, ...profile }: BasedProfile): Row {
  const { realm, ...rest } = user
  return { ...profile, ...rest, realmName: realm.name, realmType: realm.type, realmDomain: realm.domain }
}
