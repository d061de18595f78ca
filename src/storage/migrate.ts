// Brings a database to the schema of this release.

import type { SqlDriverAdapter, SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils'
import { Failure } from '../errors.ts'
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
  const connect = () => Promise.resolve(connection)
  const { provider, adapterName } = connection
  const engine = await createSchemaEngine({ provider, adapterName, connect, connectToShadowDb: connect })
  try {
    const input = { migrationsList: migrationListOf(folder, migrations), filters }
    const { appliedMigrationNames } = await engine.applyMigrations(input)
    return appliedMigrationNames
  } catch (cause) {
    throw new Failure('CONFIGURATION', reasonOf(cause), { cause })
  } finally {
    engine.free()
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if ('code' in error && error.code === 'P3005') return 'the database holds tables of something else'
  return `the migration failed: ${error.message.split('\n', 1).join()}`
}
