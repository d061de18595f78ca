import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
import type { TestProject } from 'vitest/node'
import { migrate } from '../../src/storage/migrate.ts'
import { sqlite } from '../../src/storage/sqlite.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The file that the databases of the tests are copies of: it has the schema of this release. */
    sqlite: string
  }
}

/** Makes the one SQLite file that has been migrated for all suites. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-sqlite-'))
  const file = join(folder, 'template.db')
  await migrate(sqlite, new PrismaBetterSqlite3({ url: `file:${file}` }))
  project.provide('sqlite', file)
  return () => rm(folder, { recursive: true })
}
