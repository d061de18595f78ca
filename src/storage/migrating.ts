// For whoever migrates by hand. Gateways open databases; this only looks at their schema, or brings it to this release.

import { stat } from 'node:fs/promises'
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils'
import type { DatabaseOptions } from './database.ts'
import { migrate, type Dialect } from './migrate.ts'
import { migrationState, type MigrationState } from './migrationHistory.ts'
import { readMigrations } from './migrations.ts'
import { openingFailure } from './openingFailure.ts'
import { migratingPostgresql, postgresql } from './postgresql.ts'
import { sqlite } from './sqlite.ts'
import { isSqlite, sqliteFile, sqlitePath } from './sqliteFile.ts'
import { lockSqlite } from './sqliteLock.ts'

type Target = Pick<DatabaseOptions, 'url' | 'connectionTimeout'>

/**
 * Applies the migrations that a database lacks, and returns their names. An SQLite file must not be open in a gateway.
 * @throws `CONFIGURATION` with what stands in the way
 */
export async function migrateDatabase(target: Target): Promise<string[]> {
  return openingFailures(target, async () => {
    if (!isSqlite(target.url)) return migrate(postgresql, migratingPostgresql(target))
    const file = await sqliteFile(target.url)
    const unlock = await lockSqlite(file)
    try {
      return await migrate(sqlite, new PrismaBetterSqlite3({ url: `file:${file}` }))
    } finally {
      await unlock()
    }
  })
}

/**
 * How a database stands to the migrations of this release. Nothing is changed, and gateways may have it open.
 * @throws `CONFIGURATION` if it is not one for this release, or cannot be opened
 */
export async function migrationStateOf(target: Target): Promise<MigrationState> {
  return openingFailures(target, async () => {
    if (!isSqlite(target.url)) return stateOn(postgresql, migratingPostgresql(target))
    // To open it would make it, and to ask for its file its folder.
    const there = await stat(sqlitePath(target.url)).catch(() => null)
    const url = there ? `file:${await sqliteFile(target.url)}` : ':memory:'
    return stateOn(sqlite, new PrismaBetterSqlite3({ url }))
  })
}

async function stateOn({ migrations }: Dialect, adapter: SqlMigrationAwareDriverAdapterFactory) {
  const connection = await adapter.connect()
  try {
    return await migrationState(connection, await readMigrations(migrations))
  } finally {
    await connection.dispose()
  }
}

async function openingFailures<T>({ url }: Target, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    throw openingFailure(url, error)
  }
}
