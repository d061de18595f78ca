import type { Sql } from '@prisma/client/runtime/client'
import type { Connected } from './client.ts'
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
 * Makes what finds the row with a key, many at once, and large ones by themselves. `select` is what reads the rows with
 * the keys in a list of JSON, each as `{ key }`, and their texts as it is told.
 */
export function createLargeReads<Row extends Keyed>(
  connected: Connected,
  canBeLarge: readonly Sql[],
  select: (texts: Sql) => Sql,
): (key: string) => Promise<Row | null> {
  const { prepare, prepareRead, jsonTexts } = connected
  const readSmall = prepareRead<Read<Row>>(select(smallTexts(connected, canBeLarge)))
  const readWhole = prepare<Read<Row>>(select(jsonTexts(canBeLarge)))
  const readTogether = createReadsByKey(
    async (keys) => new Map((await readSmall(keys)).map((row) => [row.key, row])),
  )

  return async function find(key) {
    const together = await readTogether(key)
    const row = together?.texts === null ? (await readWhole(listOf([key])))[0] : together
    return row ? (row as Row) : null
  }
}
