import { join, raw, sqltag as sql, type Sql } from '@prisma/client/runtime/client'
import type { Wording } from './client.ts'

/** In bytes. What takes more is large: it is read by itself, so that nobody waits for what is somebody else's. */
const mostTogether = raw('4096')

/** Columns as one text, a list in JSON of their texts; null where they are large. */
export function smallTexts({ storedSize, jsonTexts }: Wording, columns: readonly Sql[]): Sql {
  const sizes = columns.map((column) => sql`COALESCE(${storedSize(column)}, 0)`)
  return sql`CASE WHEN ${join(sizes, ' + ')} <= ${mostTogether} THEN ${jsonTexts(columns)} END`
}
