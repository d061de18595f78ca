import type { Sql } from '@prisma/client/runtime/client'
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils'
import type { PrismaClient } from '../../prisma/generated/sqlite/client.ts'
import type { JsonRows } from './jsonRows.ts'
import type { given, Prepare, PrepareRead } from './statement.ts'

/** The client of either database. They come from one schema, and differ in types that nothing here uses. */
export type Client = PrismaClient

/** How a client is made on a connection that is open already, which `closeClient` closes. */
export function clientOptions(connection: SqlDriverAdapter) {
  const { provider, adapterName } = connection
  const dispose = connection.dispose.bind(connection)
  let disposed: Promise<void> | undefined
  // By the client, and by whoever has made it.
  connection.dispose = () => (disposed ??= dispose())
  return {
    // Without the statement that failed, which can hold what must not be logged.
    errorFormat: 'minimal',
    adapter: { provider, adapterName, connect: () => Promise.resolve(connection) },
  } as const
}

/** Ends a client, and its connection: one that was never used does not let go of it. */
export async function closeClient(
  client: Pick<Client, '$disconnect'>,
  connection: SqlDriverAdapter,
): Promise<void> {
  await client.$disconnect()
  await connection.dispose()
}

/** An open database as the repositories use it: its client, and what its SQL says in its own way. */
export interface Connected extends Wording {
  readonly client: Client
  readonly prepare: Prepare
  readonly prepareRead: PrepareRead
}

/** What the SQL of a kind of database says in its own way. */
export interface Wording {
  /** Its clock, in epoch milliseconds. */
  readonly now: () => Sql
  /** The same in a statement that is prepared: it is read each time. */
  readonly clock: Sql
  readonly rows: JsonRows
  /** JSON text as the value of a column. */
  readonly json: (text: string | typeof given) => Sql
  /** How many bytes a column takes, found without reading it; too many where it is compressed. */
  readonly storedSize: (column: Sql) => Sql
  /** Columns in a list of JSON, as text, each of them as text or null. */
  readonly jsonTexts: (columns: readonly Sql[]) => Sql
  /** Whether a statement that reads can write, too: `WITH … AS (INSERT …)`. */
  readonly writesInReads: boolean
  /** Ends a SELECT whose rows must not change before the statement is done. */
  readonly forShare: Sql
  /** The same, where rows that somebody else is changing are taken for none: nobody waits. */
  readonly forShareUnlessLocked: Sql
  /** Ends a SELECT of rows that the statement will change. */
  readonly forUpdate: Sql
  readonly forUpdateUnlessLocked: Sql
  /**
   * Joins, to each of the rows before it, those of a table that meet a condition: found by an index, however many the
   * database believes there are.
   */
  readonly joined: (kind: 'JOIN' | 'LEFT JOIN', table: string, condition: Sql) => Sql
}
