import { PrismaPg } from '@prisma/adapter-pg'
import { sqltag as sql } from '@prisma/client/runtime/client'
import type { SqlDriverAdapter, SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils'
import { Pool, type ClientConfig } from 'pg'
import { PrismaClient } from '../../prisma/generated/postgresql/client.ts'
import { Failure } from '../errors.ts'
import type { Client } from './client.ts'
import type { DatabaseOptions, OpenConnection } from './database.ts'
import { migrate, type Dialect } from './migrate.ts'
import { migrationState } from './migrationHistory.ts'
import { readMigrations } from './migrations.ts'
import { postgresqlUrl } from './postgresqlUrl.ts'

export const postgresql: Dialect = {
  migrations: new URL('../../prisma/migrations/postgresql/', import.meta.url),
  // The number is only ours.
  begin: 'BEGIN; SELECT pg_advisory_xact_lock(7300192)',
}

/**
 * Opens the PostgreSQL database that a `postgres://` URL names. It is migrated if it is empty, or if that is wanted;
 * otherwise it must be at this release or the next.
 */
export async function openPostgresql(options: DatabaseOptions): Promise<OpenConnection> {
  const { poolSize, connectionTimeout, statementTimeout, migrateOnStart } = options
  const server = postgresqlUrl(options.url)
  const pool = new Pool({
    ...server,
    max: poolSize,
    connectionTimeoutMillis: connectionTimeout,
    // The server ends a statement that takes too long; if it does not even say so, the connection is given up.
    statement_timeout: statementTimeout,
    query_timeout: statementTimeout + 1_000,
  })
  const connection = await new PrismaPg(pool, { disposeExternalPool: true }).connect()
  try {
    await requireDurable(connection)
    const migrations = await readMigrations(postgresql.migrations)
    const { isNew, missing } = await migrationState(connection, migrations)
    if (missing.length > 0) {
      if (!isNew && !migrateOnStart) throw new Failure('CONFIGURATION', lacking(missing))
      await migrate(postgresql, migratingPostgresql(options))
    }
    const { provider, adapterName } = connection
    const client = new PrismaClient({
      // Without the statement that failed, which can hold what must not be logged.
      errorFormat: 'minimal',
      adapter: { provider, adapterName, connect: () => Promise.resolve(connection) },
    })
    return {
      client: client as unknown as Client,
      now: () => sql`floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint`,
      json: (text) => sql`${text}::jsonb`,
      forShare: sql`FOR SHARE`,
      check: () => migrationState(connection, migrations),
      close: () => client.$disconnect(),
    }
  } catch (error) {
    await connection.dispose()
    throw error
  }
}

/** For migrating a PostgreSQL database: one connection, which is the only one ever, because it holds a transaction. */
export function migratingPostgresql({
  url,
  connectionTimeout,
}: Pick<DatabaseOptions, 'url' | 'connectionTimeout'>): SqlMigrationAwareDriverAdapterFactory {
  const server: ClientConfig = { ...postgresqlUrl(url), connectionTimeoutMillis: connectionTimeout }
  const none = () => Promise.reject(new Error('no shadow database is needed'))
  return { provider: 'postgres', adapterName: '@prisma/adapter-pg', connect, connectToShadowDb: none }

  async function connect(): Promise<SqlDriverAdapter> {
    let connections = 0
    let failure = new Error('the connection was lost')
    const pool = new Pool({
      ...server,
      max: 1,
      idleTimeoutMillis: 0,
      verify(_, done) {
        connections += 1
        done(connections > 1 ? failure : undefined)
      },
    })
    // A statement that fails ends the connection. What the engine then tries must not hide the reason.
    pool.on('release', (error?: Error) => (failure = error ?? failure))
    const connection = await new PrismaPg(pool, { disposeExternalPool: true }).connect()
    // The adapter's own takes every semicolon for the end of a statement.
    connection.executeScript = async (script) => {
      await connection.executeRaw({ sql: script, args: [], argTypes: [] })
    }
    return connection
  }
}

/** Refuses a database that acknowledges what a crash can take, or that cannot be written. */
async function requireDurable(connection: SqlDriverAdapter): Promise<void> {
  const read = `SELECT current_setting('synchronous_commit'), current_setting('server_encoding'),
    current_setting('transaction_read_only')`
  const { rows } = await connection.queryRaw({ sql: read, args: [], argTypes: [] })
  const [synchronousCommit, encoding, readOnly] = rows[0] ?? []
  const reason =
    (synchronousCommit === 'off' && 'synchronous_commit is off: a crash would take what was acknowledged') ||
    (encoding !== 'UTF8' && 'its encoding has to be UTF8') ||
    (readOnly === 'on' && 'it may only be read')
  if (reason) throw new Failure('CONFIGURATION', reason)
}

function lacking(migrations: readonly string[]): string {
  return `it lacks the migrations ${migrations.join(', ')}: run \`profile-gateway migrate\``
}
