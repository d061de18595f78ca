import { databaseErrorOf } from './databaseError.ts'

interface UnlessHeldParts<Item, Answer> {
  /** Makes one statement for all of them. Answers each, in their order. */
  statement: (items: readonly Item[]) => Promise<readonly Answer[]>
  /** The keys of the rows that one needs. */
  keysOf: (item: Item) => readonly string[]
  /** Which of them somebody holds. */
  heldOf: (keys: readonly string[]) => Promise<ReadonlySet<string>>
}

/** Source: PostgreSQL, Appendix A. */
const lockNotAvailable = '55P03'

/**
 * Makes a statement for many that does not fail for all of them where it has waited too long for a row: it is made again
 * for those that need no row that somebody holds. The others are answered with null.
 */
export function unlessHeld<Item, Answer>({ statement, keysOf, heldOf }: UnlessHeldParts<Item, Answer>) {
  return async function made(items: readonly Item[]): Promise<readonly (Answer | null)[]> {
    try {
      return await statement(items)
    } catch (thrown) {
      if (items.length === 1 || databaseErrorOf(thrown).code !== lockNotAvailable) throw thrown
    }
    const held = await heldOf(items.flatMap(keysOf))
    const isFree = (item: Item) => !keysOf(item).some((key) => held.has(key))
    const free = items.filter(isFree)
    const answers = (free.length > 0 ? await statement(free) : []).values()
    return items.map((item) => (isFree(item) ? (answers.next().value ?? null) : null))
  }
}
