import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils'

/** Sees a statement be made. */
export type WatchStatement = <T>(kind: 'read' | 'write', statement: () => Promise<T>) => Promise<T>

/** Has every statement on a connection seen. */
export function watched(connection: SqlDriverAdapter, watch: WatchStatement | undefined): SqlDriverAdapter {
  if (!watch) return connection
  const queryRaw = connection.queryRaw.bind(connection)
  const executeRaw = connection.executeRaw.bind(connection)
  connection.queryRaw = (query) => watch(kindOf(query.sql), () => queryRaw(query))
  connection.executeRaw = (query) => watch('write', () => executeRaw(query))
  return connection
}

/** Statements have their keywords in capitals. What begins with `WITH` can write further on, and the functions that count attempts do. */
function kindOf(text: string): 'read' | 'write' {
  return reads.test(text) && !(text.trimStart().startsWith('WITH') && writes.test(text)) ? 'read' : 'write'
}

const reads = /^\s*(?:SELECT(?! (?:"counting" FROM )?"(?:take|settle)_attempts")|PRAGMA|WITH)/
const writes = /\b(?:INSERT INTO|UPDATE|DELETE FROM) /
