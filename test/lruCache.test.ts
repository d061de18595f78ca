import { expect, it } from 'vitest'
import { lruCache, lruCacheOfBytes } from '../src/lruCache.ts'

it('keeps so many, those that were asked for last', () => {
  const disposed: string[] = []
  const cache = lruCache<number>(3, { dispose: (_, key, reason) => disposed.push(`${key}: ${reason}`) })
  for (const [index, key] of ['a', 'b', 'c'].entries()) cache.set(key, index)
  expect(cache.get('a')).toBe(0)
  cache.set('d', 3)
  cache.set('e', 0)
  expect([...cache.keys()]).toEqual(['e', 'd', 'a'])
  expect(disposed).toEqual(['b: evict', 'c: evict'])
})

it('takes room for what is in it alone', () => {
  const before = process.memoryUsage().heapUsed
  const caches = Array.from({ length: 10 }, () => lruCache<number>(1_000_000))
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(8_000_000)
  expect(caches.map(({ size }) => size)).toEqual(caches.map(() => 0))
})

it('keeps no more than so many bytes either, nor what has more by itself', () => {
  const cache = lruCacheOfBytes<{ name: string }>(3, 100)
  const kept = () => ['a', 'b', 'c', 'd', 'e'].filter((key) => cache.get(key) !== undefined)
  for (const name of ['a', 'b', 'c', 'd']) cache.set(name, { name }, 10)
  expect(kept()).toEqual(['b', 'c', 'd'])
  cache.set('e', { name: 'e' }, 101)
  expect(kept()).toEqual(['b', 'c', 'd'])
  cache.set('b', { name: 'b' }, 60)
  expect(kept()).toEqual(['b', 'c', 'd'])
  cache.set('c', { name: 'c' }, 40)
  expect(kept()).toEqual(['c', 'd'])
  expect(cache.delete('d')).toBe(true)
  cache.clear()
  expect(cache.size()).toBe(0)
})

it('takes room for what is in it alone, however much it may have', () => {
  const before = process.memoryUsage().heapUsed
  const caches = Array.from({ length: 10 }, () => lruCacheOfBytes<object>(1_000_000, 100_000_000))
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(8_000_000)
  expect(caches.map(({ size }) => size())).toEqual(caches.map(() => 0))
})
