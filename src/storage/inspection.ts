// For whoever wants to know how a database is, and changes nothing: gateways may have it open, on SQLite too.

import { existsSync } from 'node:fs'
import { access, constants } from 'node:fs/promises'
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
import { join, raw, sqltag as sql, type Sql } from '@prisma/client/runtime/client'
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils'
import type { Domain } from '../authentication/domain.ts'
import type { UserRepository } from '../authentication/userRepository.ts'
import { Failure } from '../errors.ts'
import { createCluster } from './cluster.ts'
import { closeClient, type Client, type Connected } from './client.ts'
import type { DatabaseOptions } from './database.ts'
import type { Dialect } from './migrate.ts'
import { migrationState, type MigrationState } from './migrationHistory.ts'
import { readMigrations } from './migrations.ts'
import { openingFailure } from './openingFailure.ts'
import { migratingPostgresql, postgresql, postgresqlConnected } from './postgresql.ts'
import { readPostgresqlFacts, type PostgresqlFacts } from './postgresqlFacts.ts'
import { sqlite, sqliteConnected } from './sqlite.ts'
import { isSqlite, sqlitePath } from './sqliteFile.ts'
import { readPermissions, readSqliteFacts, type SqliteFacts } from './sqliteFacts.ts'
import { createUserRepository } from './users.ts'

/** A subject to whom several profiles belong: such a one cannot activate any. */
export interface SeveralProfiles {
  readonly username: string
  /** How many. */
  readonly count: number
  /** The first and the last of their uids. */
  readonly uids: readonly [string, string]
}

export interface Inspection {
  readonly facts: SqliteFacts | PostgresqlFacts
  readonly migrations: MigrationState
  readonly users: Pick<UserRepository, 'find' | 'passwordHashes'>
  readonly agreedRealms: () => Promise<string>
  /** Those to whom several profiles belong by these domains, by name; so many at most. Reads the whole index of profiles. */
  readonly severalProfiles: (domains: readonly Domain[], most: number) => Promise<SeveralProfiles[]>
  readonly close: () => Promise<void>
}

type Target = Pick<DatabaseOptions, 'url' | 'connectionTimeout' | 'clock'>

/**
 * Opens a database for reading alone. Null: there is none yet.
 * @throws `CONFIGURATION` if it is not one for this release, or cannot be opened, `UNAVAILABLE` if the server is not there
 */
export async function openInspection(target: Target): Promise<Inspection | null> {
  try {
    if (!isSqlite(target.url)) {
      const connection = await readPostgresql(target)
      const facts = () => readPostgresqlFacts(connection, target.clock)
      return await inspectionOn(connection, postgresql, (one) => postgresqlConnected(one), facts)
    }
    const file = sqlitePath(target.url)
    const permissions = await readPermissions(file)
    if (!existsSync(file)) return null
    await access(file, constants.R_OK).catch((cause: unknown) => {
      throw new Failure('CONFIGURATION', 'it may not be read', { cause })
    })
    const connection = await readSqlite(file)
    return await inspectionOn(
      connection,
      sqlite,
      (one) => sqliteConnected(one, target.clock),
      () => readSqliteFacts(connection, file, permissions),
    )
  } catch (error) {
    throw openingFailure(target.url, error)
  }
}

async function inspectionOn(
  connection: SqlDriverAdapter,
  dialect: Dialect,
  connectedOn: (connection: SqlDriverAdapter) => Connected,
  readFacts: () => Promise<Inspection['facts']>,
): Promise<Inspection> {
  try {
    const migrations = await migrationState(connection, await readMigrations(dialect.migrations))
    const facts = await readFacts()
    const connected = connectedOn(connection)
    const { client } = connected
    return {
      facts,
      migrations,
      users: createUserRepository(connected),
      agreedRealms: createCluster(connected).agreedRealms,
      severalProfiles: (domains, most) => severalProfiles(client, domains, most),
      close: () => closeClient(client, connection),
    }
  } catch (error) {
    await connection.dispose()
    throw error
  }
}

/**
 * Whoever may only read leaves files beside the database, unless they are there already; whoever may write takes them
 * away again, and would put into the database what is in them.
 */
async function readSqlite(file: string): Promise<SqlDriverAdapter> {
  const readonly = existsSync(`${file}-wal`)
  const options = { readonly, fileMustExist: true, timeout: 5_000 }
  const connection = await new PrismaBetterSqlite3({ url: `file:${file}`, ...options }).connect()
  await connection.executeScript('PRAGMA query_only = ON')
  return connection
}

/** In one transaction: what is set of a session stays in it, and a pooler gives that to a gateway next. */
async function readPostgresql(target: Target): Promise<SqlDriverAdapter> {
  const connection = await migratingPostgresql(target).connect()
  await connection.executeScript(
    `BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY; SET LOCAL lock_timeout = '5s'`,
  )
  return connection
}

async function severalProfiles(
  client: Client,
  domains: readonly Domain[],
  most: number,
): Promise<SeveralProfiles[]> {
  const rows = await client.$queryRaw<
    { username: string; count: bigint | number; first: string; last: string }[]
  >`
    SELECT "username", count(*) AS "count", min("uid") AS "first", max("uid") AS "last" FROM (
      SELECT "username", "uid", ${ownerBy(domains)} AS "owner" FROM "profiles"
      WHERE "base" IN (SELECT "base" FROM "profiles" GROUP BY "base" HAVING count(*) > 1)
    ) AS "owned" GROUP BY "username", "owner" HAVING count(*) > 1 ORDER BY "username" LIMIT ${most}`
  return rows.map(({ username, count, first, last }) => ({
    username,
    count: Number(count),
    uids: [first, last],
  }))
}

/** Tells whose a profile is of those with one username: a domain's, or else a realm's, of which one is native. */
function ownerBy(domains: readonly Domain[]): Sql {
  const cases = domains.flatMap(({ realms }, index) =>
    realms.map(({ type, name }) => {
      const isIt = type === 'native' ? sql`` : sql` AND "realmName" = ${name}`
      return sql`WHEN "realmType" = ${type}${isIt} THEN ${raw(`'domain ${index}'`)}`
    }),
  )
  const others = sql`WHEN "realmType" = 'native' THEN 'native' ELSE "realmType" || '/' || "realmName" END`
  return cases.length > 0 ? sql`CASE ${join(cases, ' ')} ${others}` : sql`CASE ${others}`
}
