import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from './postgres.ts'

/** Databases for gateways that run outside of any test. */
export interface ThrowawayDatabases {
  /** Makes one, and returns its URL. */
  readonly create: () => Promise<string>
  readonly remove: () => Promise<void>
}

export type DatabaseKind = 'sqlite' | 'postgres'

/** SQLite in a folder, or a PostgreSQL server of its own. */
export async function throwawayDatabases(kind: DatabaseKind): Promise<ThrowawayDatabases> {
  if (kind === 'postgres') {
    const server = await startPostgres()
    return { create: () => server.createDatabase(), remove: server.close }
  }
  const folder = await mkdtemp(join(tmpdir(), 'gateway-'))
  let made = 0
  return {
    create: () => Promise.resolve(`file:${join(folder, `${made++}.db`)}`),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

export function databaseKindOf(text: string): DatabaseKind {
  if (text === 'sqlite' || text === 'postgres') return text
  throw new Error('--database: expected sqlite or postgres')
}
