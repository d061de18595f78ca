import type { Config } from '../config.ts'
import type { DatabaseOptions } from '../storage/database.ts'
import { isSqlite } from '../storage/sqliteFile.ts'

/** How long a statement may take that sorts all keys, in milliseconds. */
const statementTimeout = 3_600_000

/** How a database is opened by a command that reads or writes much of it. */
export function databaseOptions({ databaseUrl, settings }: Config, clock: () => number): DatabaseOptions {
  return {
    url: databaseUrl,
    clock,
    poolSize: 2,
    connectionTimeout: settings.database.connection_timeout,
    statementTimeout,
    // Whatever it is that stands between.
    preparedStatements: false,
    migrateOnStart: !isSqlite(databaseUrl) && settings.database.migrate === 'on_start',
  }
}
