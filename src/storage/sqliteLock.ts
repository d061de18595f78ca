import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
import { isDriverAdapterError } from '@prisma/driver-adapter-utils'
import { Failure } from '../errors.ts'

/**
 * Claims a database file for one opener, and returns what gives it back. The claim is a transaction on a file beside
 * it that never ends: the operating system ends it with the process, and backups of the database are not in its way.
 */
export async function lockSqlite(file: string): Promise<() => Promise<void>> {
  const connection = await new PrismaBetterSqlite3({ url: `file:${file}.lock`, timeout: 0 }).connect()
  try {
    await connection.executeScript('BEGIN EXCLUSIVE')
  } catch (cause) {
    await connection.dispose()
    if (!isDriverAdapterError(cause) || cause.cause.kind !== 'SocketTimeout') throw cause
    throw new Failure('CONFIGURATION', inUse, { cause })
  }
  return () => connection.dispose()
}

const inUse = 'another gateway has it open, and only one may: stop it'

/** Whether a database could not be opened because another gateway has it open. */
export function isInUse({ message }: Failure): boolean {
  return message.endsWith(inUse)
}
