import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils'
import { LRUCache } from 'lru-cache'

/** A statement that better-sqlite3 has prepared. */
interface Prepared {
  readonly reader: boolean
  run(values: unknown[]): unknown
  columns(): unknown
  raw(): { all(values: unknown[]): unknown }
}

/** Prisma's adapter, as it is: what it says of itself leaves out the connection. */
type Adapter = SqlDriverAdapter & { readonly client: { prepare(text: string): unknown } }

/** Of all texts that are kept prepared, and of one, in characters: a list of values makes its text long, and seldom comes again. */
const mostKept = { ofAll: 100_000, ofOne: 4_000 }

/** One that is kept, with what its columns are, once that was asked. */
interface Kept {
  readonly statement: Prepared
  columns?: unknown
}

/**
 * Has SQLite prepare each text of a statement once for a connection, and say once what its columns are. Left alone, the
 * adapter has it do both every time, which takes longer than most statements themselves. Tables stay as they are while a
 * database is open.
 */
export function preparedOnce(connection: SqlDriverAdapter): SqlDriverAdapter {
  const { client } = connection as Adapter
  const prepare = client.prepare.bind(client) as (text: string) => Prepared
  const kept = new LRUCache<string, Kept>({
    maxSize: mostKept.ofAll,
    maxEntrySize: mostKept.ofOne,
    sizeCalculation: (_, text) => text.length,
  })
  client.prepare = (text) => {
    let known = kept.get(text)
    if (!known) kept.set(text, (known = { statement: prepare(text) }))
    return withValues(known)
  }
  return connection
}

/** As the adapter uses it. Bound to the statement itself, values would stay with it for good. */
function withValues(known: Kept, values: unknown[] = []) {
  const { statement } = known
  return {
    reader: statement.reader,
    bind: (given: unknown[]) => withValues(known, given),
    run: () => statement.run(values),
    columns: () => (known.columns ??= statement.columns()),
    raw: () => ({ all: () => statement.raw().all(values) }),
  }
}
