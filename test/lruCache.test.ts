import { expect, it } from 'vitest'
import { lruCache } from '../src/lruCache.ts'

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
