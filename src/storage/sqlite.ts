import { stat } from 'node:fs/promises'
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
import { empty, join, raw, sqltag as sql } from '@prisma/client/runtime/client'
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils'
import { PrismaClient } from '../../prisma/generated/sqlite/client.ts'
import { Failure } from '../errors.ts'
import { clientOptions, closeClient, type Wording } from './client.ts'
import type { DatabaseOptions, OpenConnection } from './database.ts'
import { sqliteRows } from './jsonRows.ts'
import { migrate, type Dialect } from './migrate.ts'
import { migrationState, requireMigrated } from './migrationHistory.ts'
import { readMigrations } from './migrations.ts'
import { patient } from './patient.ts'
import { preparedOnce } from './preparedOnce.ts'
import { sqliteFile } from './sqliteFile.ts'
import { lockSqlite } from './sqliteLock.ts'
import { createPrepare, readByColumns } from './statement.ts'
import { watched } from './watched.ts'

export const sqlite: Dialect = {
  migrations: new URL('../../prisma/migrations/sqlite/', import.meta.url),
  begin: 'BEGIN IMMEDIATE',
}

export function sqliteConnected(connection: SqlDriverAdapter, clock: () => number) {
  const prepare = createPrepare(connection, ({ sql: text }) => text)
  return {
    client: new PrismaClient(clientOptions(connection)),
    prepare,
    prepareRead: readByColumns(prepare),
    ...sqliteWording(clock),
  }
}

const sqliteWording = (clock: () => number): Wording => ({
  now: () => sql`${clock()}`,
  clock: sql`${clock}`,
  rows: sqliteRows,
  json: (text) => sql`${text}`,
  storedSize: (column) => sql`octet_length(${column})`,
  jsonTexts: (columns) => sql`json_array(${join([...columns])})`,
  writesInReads: false,
  forShare: empty,
  forShareUnlessLocked: empty,
  forUpdate: empty,
  forUpdateUnlessLocked: empty,
  joined: (kind, table, condition) => sql`${raw(kind)} ${raw(`"${table}"`)} ON ${condition}`,
})

/**
 * Opens the SQLite database that a `file:` URL names, for this opener alone. It is migrated if it is empty, or if that is
 * wanted; otherwise it must be at this release or the next.
 */
export async function openSqlite({
  url,
  clock,
  migrateOnStart,
  watch,
}: Pick<DatabaseOptions, 'url' | 'clock' | 'migrateOnStart' | 'watch'>): Promise<OpenConnection> {
  const file = await sqliteFile(url)
  const unlock = await lockSqlite(file)
  try {
    const adapter = new PrismaBetterSqlite3({ url: `file:${file}`, timeout: 5_000 })
    if (!migrateOnStart) await requireNoOlder(adapter)
    await migrate(sqlite, adapter)
    const connection = await adapter.connect()
    const stillThere = await Promise.all([file, `${file}.lock`].map(watchedFile))
    const close = connection.dispose.bind(connection)
    // The lock belongs to the connection: it goes with it, and is not garbage before it.
    connection.dispose = async () => {
      try {
        await close()
      } finally {
        await unlock()
      }
    }
    const { check, ...open } = await prepared(preparedOnce(connection), clock, watch)
    return {
      ...open,
      async check() {
        const [isThere, isLockThere] = await Promise.all(stillThere.map((one) => one()))
        if (!isThere) throw new Failure('CONFIGURATION', gone)
        if (!isLockThere) throw new Failure('CONFIGURATION', lockGone)
        return check()
      },
    }
  } catch (error) {
    await unlock()
    throw error
  }
}

const gone =
  'the file of the database has been removed or replaced: what is written now is lost when the gateway ends'

const lockGone = 'its lock file has been removed: another gateway could open it too, restart this one'

/** Tells whether a path still leads to the file to which it leads now. */
async function watchedFile(path: string): Promise<() => Promise<boolean>> {
  const opened = await stat(path, { bigint: true })
  return async () => {
    const there = await stat(path, { bigint: true }).catch(() => null)
    return there?.ino === opened.ino && there.dev === opened.dev
  }
}

async function requireNoOlder(adapter: PrismaBetterSqlite3): Promise<void> {
  const connection = await adapter.connect()
  try {
    requireMigrated(await migrationState(connection, await readMigrations(sqlite.migrations)))
  } finally {
    await connection.dispose()
  }
}

async function prepared(
  connection: SqlDriverAdapter,
  clock: () => number,
  watch: DatabaseOptions['watch'],
): Promise<OpenConnection> {
  try {
    await prepare(connection)
    const connected = sqliteConnected(watched(await patient(connection), watch), clock)
    const { client } = connected
    const migrations = await readMigrations(sqlite.migrations)
    return {
      ...connected,
      check: () => migrationState(connection, migrations),
      pool: () => null,
      close: () => closeClient(client, connection),
    }
  } catch (error) {
    await connection.dispose()
    throw error
  }
}

/** Sets what every connection starts without, and proves that the database can be written. */
async function prepare(connection: SqlDriverAdapter): Promise<void> {
  await connection.executeScript('PRAGMA synchronous = FULL')
  const journal = await connection.queryRaw({ sql: 'PRAGMA journal_mode = WAL', args: [], argTypes: [] })
  if (journal.rows[0]?.[0] !== 'wal')
    throw new Failure('CONFIGURATION', 'its file system does not support WAL')
  // BEGIN IMMEDIATE alone succeeds on a file that may only be read.
  await connection.executeScript('BEGIN IMMEDIATE; PRAGMA user_version = 0; ROLLBACK')
}
