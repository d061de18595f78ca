import { join, raw, sqltag as sql, type Sql } from '@prisma/client/runtime/client'
import type { Wording } from './client.ts'

/** In bytes. What takes more is large: it is read by itself, so that nobody waits for what is somebody else's. */
const mostTogether = raw('4096')

/** Columns as one text, a list in JSON of their texts; null where they are large. */
export function smallTexts(wording: Wording, columns: readonly Sql[]): Sql {
  return sql`CASE WHEN ${sizeOf(wording, columns)} <= ${mostTogether} THEN ${wording.jsonTexts(columns)} END`
}

/** How many bytes columns take together, as `storedSize`. */
export function sizeOf({ storedSize }: Pick<Wording, 'storedSize'>, columns: readonly Sql[]): Sql {
  return join(
    columns.map((column) => sql`COALESCE(${storedSize(column)}, 0)`),
    ' + ',
  )
}
