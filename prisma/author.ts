// Writes the migrations that lead to schema.prisma from the last ones: `node prisma/author.ts <name>`.

import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { readMigrations, type Migration } from '../src/storage/migrations.ts'
import { diff, type Database } from './diff.ts'
import { schemaFor } from './generate.ts'

/** Adds a migration for each database whose last one does not lead to the schema. Returns the files written. */
export async function author(name: string): Promise<string[]> {
  const folder = `${new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14)}_${name}`
  const written = await Promise.all([authorFor('sqlite', folder), authorFor('postgresql', folder)])
  return written.flat()
}

async function authorFor(database: Database, folder: string): Promise<string[]> {
  const schema = await schemaFor(database)
  const script = await diff(database, await lastSchemaOf(database), schema)
  if (script === null) return []
  const last = await lastOf(database)
  if (last && last.name >= folder)
    throw new Error(`The clock stands before the last migration, ${last.name}.`)
  const migration = new URL(`${folder}/`, folderOf(database))
  await mkdir(migration, { recursive: true })
  await writeFile(new URL('migration_lock.toml', folderOf(database)), `provider = "${database}"\n`)
  await writeFile(new URL('migration.sql', migration), script)
  // The next migration starts from it.
  await writeFile(new URL('schema.prisma', migration), schema)
  return [`prisma/migrations/${database}/${folder}/migration.sql`]
}

/** The schema to which the migrations lead. */
export async function lastSchemaOf(database: Database): Promise<string> {
  const last = await lastOf(database)
  if (!last) return `datasource db {\n  provider = "${database}"\n}\n`
  return readFile(new URL(`${last.name}/schema.prisma`, folderOf(database)), 'utf8')
}

async function lastOf(database: Database): Promise<Migration | undefined> {
  const folder = folderOf(database)
  return existsSync(folder) ? (await readMigrations(folder)).at(-1) : undefined
}

function folderOf(database: Database): URL {
  return new URL(`migrations/${database}/`, import.meta.url)
}

if (import.meta.main) {
  const name = process.argv[2] ?? ''
  if (/^[a-z0-9_]+$/.test(name)) {
    const written = await author(name)
    console.log(written.join('\n') || 'The migrations already lead to the schema.')
  } else {
    console.error('usage: node prisma/author.ts <name in a-z, 0-9 and _>')
    process.exitCode = 64
  }
}
