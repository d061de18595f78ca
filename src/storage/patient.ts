import { setTimeout } from 'node:timers/promises'
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils'
import { databaseErrorOf } from './databaseError.ts'

/** How long a statement waits for another program that keeps the database locked, in milliseconds. */
const patience = 5_000

/** How often it is looked whether the database is locked still, and after how long each tries by itself, in milliseconds. */
const [pause, longestPause] = [20, 250]

/**
 * Has each statement on a connection to SQLite wait until the database is not locked any more, while everything else
 * goes on: SQLite itself would have the whole process wait.
 */
export async function patient(connection: SqlDriverAdapter): Promise<SqlDriverAdapter> {
  await connection.executeScript('PRAGMA busy_timeout = 0')
  const queryRaw = connection.queryRaw.bind(connection)
  const executeRaw = connection.executeRaw.bind(connection)
  connection.queryRaw = (query) => unlocked(() => queryRaw(query))
  connection.executeRaw = (query) => unlocked(() => executeRaw(query))
  let looking: Promise<void> | undefined
  return connection

  async function unlocked<T>(statement: () => Promise<T>): Promise<T> {
    const begun = performance.now()
    for (;;) {
      try {
        return await statement()
      } catch (thrown) {
        const isLocked = databaseErrorOf(thrown).code.startsWith('SQLITE_BUSY')
        if (!isLocked || performance.now() - begun > patience) throw thrown
      }
      // One look for all who wait.
      await (looking ??= untilUnlocked().finally(() => (looking = undefined)))
    }
  }

  async function untilUnlocked(): Promise<void> {
    for (let waited = 0; waited < longestPause; waited += pause) {
      await setTimeout(pause)
      try {
        await connection.executeScript('BEGIN IMMEDIATE; ROLLBACK')
        return
      } catch {
        // Whoever waits learns it when its time is over.
      }
    }
  }
}
