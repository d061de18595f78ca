import type { Sql } from '@prisma/client/runtime/client'
import {
  ColumnTypeEnum,
  type ArgType,
  type ColumnType,
  type SqlDriverAdapter,
} from '@prisma/driver-adapter-utils'

/**
 * Makes one statement and gives its rows, as the client's `$queryRaw` does, at half of its cost: for statements that
 * requests wait for. Values are texts, numbers, truth values and null.
 */
export type Statement = <Row extends object>(sql: Sql) => Promise<Row[]>

/** The driver converts none of them. */
const asGiven: ArgType = { scalarType: 'string', arity: 'scalar' }

/**
 * Makes statements on an open connection. `textOf`: how its database writes them. `isForgiven`: whether one that failed
 * has done nothing, and is to be made once more.
 */
export function createStatement(
  connection: SqlDriverAdapter,
  textOf: (sql: Sql) => string,
  isForgiven: (thrown: unknown) => boolean = () => false,
): Statement {
  return async function statement<Row extends object>(sql: Sql): Promise<Row[]> {
    const { values: args } = sql
    const query = { sql: textOf(sql), args, argTypes: args.map(() => asGiven) }
    const { columnNames, columnTypes, rows } = await connection.queryRaw(query).catch((thrown: unknown) => {
      if (!isForgiven(thrown)) throw thrown
      return connection.queryRaw(query)
    })
    const columns = columnNames.map((name, place) => ({ name, out: conversions[columnTypes[place] ?? 0] }))
    return rows.map((values) => {
      const row: Record<string, unknown> = {}
      for (const [place, { name, out }] of columns.entries()) {
        const value = values[place]
        row[name] = out && value !== null ? out(value) : value
      }
      return row as Row
    })
  }
}

/** By type of the column, what its values are made into. */
const conversions: Partial<Record<ColumnType, (value: unknown) => unknown>> = {
  [ColumnTypeEnum.Boolean]: Boolean,
  [ColumnTypeEnum.Int64]: (value) => BigInt(value as string | number),
  [ColumnTypeEnum.Json]: (value) => JSON.parse(value as string) as unknown,
}
