import { cp } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
import { temporaryFolder } from '../support/temporaryFolder.ts'

/**
 * What SQLite finds wrong in a file: `ok` if nothing. It looks at a copy of its folder: the file and its WAL are for the
 * next gateway to find as the last one left them.
 */
export async function integrityOf(file: string): Promise<string> {
  const copy = await temporaryFolder()
  await cp(dirname(file), copy, { recursive: true })
  const connection = await new PrismaBetterSqlite3({ url: `file:${join(copy, basename(file))}` }).connect()
  const { rows } = await connection.queryRaw({ sql: 'PRAGMA integrity_check', args: [], argTypes: [] })
  await connection.dispose()
  return rows.flat().join('\n')
}
