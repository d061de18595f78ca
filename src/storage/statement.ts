import { empty, sqltag as sql, type Sql } from '@prisma/client/runtime/client'
import {
  ColumnTypeEnum,
  type ArgType,
  type ColumnType,
  type SqlDriverAdapter,
  type SqlQuery,
  type SqlResultSet,
} from '@prisma/driver-adapter-utils'

/** Stands in a statement for the text that it is given each time it is made. */
export const given = Symbol('given')

/** Makes a statement with the text that it is given, and gives its rows, as the client's `$queryRaw` does. */
export type Statement<Row> = (text: string) => Promise<Row[]>

/**
 * Puts a statement together, once, that is made again and again, at less than half of what `$queryRaw` costs: for those that
 * requests and starts wait for. Of its values, `given` is the text that comes each time, and functions are called each
 * time; all are texts, numbers, truth values or null.
 */
export type Prepare = <Row extends object>(statement: Sql) => Statement<Row>

/**
 * The same for one that reads what is small, as all rows may come in one text: what it selects, and what stands before
 * that. Whole numbers may come as either type.
 */
export type PrepareRead = <Row extends object>(select: Sql, before?: Sql) => Statement<Row>

/** The driver converts none of them. */
const asGiven: ArgType = { scalarType: 'string', arity: 'scalar' }

/**
 * Makes what prepares statements on an open connection. `textOf`: how its database writes them. `isForgiven`: whether one
 * that failed has done nothing, and is to be made once more.
 */
export function createPrepare(
  connection: SqlDriverAdapter,
  textOf: (sql: Sql) => string,
  isForgiven: (thrown: unknown) => boolean = () => false,
): Prepare {
  async function make(query: SqlQuery): Promise<SqlResultSet> {
    try {
      return await connection.queryRaw(query)
    } catch (thrown) {
      if (!isForgiven(thrown)) throw thrown
      return await connection.queryRaw(query)
    } finally {
      // Prisma keeps the last hundred queries for its debugging: what they were given is garbage sooner.
      query.args = []
    }
  }

  return function prepare<Row extends object>(prepared: Sql): Statement<Row> {
    const text = textOf(prepared)
    const { values } = prepared
    const argTypes = values.map(() => asGiven)

    return async function statement(taken) {
      const args = values.map((value) => valueOf(value, taken))
      const { columnNames, columnTypes, rows } = await make({ sql: text, args, argTypes })
      const columns = columnNames.map((name, place) => ({ name, out: conversions[columnTypes[place] ?? 0] }))
      return rows.map((found) => {
        const row: Record<string, unknown> = {}
        for (const [place, { name, out }] of columns.entries()) {
          const value = found[place]
          row[name] = out && value !== null ? out(value) : value
        }
        return row as Row
      })
    }
  }
}

function valueOf(value: unknown, taken: string): unknown {
  if (value === given) return taken
  return typeof value === 'function' ? (value as () => unknown)() : value
}

/** By type of the column, what its values are made into. */
const conversions: Partial<Record<ColumnType, (value: unknown) => unknown>> = {
  [ColumnTypeEnum.Boolean]: Boolean,
  [ColumnTypeEnum.Int64]: (value) => BigInt(value as string | number),
  [ColumnTypeEnum.Json]: (value) => JSON.parse(value as string) as unknown,
}

/** Reads rows column by column: for a database that gives them as they are. */
export function readByColumns(prepare: Prepare): PrepareRead {
  return (select, before = empty) => prepare(sql`${before}${select}`)
}

/** Reads rows as one text of JSON: for a database whose driver takes longer to take each column out of what it is sent. */
export function readAsJson(prepare: Prepare): PrepareRead {
  return (select, before = empty) => {
    const statement = prepare<{ readonly rows: string | null }>(
      sql`${before}SELECT json_agg("row")::text AS "rows" FROM (${select}) AS "row"`,
    )
    return (text) => statement(text).then(([row]) => JSON.parse(row?.rows ?? '[]') as never)
  }
}
