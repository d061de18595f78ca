import { chown, open, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
import { isDriverAdapterError, type SqlDriverAdapter } from '@prisma/driver-adapter-utils'
import { Failure } from '../errors.ts'

/**
 * Claims a database file for one opener, and returns what gives it back. The claim is a transaction on a file beside
 * it that never ends: the operating system ends it with the process, and backups of the database are not in its way.
 */
export async function lockSqlite(file: string): Promise<() => Promise<void>> {
  const claim = `${file}.lock`
  let connection: SqlDriverAdapter | undefined
  try {
    connection = await new PrismaBetterSqlite3({ url: `file:${claim}`, timeout: 0 }).connect()
    // BEGIN EXCLUSIVE alone succeeds on a file that may only be read, and locks nothing.
    await connection.executeScript('BEGIN EXCLUSIVE; PRAGMA user_version = 0')
    await giveToOwnerOf(file, claim)
    return connection.dispose.bind(connection)
  } catch (cause) {
    await connection?.dispose()
    if (isDriverAdapterError(cause) && cause.cause.kind === 'SocketTimeout')
      throw new Failure('CONFIGURATION', inUse, { cause })
    if (await isForbidden(claim)) {
      const reason = `${basename(claim)} may not be written: it has to belong to whoever runs the gateway`
      throw new Failure('CONFIGURATION', reason, { cause })
    }
    throw cause
  }
}

/** Whether it is the file's own permissions that keep it from being written, rather than its folder, or where that is mounted. */
async function isForbidden(file: string): Promise<boolean> {
  try {
    await (await open(file, 'r+')).close()
    return false
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EACCES'
  }
}

/**
 * What an administrator has run must not keep the gateway out afterwards. SQLite does so with the files that it makes, and goes on
 * where it may not, as in a container without that capability.
 */
async function giveToOwnerOf(file: string, claim: string): Promise<void> {
  if (process.geteuid?.() !== 0) return
  const database = await stat(file).catch(() => null)
  if (database) await chown(claim, database.uid, database.gid).catch(() => undefined)
}

const inUse = 'another gateway has it open, and only one may: stop it'

/** Whether a database could not be opened because another gateway has it open. */
export function isInUse({ message }: Failure): boolean {
  return message.endsWith(inUse)
}
