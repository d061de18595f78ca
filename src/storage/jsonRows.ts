import { join, raw, sqltag as sql, type Sql } from '@prisma/client/runtime/client'
import type { given } from './statement.ts'

/** The types that a column can have, in either database. */
export type ColumnType = 'text' | 'boolean' | 'bigint' | 'integer' | 'json'

/**
 * Rows as a table in a statement: `"rows"`, in which they have the order of their `"position"`. The text, or the
 * one that a prepared statement is given, is the JSON of a list of objects with a member for each column.
 */
export type JsonRows = (text: string | typeof given, columns: Readonly<Record<string, ColumnType>>) => Sql

export const sqliteRows: JsonRows = (text, columns) => {
  const selected = Object.entries(columns).map(([name, type]) =>
    raw(`"value" ${type === 'json' ? '->' : '->>'} '$.${name}' AS "${name}"`),
  )
  return sql`(SELECT "key" AS "position", ${join(selected)} FROM json_each(${text})) AS "rows"`
}

export const postgresqlRows: JsonRows = (text, columns) => {
  const names = raw(
    Object.keys(columns)
      .map((name) => `"${name}"`)
      .join(),
  )
  const typed = Object.entries(columns).map(([name, type]) => `"${name}" ${type === 'json' ? 'jsonb' : type}`)
  return sql`ROWS FROM (json_to_recordset(${text}::json) AS (${raw(typed.join())}))
    WITH ORDINALITY AS "rows" (${names}, "position")`
}
