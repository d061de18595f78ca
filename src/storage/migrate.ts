// Brings a database to the schema of this release.

import type { SqlDriverAdapter, SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils'
import { Failure } from '../errors.ts'
import { databaseErrorOf, isPassing } from './databaseError.ts'
import { migrationState } from './migrationHistory.ts'
import { migrationListOf, readMigrations, type Migration } from './migrations.ts'

/** What it takes to migrate one kind of database. */
export interface Dialect {
  /** The folder of its migrations. */
  readonly migrations: URL
  /** Begins a transaction for which everybody else who migrates waits. */
  readonly begin: string
}

/**
 * Applies the migrations that a database lacks, all of them or none, and returns their names. Any number of processes
 * may do so at once. A database that is not one for this release is refused.
 */
export async function migrate(
  { migrations: folder, begin }: Dialect,
  adapter: SqlMigrationAwareDriverAdapterFactory,
): Promise<string[]> {
  const migrations = await readMigrations(folder)
  const connection = await adapter.connect()
  const isComplete = async () => (await migrationState(connection, migrations)).missing.length === 0
  try {
    if (await isComplete()) return []
    await connection.executeScript(begin)
    // Meanwhile somebody else may have been first, even another release.
    if (await isComplete()) return []
    const applied = await apply(connection, folder, migrations)
    await connection.executeScript('COMMIT')
    return applied
  } finally {
    // It also rolls back what was not committed.
    await connection.dispose()
  }
}

async function apply(connection: SqlDriverAdapter, folder: URL, migrations: readonly Migration[]) {
  const { createSchemaEngine, filters } = await import('./schemaEngine.ts')
  // The engine gets our one connection, so that each of its statements is inside our transaction.
  const { failures, recorded } = recording(connection)
  const connect = () => Promise.resolve(recorded)
  const { provider, adapterName } = connection
  const engine = await createSchemaEngine({ provider, adapterName, connect, connectToShadowDb: connect })
  try {
    const input = { migrationsList: migrationListOf(folder, migrations), filters }
    const { appliedMigrationNames } = await engine.applyMigrations(input)
    return appliedMigrationNames
  } catch (cause) {
    throw migrationFailure(cause, failures[0])
  } finally {
    engine.free()
  }
}

/** The same connection, and the failures that it has had: the engine tells little of them. */
function recording(connection: SqlDriverAdapter) {
  const failures: unknown[] = []
  const recorded = Object.create(connection) as SqlDriverAdapter
  const record = (thrown: unknown) => {
    failures.push(thrown)
    throw thrown
  }
  recorded.queryRaw = (query) => connection.queryRaw(query).catch(record)
  recorded.executeRaw = (query) => connection.executeRaw(query).catch(record)
  recorded.executeScript = (script) => connection.executeScript(script).catch(record)
  return { failures, recorded }
}

const locked = ': a table is in use, try again when nobody uses it'

function migrationFailure(thrown: unknown, first: unknown): Failure {
  const error = databaseErrorOf(first ?? thrown)
  if (thrown instanceof Error && 'code' in thrown && thrown.code === 'P3005')
    return new Failure('CONFIGURATION', 'the database holds tables of something else', { cause: thrown })
  // Source: PostgreSQL, Appendix A.
  if (error.code === '42501') {
    const message = `it has to be migrated, which this role may not do: run \`profile-gateway migrate\` as one that may`
    return new Failure('CONFIGURATION', message, { cause: thrown })
  }
  const isLocked = error.code === '55P03'
  const message = `the migration failed: ${error.message.split('\n', 1).join()}${isLocked ? locked : ''}`
  return new Failure(isPassing(error) ? 'UNAVAILABLE' : 'CONFIGURATION', message, { cause: thrown })
}
