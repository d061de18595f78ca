import { ColumnTypeEnum, type ColumnType, type SqlDriverAdapter } from '@prisma/driver-adapter-utils'
import { schemaFor } from '../../prisma/generate.ts'
import { createSchemaEngine, filters } from '../../src/storage/schemaEngine.ts'
import { adapterFor, databaseOf } from './dialects.ts'

/** How a database differs from the schema, read from its tables; empty where it does not. */
export async function driftOf(url: string): Promise<string> {
  const files = [{ path: 'schema.prisma', content: await schemaFor(databaseOf(url)) }]
  const connection = readable(await adapterFor(url).connect())
  const connect = () => Promise.resolve(connection)
  const { provider, adapterName } = connection
  const engine = await createSchemaEngine({ provider, adapterName, connect, connectToShadowDb: connect })
  try {
    const { exitCode, stdout } = await engine.diff({
      from: { tag: 'schemaDatasource', files, configDir: '' },
      to: { tag: 'schemaDatamodel', files },
      script: false,
      exitCode: true,
      filters,
    })
    return exitCode === 0 ? '' : String(stdout)
  } finally {
    engine.free()
    await connection.dispose()
  }
}

/** The adapter of PostgreSQL does not know the type of three columns that the engine reads in its catalogues. */
function readable(connection: SqlDriverAdapter): SqlDriverAdapter {
  const queryRaw = connection.queryRaw.bind(connection)
  connection.queryRaw = async (query) => {
    const sql = query.sql.replaceAll(/\bcon(str)?\.con(|fdel|fupd)type(?=,| AS)/g, '$&::text')
    const { columnNames, columnTypes, rows } = await queryRaw({ ...query, sql })
    const characters = ['constraint_type', 'confdeltype', 'confupdtype']
    const typeOf = (type: ColumnType, index: number) =>
      characters.includes(columnNames[index] ?? '') ? ColumnTypeEnum.Character : type
    return { columnNames, columnTypes: columnTypes.map(typeOf), rows }
  }
  return connection
}
