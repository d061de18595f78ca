import { createGroupCommit } from './groupCommit.ts'

/**
 * Makes what finds by a key, many at once and each key once. `read` takes the keys as a list of JSON, each as `{ key }`,
 * and gives what there is, by key.
 */
export function createReadsByKey<Found>(read: (keys: string) => Promise<ReadonlyMap<string, Found>>) {
  return createGroupCommit<string, Found | null>({
    async statement(keys) {
      const found = await read(listOf(new Set(keys)))
      return keys.map((key) => found.get(key) ?? null)
    },
  })
}

/** Keys as a list of JSON, each as `{ key }`. */
export function listOf(keys: Iterable<string>): string {
  return JSON.stringify([...keys].map((key) => ({ key })))
}
