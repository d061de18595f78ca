import { LRUCache } from 'lru-cache'

type Options<V extends object | number> = Pick<LRUCache.OptionsBase<string, V, unknown>, 'dispose'>

/**
 * A cache of at most `most` entries, by text, that grows as it fills. With `max`, an `LRUCache` would allocate all of it at
 * once: for 100,000 entries 2.8 MB, and 8 ms of a start.
 */
export function lruCache<V extends object | number>(most: number, options?: Options<V>): LRUCache<string, V> {
  return new LRUCache({ maxSize: most, sizeCalculation: () => 1, ...options })
}

/**
 * The same, also bounded by the bytes of all entries together, each of which says its own. One that has more than all may
 * have is not kept.
 */
export function lruCacheOfBytes<V extends object>(most: number, mostBytes: number) {
  const cache = new LRUCache<string, V>({ maxSize: mostBytes })
  return {
    get: (key: string): V | undefined => cache.get(key),
    set(key: string, value: V, bytes: number): void {
      if (bytes <= mostBytes && cache.size >= most && !cache.has(key)) cache.pop()
      cache.set(key, value, { size: bytes })
    },
    delete: (key: string): boolean => cache.delete(key),
    clear: (): void => {
      cache.clear()
    },
    size: () => cache.size,
  }
}
