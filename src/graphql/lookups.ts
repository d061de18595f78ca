import { Failure } from '../errors.ts'

/**
 * Counts what one request looks for, in all its fields together: variables can make any field ask for very much, and
 * aliases any number of fields.
 */
export function createLookups() {
  const countNames = counter(100_000, 'names')
  const lists = new Map<string, Promise<unknown>>()
  return {
    /**
     * The users, roles or role mappings that are asked for, by names, or all of them where none are given. A list is read
     * once however many fields ask for it. @throws `TOO_LARGE` beyond 100,000 names
     */
    list<Item>(
      of: 'users' | 'roles' | 'roleMappings',
      given: readonly string[] | null | undefined,
      read: (names: readonly string[] | null) => Promise<Item[]>,
    ): Promise<Item[]> {
      const names = given ?? null
      countNames(names?.length ?? 0)
      const key = JSON.stringify([of, names])
      const list = (lists.get(key) as Promise<Item[]> | undefined) ?? read(names)
      lists.set(key, list)
      return list
    },
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
