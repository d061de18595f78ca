import { join } from 'node:path'
import { Client } from 'pg'
import { inject, onTestFinished } from 'vitest'
import { adapterFor } from './dialects.ts'
import { folderOfDatabases } from './folderOfDatabases.ts'
import { temporaryFolder } from './temporaryFolder.ts'
import { databaseName, type NewDatabase } from './testDatabase.ts'

/** A database of the kind that this run is about, in which there is nothing yet. */
export type EmptyDatabase = Pick<NewDatabase, 'url' | 'clock' | 'run'>

/** Makes one, which is removed when the test is over. */
export async function emptyDatabase(): Promise<EmptyDatabase> {
  const url =
    databaseName === 'sqlite'
      ? `file:${join(await temporaryFolder(await folderOfDatabases()), 'gateway.db')}`
      : await onServer()
  return { url, clock: Date.now, run: (sql) => runOn(url, sql) }
}

/** Makes a database on the server that all suites share, and returns its URL. */
async function onServer(): Promise<string> {
  const name = `gateway_${Math.random().toString(36).slice(2)}`
  await asSuperuser(`CREATE DATABASE ${name}`)
  onTestFinished(() => asSuperuser(`DROP DATABASE ${name} WITH (FORCE)`))
  return Object.assign(new URL(inject('postgres')), { pathname: `/${name}` }).href
}

/** Runs a statement on the PostgreSQL server, outside of any test's database. */
export async function asSuperuser(sql: string): Promise<void> {
  const client = new Client({ connectionString: inject('postgres') })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

async function runOn(url: string, sql: string): Promise<unknown[][]> {
  const connection = await adapterFor(url).connect()
  try {
    return (await connection.queryRaw({ sql, args: [], argTypes: [] })).rows
  } finally {
    await connection.dispose()
  }
}
