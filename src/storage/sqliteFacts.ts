import { stat, statfs } from 'node:fs/promises'
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils'

/** Of the file and of what stands beside it; null where files have none. */
export type Permissions = readonly (readonly [file: string, mode: number])[] | null

/** How an SQLite database is kept. */
export interface SqliteFacts {
  readonly kind: 'sqlite'
  readonly journalMode: string
  /** What is damaged; nothing, if nothing is. */
  readonly damage: readonly string[]
  readonly permissions: Permissions
  /** The file system's number on Linux, else null. Source: statfs(2). */
  readonly fileSystem: number | null
}

/** Opening the database may make files beside it: these are read before. */
export async function readPermissions(file: string): Promise<Permissions> {
  if (process.platform === 'win32') return null
  const beside = ['', '-wal', '-shm', '.lock'].map((suffix) => file + suffix)
  const found = await Promise.all(beside.map((one) => stat(one).catch(() => null)))
  return beside.flatMap((one, index) => {
    const mode = found[index]?.mode
    return mode === undefined ? [] : [[one, mode & 0o777] as const]
  })
}

export async function readSqliteFacts(
  connection: SqlDriverAdapter,
  file: string,
  permissions: Permissions,
): Promise<SqliteFacts> {
  const [journalMode = ''] = await read('PRAGMA journal_mode')
  const damage = await read('PRAGMA quick_check(20)')
  return {
    kind: 'sqlite',
    journalMode,
    damage: damage.filter((line) => line !== 'ok'),
    permissions,
    fileSystem: process.platform === 'linux' ? (await statfs(file)).type : null,
  }

  async function read(statement: string): Promise<string[]> {
    const { rows } = await connection.queryRaw({ sql: statement, args: [], argTypes: [] })
    return rows.map(([value]) => String(value))
  }
}
