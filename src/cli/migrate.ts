import { databaseOptions } from '../databaseOptions.ts'
import type { DatabaseOptions } from '../storage/database.ts'
import { databasePlace } from '../storage/databasePlace.ts'
import { migrateDatabase, migrationStateOf } from '../storage/migrating.ts'
import { clock } from './clock.ts'
import { commandConfig } from './commandConfig.ts'
import { noteDatabase } from './note.ts'

/** Brings the database to the schema of this release. Gateways of the release before go on working meanwhile. */
export async function migrate(): Promise<void> {
  const applied = await migrateDatabase(options())
  print(applied.length > 0 ? applied.map((name) => `applied  ${name}`) : [upToDate])
}

/** Says what the database lacks, and changes nothing. The exit code is 1 if it lacks something. */
export async function migrationStatus(): Promise<void> {
  const { missing, ahead } = await migrationStateOf(options())
  print([
    ...ahead.map((name) => `newer    ${name}`),
    ...missing.map((name) => `missing  ${name}`),
    ...(missing.length > 0 ? [] : [upToDate]),
  ])
  if (missing.length > 0) process.exitCode = 1
}

function options(): DatabaseOptions {
  const config = commandConfig()
  noteDatabase(databasePlace(config.databaseUrl))
  return databaseOptions(config, clock)
}

const upToDate = 'The database has every migration of this release.'

function print(lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''))
}
