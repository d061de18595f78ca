import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils'
import { Failure } from '../errors.ts'
import { releaseOf, type Migration } from './migrations.ts'

/** How a database stands to the migrations of this release. */
export interface MigrationState {
  /** No migration was ever applied. */
  readonly isNew: boolean
  /** Those that it lacks, oldest first. */
  readonly missing: readonly string[]
  /** Those of the next release that it has already. */
  readonly ahead: readonly string[]
}

/**
 * Reads how a database stands to the migrations of this release. One that is two releases ahead is refused, as is one
 * that has others, or had them differently.
 */
export async function migrationState(
  connection: SqlDriverAdapter,
  migrations: readonly Migration[],
): Promise<MigrationState> {
  const applied = await readHistory(connection)
  const ahead: string[] = []
  for (const [name, checksum] of applied) {
    const migration = migrations.find((candidate) => candidate.name === name)
    if (migration && migration.checksum !== checksum)
      throw refusal(`the migration ${name} was another one when it was applied`)
    if (migration) continue
    requireNext(name, migrations)
    ahead.push(name)
  }
  const missing = migrations.map(({ name }) => name).filter((name) => !applied.has(name))
  return { isNew: applied.size === 0, missing, ahead }
}

/** Refuses a database of an older release: once it is migrated, there may be no way back to that. */
export function requireMigrated({ isNew, missing }: MigrationState): void {
  if (!isNew && missing.length > 0)
    throw refusal(`it lacks the migrations ${missing.join(', ')}: run \`profile-gateway migrate\``)
}

/** A release changes the schema only so that the one before it goes on working. */
function requireNext(name: string, migrations: readonly Migration[]): void {
  const ours = Math.max(...migrations.map((migration) => releaseOf(migration.name)))
  const theirs = releaseOf(name)
  if (theirs > ours + 1) {
    throw refusal(
      `its schema is of release ${theirs}, and this gateway knows ${ours} and can work with ${ours + 1}: update the gateway`,
    )
  }
  if (theirs <= ours)
    throw refusal(`the database has the migration ${name}, which this release does not know`)
}

async function readHistory(connection: SqlDriverAdapter): Promise<Map<string, string>> {
  const read = async (sql: string) => (await connection.queryRaw({ sql, args: [], argTypes: [] })).rows
  // To ask a table that is not there would end PostgreSQL's transaction.
  const [there] = await read(historyExists[connection.provider as keyof typeof historyExists])
  if (!there?.[0]) return new Map()
  const rows = await read(`SELECT migration_name, checksum FROM _prisma_migrations
    WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY migration_name`)
  return new Map(rows.map(([name, checksum]) => [String(name), String(checksum)]))
}

const historyExists = {
  sqlite: `SELECT count(*) FROM sqlite_master WHERE name = '_prisma_migrations'`,
  postgres: `SELECT to_regclass('_prisma_migrations') IS NOT NULL`,
}

function refusal(reason: string): Failure {
  return new Failure('CONFIGURATION', reason)
}
