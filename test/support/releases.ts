import { cp, mkdir, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Dialect } from '../../src/storage/migrate.ts'
import { readMigrations, releaseOf } from '../../src/storage/migrations.ts'
import { temporaryFolder } from './temporaryFolder.ts'

/** The names of a release's migrations, oldest first. */
export async function migrationsOf({ migrations }: Dialect): Promise<string[]> {
  return (await readMigrations(migrations)).map(({ name }) => name)
}

/** The number of the release that brought the last of them. */
export function lastRelease(migrations: readonly string[]): number {
  return Math.max(...migrations.map(releaseOf))
}

/** Another release: ours, with migrations of its own as scripts by their names, or without some of ours. */
export async function anotherRelease(
  ours: Dialect,
  { more = {}, without = [] }: { more?: Readonly<Record<string, string>>; without?: readonly string[] },
): Promise<Dialect> {
  const folder = pathToFileURL(`${await temporaryFolder()}/`)
  const kept = (path: string) => !without.includes(basename(path))
  await cp(ours.migrations, folder, { recursive: true, filter: kept })
  for (const [name, script] of Object.entries(more)) {
    await mkdir(new URL(name, folder))
    await writeFile(new URL(`${name}/migration.sql`, folder), script)
  }
  return { ...ours, migrations: folder }
}
