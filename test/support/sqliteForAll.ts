import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { TestProject } from 'vitest/node'
import { gatewayMain } from './gatewayMain.ts'

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
  // In a process of its own: this one migrates that of PostgreSQL meanwhile, and two engines are in each other's way.
  const env = { PATH: process.env.PATH, DATABASE_URL: `file:${file}` }
  await promisify(execFile)(process.execPath, [gatewayMain, 'migrate'], { cwd: folder, env })
  project.provide('sqlite', file)
  return () => rm(folder, { recursive: true })
}
