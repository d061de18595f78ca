import type { Sql } from '@prisma/client/runtime/client'
import type { Wording } from './client.ts'
import { createReadsByKey, listOf } from './readsByKey.ts'
import { smallTexts } from './smallTexts.ts'

interface Keyed {
  readonly key: string
  /** The texts of the columns that can be large, in a list of JSON. */
  readonly texts: string
}

/** As it is read; null: its texts were not. */
type Read<Row extends Keyed> = Omit<Row, 'texts'> & { readonly texts: string | null }

/**
 * Makes what finds the row with a key, many at once, and large ones by themselves. `read` gives the rows with the keys
 * in a list of JSON, each as `{ key }`, and their texts as it is told.
 */
export function createLargeReads<Row extends Keyed>(
  wording: Wording,
  canBeLarge: readonly Sql[],
  read: (keys: string, texts: Sql) => Promise<readonly Read<Row>[]>,
): (key: string) => Promise<Row | null> {
  const small = smallTexts(wording, canBeLarge)
  const whole = wording.jsonTexts(canBeLarge)
  const readTogether = createReadsByKey(
    async (keys) => new Map((await read(keys, small)).map((row) => [row.key, row])),
  )

  return async function find(key) {
    const together = await readTogether(key)
    const row = together?.texts === null ? (await read(listOf([key]), whole))[0] : together
    return row ? (row as Row) : null
  }
}
