import { raw, sqltag as sql } from '@prisma/client/runtime/client'
import type { Client } from './client.ts'

/** The database as it is at one moment. */
export interface OpenSnapshot {
  readonly client: SnapshotClient
  /** The keys of a table, some hundred at a time, byte by byte in order. */
  readonly keys: (table: string, key: string) => AsyncIterable<string[]>
}

export type SnapshotClient = Pick<Client, '$queryRaw' | 'user' | 'role' | 'roleMapping' | 'profile'>

export type TakeSnapshot = <T>(read: (snapshot: OpenSnapshot) => Promise<T>) => Promise<T>

const page = 500

/** Nobody else has it open: it does not change. */
export function sqliteSnapshot(client: Client): TakeSnapshot {
  return (read) => read({ client, keys })

  async function* keys(table: string, key: string): AsyncGenerator<string[]> {
    const [from, column] = [raw(`"${table}"`), raw(`"${key}"`)]
    for (let last = ''; ;) {
      const rows = await client.$queryRaw<KeyRow[]>`
        SELECT ${column} AS "key" FROM ${from} WHERE ${column} > ${last} ORDER BY ${column} LIMIT ${page}`
      if (rows.length > 0) yield rows.map((row) => row.key)
      if (rows.length < page) return
      last = rows.at(-1)?.key ?? ''
    }
  }
}

/**
 * One transaction. The order is not the one of its indexes, which depends on the language that the database was made
 * for: it sorts the keys alone, once.
 */
export function postgresqlSnapshot(client: Client): TakeSnapshot {
  return (read) =>
    client.$transaction(
      async (transaction) => {
        await transaction.$executeRaw`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY`
        return read({ client: transaction, keys })

        async function* keys(table: string, key: string): AsyncGenerator<string[]> {
          const [from, column] = [raw(`"${table}"`), raw(`"${key}"`)]
          await transaction.$executeRaw`
            DECLARE "keys" NO SCROLL CURSOR FOR SELECT ${column} AS "key" FROM ${from} ORDER BY ${column} COLLATE "C"`
          for (;;) {
            const rows = await transaction.$queryRaw<KeyRow[]>(sql`FETCH ${raw(String(page))} FROM "keys"`)
            if (rows.length > 0) yield rows.map((row) => row.key)
            if (rows.length < page) break
          }
          await transaction.$executeRaw`CLOSE "keys"`
        }
      },
      { maxWait: 10_000, timeout: longest },
    )
}

interface KeyRow {
  readonly key: string
}

/** As long as a timer can wait, in milliseconds. */
const longest = 2 ** 31 - 1
