import { Failure } from '../errors.ts'

/**
 * Counts what one request looks for, in all its fields together: variables can make any field ask for very much, and
 * aliases any number of fields.
 */
export function createLookups() {
  const lists = new Map<string, Promise<unknown>>()
  return {
    /** The list that is asked for, which is read once however many fields ask for it; null: of all. */
    list<Item>(of: string, names: readonly string[] | null, read: () => Promise<Item[]>): Promise<Item[]> {
      const key = JSON.stringify([of, names])
      const list = (lists.get(key) as Promise<Item[]> | undefined) ?? read()
      lists.set(key, list)
      return list
    },
    /** Counts names of users, roles and role mappings. @throws `TOO_LARGE` beyond 100,000 */
    names: counter(100_000, 'names'),
    /** Counts profiles, and once more each whose data are read. @throws `TOO_LARGE` beyond 2,500 */
    profiles: counter(2_500, 'profiles and their data'),
  }
}

export type Lookups = ReturnType<typeof createLookups>

function counter(most: number, what: string): (more: number) => void {
  let count = 0
  return (more) => {
    count += more
    if (count > most) throw new Failure('TOO_LARGE', `a request can ask for at most ${most} ${what}`)
  }
}
