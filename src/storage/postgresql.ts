import { PrismaPg } from '@prisma/adapter-pg'
import { join, raw, sqltag as sql } from '@prisma/client/runtime/client'
import type {
  SqlDriverAdapter,
  SqlMigrationAwareDriverAdapterFactory,
  SqlQuery,
} from '@prisma/driver-adapter-utils'
import type { ClientConfig, Pool } from 'pg'
import { PrismaClient } from '../../prisma/generated/postgresql/client.ts'
import { Failure } from '../errors.ts'
import { clientOptions, closeClient, type Client, type Connected, type Wording } from './client.ts'
import { createConnectionPool } from './connectionPool.ts'
import type { DatabaseOptions, OpenConnection } from './database.ts'
import { postgresqlRows } from './jsonRows.ts'
import { migrate, type Dialect } from './migrate.ts'
import { migrationState, requireMigrated } from './migrationHistory.ts'
import { readMigrations } from './migrations.ts'
import { tables, withoutGrants } from './postgresqlFacts.ts'
import { postgresqlUrl } from './postgresqlUrl.ts'
import { createPrepare, readAsJson } from './statement.ts'
import { createStatementNames, type StatementNames } from './statementNames.ts'
import { watched } from './watched.ts'

export const postgresql: Dialect = {
  migrations: new URL('../../prisma/migrations/postgresql/', import.meta.url),
  // The number is only ours. Whoever waits sees afterwards what was done meanwhile. A machine that is lost in the middle
  // must not keep the lock. A table that somebody else is using is not waited for long: those who would read it wait
  // behind us.
  begin: `BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL idle_in_transaction_session_timeout = '60s';
    SELECT pg_advisory_xact_lock(7300192); SET LOCAL lock_timeout = '5s'`,
}

export function postgresqlConnected(connection: SqlDriverAdapter, names?: StatementNames): Connected {
  const prepare = names
    ? createPrepare(connection, ({ text }) => names.name(text), names.areToBlame)
    : createPrepare(connection, ({ text }) => text)
  return {
    client: new PrismaClient(clientOptions(connection)) as unknown as Client,
    prepare,
    prepareRead: readAsJson(prepare),
    ...postgresqlWording,
  }
}

const now = sql`floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint`

const postgresqlWording: Wording = {
  now: () => now,
  clock: now,
  rows: postgresqlRows,
  json: (text) => sql`${text}::jsonb`,
  // Compressed, a little can be a lot: at most so many times as much, by either method.
  storedSize: (column) =>
    sql`CASE WHEN pg_column_compression(${column}) IS NULL THEN pg_column_size(${column}) ELSE 255 * pg_column_size(${column}) END`,
  jsonTexts: (columns) => sql`json_build_array(${join(columns.map((column) => sql`${column}::text`))})::text`,
  writesInReads: true,
  forShare: sql`FOR SHARE`,
  forShareUnlessLocked: sql`FOR SHARE SKIP LOCKED`,
  forUpdate: sql`FOR NO KEY UPDATE`,
  forUpdateUnlessLocked: sql`FOR NO KEY UPDATE SKIP LOCKED`,
  // OFFSET keeps it from being planned as a reading of the whole table.
  joined: (kind, table, condition) =>
    sql`${raw(kind)} LATERAL (SELECT * FROM ${raw(`"${table}"`)} WHERE ${condition} OFFSET 0) AS ${raw(`"${table}"`)} ON TRUE`,
}

/**
 * Opens the PostgreSQL database that a `postgres://` URL names. It is migrated if it is empty, or if that is wanted;
 * otherwise it must be at this release or the next.
 */
export async function openPostgresql(options: DatabaseOptions): Promise<OpenConnection> {
  const { poolSize, connectionTimeout, statementTimeout, migrateOnStart } = options
  const server = postgresqlUrl(options.url)
  const pool = createConnectionPool({
    ...server,
    max: poolSize,
    connectionTimeoutMillis: connectionTimeout,
    // The server ends a statement that takes too long; if it does not even say so, the connection is given up.
    statement_timeout: statementTimeout,
    query_timeout: statementTimeout + 1_000,
  })
  const names = options.preparedStatements ? createStatementNames() : undefined
  const connection = watched(await connectTo(pool, names), options.watch)
  try {
    const migrations = await readMigrations(postgresql.migrations)
    await requireServable(connection)
    const state = await migrationState(connection, migrations)
    if (!migrateOnStart) requireMigrated(state)
    if (state.missing.length > 0) await migrate(postgresql, migratingPostgresql(options))
    await requireOneSchema(connection)
    const connected = postgresqlConnected(connection, names)
    return {
      ...connected,
      async check() {
        await requireServable(connection)
        const found = await migrationState(connection, migrations)
        if (found.missing.length === 0) await requireGrants(connection)
        return found
      },
      pool: () => ({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
      close: () => closeClient(connected.client, connection),
    }
  } catch (error) {
    await connection.dispose()
    throw error
  }
}

/**
 * Prisma names the schema in every statement that it makes itself: the one that the server would take, in which the
 * migrations are, or will be.
 */
async function connectTo(pool: Pool, names?: StatementNames): Promise<SqlDriverAdapter> {
  try {
    const { rows } = await pool.query<{ schema: string | null }>(
      `SELECT coalesce(
        (SELECT nspname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
          WHERE pg_class.oid = to_regclass('_prisma_migrations')),
        current_schema()
      ) AS "schema"`,
    )
    const schema = rows[0]?.schema
    if (!schema) throw new Failure('CONFIGURATION', 'there is no schema that this role may use')
    // Without a name, a statement is prepared for this once.
    const statementNameGenerator = ({ sql: text }: SqlQuery) => names?.nameOf(text) ?? ''
    const options = { schema, disposeExternalPool: true, statementNameGenerator }
    return await new PrismaPg(pool, options).connect()
  } catch (error) {
    await pool.end()
    throw error
  }
}

/** For migrating a PostgreSQL database: one connection, which is the only one ever, because it holds a transaction. */
export function migratingPostgresql({
  url,
  connectionTimeout,
}: Pick<DatabaseOptions, 'url' | 'connectionTimeout'>): SqlMigrationAwareDriverAdapterFactory {
  const server: ClientConfig = {
    ...postgresqlUrl(url),
    connectionTimeoutMillis: connectionTimeout,
  }
  const none = () => Promise.reject(new Error('no shadow database is needed'))
  return { provider: 'postgres', adapterName: '@prisma/adapter-pg', connect, connectToShadowDb: none }

  async function connect(): Promise<SqlDriverAdapter> {
    let connections = 0
    let failure = new Error('the connection was lost')
    const pool = createConnectionPool({
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
    const connection = await connectTo(pool)
    // The adapter's own takes every semicolon for the end of a statement.
    connection.executeScript = async (script) => {
      await connection.executeRaw({ sql: script, args: [], argTypes: [] })
    }
    return connection
  }
}

/** Refuses a database that acknowledges what a crash can take, or that cannot be written. */
async function requireServable(connection: SqlDriverAdapter): Promise<void> {
  const read = `SELECT current_setting('synchronous_commit'), current_setting('server_encoding'),
    current_setting('transaction_read_only')`
  const { rows } = await connection.queryRaw({ sql: read, args: [], argTypes: [] })
  const [synchronousCommit, encoding, readOnly] = rows[0] ?? []
  const reason =
    (synchronousCommit === 'off' && 'synchronous_commit is off: a crash would take what was acknowledged') ||
    (encoding !== 'UTF8' && 'its encoding has to be UTF8')
  if (reason) throw new Failure('CONFIGURATION', reason)
  // Such as a replica, before it is promoted.
  if (readOnly === 'on') throw new Failure('UNAVAILABLE', 'it may only be read')
}

/** Refuses a role that lacks grants, as where somebody else has migrated; or tables that are not there any more. */
async function requireGrants(connection: SqlDriverAdapter): Promise<void> {
  const { rows } = await connection.queryRaw({ sql: `SELECT ${withoutGrants}`, args: [], argTypes: [] })
  const names = rows[0]?.[0]
  if (typeof names === 'string')
    throw new Failure('CONFIGURATION', `this role may not read and write all of ${names}`)
}

/** Refuses a search path that leads raw statements to other tables than those that Prisma names. */
async function requireOneSchema(connection: SqlDriverAdapter): Promise<void> {
  const classes = ['_prisma_migrations', ...tables].map((name) => `to_regclass('${name}')`)
  const read = `SELECT count(DISTINCT relnamespace) FROM pg_class WHERE oid IN (${classes.join()})`
  const { rows } = await connection.queryRaw({ sql: read, args: [], argTypes: [] })
  if (String(rows[0]?.[0]) !== '1')
    throw new Failure('CONFIGURATION', 'its search_path leads to tables of several schemas')
}
