import type { Sql } from '@prisma/client/runtime/client'
import type { Wording } from './client.ts'
import { createGroupCommit } from './groupCommit.ts'
import { smallTexts } from './smallTexts.ts'

interface Keyed {
  readonly key: string
  /** The texts of the columns that can be large, in a list; null: they were not read. */
  readonly texts: string | null
}

/**
 * Makes what finds the row with a key, many at once, and large ones by themselves. `read` gives the rows with the keys
 * in a list of JSON, each as `{ key }`, and their texts as it is told.
 */
export function createKeyedReads<Row extends Keyed>(
  wording: Wording,
  canBeLarge: readonly Sql[],
  read: (keys: string, texts: Sql) => Promise<readonly Row[]>,
): (key: string) => Promise<Row | null> {
  const small = smallTexts(wording, canBeLarge)
  const whole = wording.jsonTexts(canBeLarge)
  const readTogether = createGroupCommit<string, Row | null>({
    async statement(keys) {
      const rows = await read(listOf(new Set(keys)), small)
      const found = new Map(rows.map((row) => [row.key, row]))
      return keys.map((key) => found.get(key) ?? null)
    },
  })

  return async function find(key) {
    const row = await readTogether(key)
    if (row?.texts !== null) return row
    const [alone] = await read(listOf([key]), whole)
    return alone ?? null
  }
}

function listOf(keys: Iterable<string>): string {
  return JSON.stringify([...keys].map((key) => ({ key })))
}
