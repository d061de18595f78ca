import { hash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { MigrationList } from '@prisma/schema-engine-wasm/schema_engine_bg'

/** One migration of this release. */
export interface Migration {
  readonly name: string
  readonly script: string
  /** As Prisma keeps it beside every migration that it has applied. */
  readonly checksum: string
}

/** The migrations in a folder, oldest first. */
export async function readMigrations(folder: URL): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  return Promise.all(names.sort().map((name) => readMigration(folder, name)))
}

async function readMigration(folder: URL, name: string): Promise<Migration> {
  const file = await readFile(new URL(`${name}/migration.sql`, folder), 'utf8')
  // A checkout may have changed the line ends, which must not change the checksum.
  const script = file.replaceAll('\r\n', '\n')
  return { name, script, checksum: hash('sha256', script) }
}

/** Which release of the schema a migration belongs to: `…_r2_name` to the second. */
export function releaseOf(name: string): number {
  return Number(/^\d+_r(\d+)_/.exec(name)?.[1] ?? 1)
}

/** The same migrations as the schema engine takes them. */
export function migrationListOf(folder: URL, migrations: readonly Migration[]): MigrationList {
  return {
    baseDir: fileURLToPath(folder),
    lockfile: { path: 'migration_lock.toml', content: null },
    shadowDbInitScript: '',
    migrationDirectories: migrations.map(({ name, script }) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: script } },
    })),
  }
}
