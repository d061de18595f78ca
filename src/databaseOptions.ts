// How a configuration has its database opened: a part of the composition root.

import type { Config } from './config.ts'
import type { DatabaseOptions } from './storage/database.ts'
import { isSqlite } from './storage/sqliteFile.ts'

/** By a gateway. It always migrates a file of SQLite, which nobody else has open; PostgreSQL only where that is set. */
export function databaseOptions(
  { databaseUrl: url, settings: { database } }: Config,
  clock: () => number,
): DatabaseOptions {
  return {
    ...{ url, clock },
    poolSize: database.pool_size,
    connectionTimeout: database.connection_timeout,
    statementTimeout: database.statement_timeout,
    preparedStatements: database.prepared_statements,
    migrateOnStart: isSqlite(url) || database.migrate === 'on_start',
  }
}

/** By a command, which takes few connections, and never migrates a file of SQLite. */
export function commandOptions(config: Config, clock: () => number): DatabaseOptions {
  const options = databaseOptions(config, clock)
  return { ...options, poolSize: 2, migrateOnStart: options.migrateOnStart && !isSqlite(options.url) }
}
