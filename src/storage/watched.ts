import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils'

/** Sees a statement be made. */
export type WatchStatement = <T>(kind: 'read' | 'write', statement: () => Promise<T>) => Promise<T>

/** Has every statement on a connection seen. */
export function watched(connection: SqlDriverAdapter, watch: WatchStatement | undefined): SqlDriverAdapter {
  if (!watch) return connection
  const queryRaw = connection.queryRaw.bind(connection)
  const executeRaw = connection.executeRaw.bind(connection)
  connection.queryRaw = (query) => watch(writes.test(query.sql) ? 'write' : 'read', () => queryRaw(query))
  connection.executeRaw = (query) => watch('write', () => executeRaw(query))
  return connection
}

/** Our statements, and Prisma's, have their keywords in capitals; no value stands in a text. */
const writes = /\b(?:INSERT INTO|UPDATE|DELETE FROM) /
