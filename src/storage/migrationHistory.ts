import { isDriverAdapterError, type SqlDriverAdapter } from '@prisma/driver-adapter-utils'
import { Failure } from '../errors.ts'
import type { Migration } from './migrations.ts'

/** Whether a database has all of the migrations. One that has others, or had them differently, is refused. */
export async function isUpToDate(
  connection: SqlDriverAdapter,
  migrations: readonly Migration[],
): Promise<boolean> {
  const applied = await readHistory(connection)
  for (const [name, checksum] of applied) {
    const migration = migrations.find((candidate) => candidate.name === name)
    if (!migration) throw refusal(`the database has the migration ${name}, which this release does not know`)
    if (migration.checksum !== checksum)
      throw refusal(`the migration ${name} was another one when it was applied`)
  }
  return migrations.every(({ name }) => applied.has(name))
}

async function readHistory(connection: SqlDriverAdapter): Promise<Map<string, string>> {
  const sql = `SELECT migration_name, checksum FROM _prisma_migrations
    WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL`
  try {
    const { rows } = await connection.queryRaw({ sql, args: [], argTypes: [] })
    return new Map(rows.map(([name, checksum]) => [String(name), String(checksum)]))
  } catch (error) {
    if (isDriverAdapterError(error) && error.cause.kind === 'TableDoesNotExist') return new Map()
    throw error
  }
}

function refusal(reason: string): Failure {
  return new Failure('CONFIGURATION', reason)
}
