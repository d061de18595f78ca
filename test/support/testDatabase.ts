import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
import { Pool } from 'pg'
import { afterAll, beforeAll, inject, onTestFinished } from 'vitest'
import type { UserRepository } from '../../src/authentication/userRepository.ts'
import type { RoleRepository } from '../../src/authorization/roleRepository.ts'
import type { ProfileRepository } from '../../src/profile/repository.ts'
import { openDatabase, type Database, type DatabaseOptions } from '../../src/storage/database.ts'
import { folderOfDatabases } from './folderOfDatabases.ts'
import { template } from './postgresForAll.ts'

/** A new database of the kind that this run is about, for the tests of one file. */
export interface NewDatabase {
  readonly url: string
  /** Sets the time that the gateway takes for now, in epoch milliseconds. */
  readonly setTime: (now: number) => Promise<void>
  /** The clock that a gateway on it is to be given. */
  readonly clock: () => number
  /** Runs a statement past the gateway. */
  readonly run: (sql: string) => Promise<unknown[][]>
  readonly remove: () => Promise<void>
}

export type DatabaseName = 'sqlite' | 'postgresql'

/** The kind of database that this run of the suites is about: one of the projects of vitest. */
export const databaseName = (process.env.TEST_DATABASE ?? 'sqlite') as DatabaseName

/** Makes a database, which has the schema of this release already. */
export async function newDatabase(): Promise<NewDatabase> {
  return databaseName === 'sqlite' ? newSqlite() : newPostgresql()
}

/** Makes one for a single test, which is removed when that is over. */
export async function databaseOfTest(): Promise<NewDatabase> {
  const database = await newDatabase()
  onTestFinished(database.remove)
  return database
}

async function newSqlite(): Promise<NewDatabase> {
  const folder = await mkdtemp(join(await folderOfDatabases(), 'gateway-'))
  const file = join(folder, 'gateway.db')
  await copyFile(inject('sqlite'), file)
  let time: number | undefined
  return {
    url: `file:${file}`,
    clock: () => time ?? Date.now(),
    setTime(now) {
      time = now
      return Promise.resolve()
    },
    async run(sql) {
      const connection = await new PrismaBetterSqlite3({ url: `file:${file}` }).connect()
      try {
        return (await connection.queryRaw({ sql, args: [], argTypes: [] })).rows
      } finally {
        await connection.dispose()
      }
    },
    remove: () => rm(folder, { recursive: true }),
  }
}

async function newPostgresql(): Promise<NewDatabase> {
  const server = new Pool({ connectionString: inject('postgres'), max: 1 })
  const name = `gateway_${Math.random().toString(36).slice(2)}`
  await server.query(`CREATE DATABASE ${name} TEMPLATE ${template}`)
  // A function of ours, which a test can set, stands before the server's own clock.
  await server.query(`ALTER DATABASE ${name} SET search_path = public, clock, pg_catalog`)
  const url = Object.assign(new URL(inject('postgres')), { pathname: `/${name}` }).href
  const pool = new Pool({ connectionString: url, max: 1 })
  const run = async (text: string) => (await pool.query<unknown[]>({ text, rowMode: 'array' })).rows
  return {
    url,
    run,
    clock: () => 0,
    async setTime(now) {
      await run(`UPDATE clock.time SET now = ${now}`)
    },
    async remove() {
      await pool.end()
      await server.query(`DROP DATABASE ${name}`)
      await server.end()
    },
  }
}

/** How the gateway opens a database, unless something else is asked for. */
export function optionsFor({ url, clock }: Pick<NewDatabase, 'url' | 'clock'>): DatabaseOptions {
  return {
    url,
    clock,
    poolSize: 10,
    connectionTimeout: 5_000,
    statementTimeout: 10_000,
    preparedStatements: true,
    migrateOnStart: false,
  }
}

/** The ports on a new database, and ways past them. */
export interface TestDatabase extends Database, Pick<NewDatabase, 'setTime' | 'run'> {
  /** Sets documents of a profile past the ports. */
  readonly setDocuments: (uid: string, documents: Documents) => Promise<void>
}

interface Documents {
  readonly labels: object
  readonly data: object
}

/** Opens a database for a suite. What it returns gives each test the ports, with nothing behind them. */
export function prepared(): () => Promise<TestDatabase> {
  let database: TestDatabase
  let made: NewDatabase
  beforeAll(async () => {
    made = await newDatabase()
    const { setTime, run } = made
    const opened = await openDatabase(optionsFor(made))
    database = {
      ...opened,
      setTime,
      run,
      async setDocuments(uid, { labels, data }) {
        await run(
          `UPDATE profiles SET labels = ${literal(labels)}, data = ${literal(data)} WHERE uid = '${uid}'`,
        )
      },
    }
  })
  afterAll(async () => {
    await database.close()
    await made.remove()
  })
  return async () => {
    for (const table of ['users', 'roles', 'role_mappings', 'profiles', 'tokens', 'api_keys', 'attempts'])
      await made.run(`DELETE FROM ${table}`)
    return database
  }
}

function literal(document: object): string {
  return `'${JSON.stringify(document).replaceAll("'", "''")}'`
}

/** What is stored as a profile's application data, or null if there is no such profile. */
export async function dataOf(profiles: Pick<ProfileRepository, 'findWithData'>, uid: string) {
  const [profile] = await profiles.findWithData([uid])
  return profile?.data ?? null
}

/** The user of that name as it is stored, or null. */
export async function userIn(users: Pick<UserRepository, 'find'>, username: string) {
  return (await users.find(username))?.user ?? null
}

/** The role of that name as it is stored, or null. */
export async function roleIn(roles: Pick<RoleRepository, 'definitions'>, name: string) {
  return (await roles.definitions()).roles.get(name) ?? null
}
