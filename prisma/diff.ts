import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
import {
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils'
import { createSchemaEngine, filters } from '../src/storage/schemaEngine.ts'

/** The databases that the gateway runs on, by the names that Prisma gives them. */
export type Database = 'sqlite' | 'postgresql'

/** The script that brings a database from one schema to another; null where there is nothing to do. */
export async function diff(database: Database, from: string, to: string): Promise<string | null> {
  const engine = await createSchemaEngine(adapters[database])
  try {
    const { exitCode, stdout } = await engine.diff({
      from: { tag: 'schemaDatamodel', files: [{ path: 'from.prisma', content: from }] },
      to: { tag: 'schemaDatamodel', files: [{ path: 'to.prisma', content: to }] },
      script: true,
      exitCode: true,
      filters,
    })
    return exitCode === 0 ? null : stdout
  } finally {
    engine.free()
  }
}

const nothing = () => Promise.reject(new Error('Two schemas are compared without a database.'))

// Comparing needs no server, but when the engine starts it asks for the schema's presence and the server's version.
const offline: SqlDriverAdapter = {
  provider: 'postgres',
  adapterName: 'offline',
  queryRaw: () =>
    Promise.resolve({
      columnNames: ['exists', 'version', 'numeric_version'],
      columnTypes: [ColumnTypeEnum.Boolean, ColumnTypeEnum.Text, ColumnTypeEnum.Int32],
      rows: [[true, 'PostgreSQL 18', 180_000]],
    }),
  executeRaw: nothing,
  executeScript: nothing,
  startTransaction: nothing,
  dispose: () => Promise.resolve(),
}

const adapters: Record<Database, SqlMigrationAwareDriverAdapterFactory> = {
  sqlite: new PrismaBetterSqlite3({ url: ':memory:' }),
  postgresql: {
    provider: offline.provider,
    adapterName: offline.adapterName,
    connect: () => Promise.resolve(offline),
    connectToShadowDb: nothing,
  },
}
