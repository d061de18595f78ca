import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils'
import type { Dialect } from '../../src/storage/migrate.ts'
import { migratingPostgresql, postgresql } from '../../src/storage/postgresql.ts'
import { sqlite } from '../../src/storage/sqlite.ts'
import type { Database } from '../../prisma/diff.ts'

/** What the database that a URL names is called by Prisma. */
export function databaseOf(url: string): Database {
  return url.startsWith('file:') ? 'sqlite' : 'postgresql'
}

/** What it takes to migrate it. */
export function dialectOf(url: string): Dialect {
  return { sqlite, postgresql }[databaseOf(url)]
}

/** Connections to it for whoever migrates. */
export function adapterFor(url: string): SqlMigrationAwareDriverAdapterFactory {
  return databaseOf(url) === 'sqlite'
    ? new PrismaBetterSqlite3({ url })
    : migratingPostgresql({ url, connectionTimeout: 5_000 })
}
