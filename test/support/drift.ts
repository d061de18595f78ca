import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
import { schemaFor } from '../../prisma/generate.ts'
import { createSchemaEngine, filters } from '../../src/storage/schemaEngine.ts'

/** How an SQLite file differs from the schema, read from its tables; empty where it does not. */
export async function driftOf(file: string): Promise<string> {
  const files = [{ path: 'schema.prisma', content: await schemaFor('sqlite') }]
  const engine = await createSchemaEngine(new PrismaBetterSqlite3({ url: `file:${file}` }))
  const { exitCode, stdout } = await engine.diff({
    from: { tag: 'schemaDatasource', files, configDir: '' },
    to: { tag: 'schemaDatamodel', files },
    script: false,
    exitCode: true,
    filters,
  })
  engine.free()
  return exitCode === 0 ? '' : String(stdout)
}
