import { describe, expect, it } from 'vitest'
import { createLane } from '../../src/authentication/lane.ts'

/** A lane of waiters such as `a3`, the third of the source `a`. */
function lane(places: number) {
  const one = createLane<string>(places)
  const late = new Set<string>()
  const dropped: string[] = []
  const next = () =>
    one.next(
      (waiter) => late.has(waiter),
      (waiter) => dropped.push(waiter),
    )
  return {
    next,
    late,
    dropped,
    /** Adds so many of a source, and answers who has no place then. */
    add: (source: string, count: number) =>
      Array.from({ length: count }, (_, n) => one.add(source, `${source}${n + 1}`) ?? null),
    rest: () => Array.from({ length: places + 1 }, next).filter((waiter) => waiter !== undefined),
  }
}

const placed = (count: number) => Array<null>(count).fill(null)

describe('a lane', () => {
  it('has no next one where nobody waits', () => {
    expect(lane(8).next()).toBeUndefined()
  })

  it('lets its sources take turns, and of one source whoever came first', () => {
    const { add, rest } = lane(100)
    add('a', 4)
    add('b', 2)
    add('c', 1)
    expect(rest()).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4'])
  })

  it('lets a source that comes again wait for its turn', () => {
    const { add, next, rest } = lane(100)
    add('a', 1)
    add('b', 2)
    expect(next()).toBe('a1')
    add('a', 1)
    expect(rest()).toEqual(['b1', 'a1', 'b2'])
  })

  it('has a quarter of its places for one source, and takes none for what is refused', () => {
    const { add, next, rest } = lane(8)
    expect(add('a', 4)).toEqual([null, null, 'a3', 'a4'])
    next()
    expect(add('a', 2)).toEqual([null, 'a2'])
    expect(rest()).toEqual(['a2', 'a1'])
  })

  it('has one place for a source at least, and none where there are none', () => {
    expect(lane(2).add('a', 2)).toEqual([null, 'a2'])
    expect(lane(0).add('a', 1)).toEqual(['a1'])
  })

  it('gives a source that has few a place of the one that has most, the last, once all are taken', () => {
    const { add, rest } = lane(12)
    for (const source of ['a', 'b', 'c']) expect(add(source, 3)).toEqual(placed(3))
    expect(add('d', 3)).toEqual(placed(3))
    expect(add('e', 1)).toEqual(['a3'])
    expect(add('f', 3)).toEqual(['b3', 'c3', 'f3'])
    expect(rest()).toHaveLength(12)
  })

  it('is never held by those that flood it together: somebody else always gets in', () => {
    const { add } = lane(400)
    for (const source of ['a', 'b', 'c', 'd', 'e', 'f']) add(source, 400)
    for (let n = 0; n < 50; n++) expect(add(`user ${n}`, 1)).not.toEqual([`user ${n}1`])
  })

  it('drops all of a source that are late when its turn comes, and gives the turn to the first that is not', () => {
    const { add, next, late, dropped, rest } = lane(40)
    add('a', 6)
    add('b', 2)
    add('c', 1)
    for (const waiter of ['a1', 'a2', 'a4', 'b1', 'b2']) late.add(waiter)
    expect(next()).toBe('a3')
    expect(dropped).toEqual(['a1', 'a2'])
    expect(next()).toBe('c1')
    expect(dropped).toEqual(['a1', 'a2', 'b1', 'b2'])
    expect(rest()).toEqual(['a5', 'a6'])
  })

  it('has the places again of those that were dropped', () => {
    const { add, next, late } = lane(8)
    add('a', 2)
    add('b', 2)
    add('c', 2)
    add('d', 2)
    for (const waiter of ['a1', 'a2', 'b1', 'b2', 'c1', 'c2', 'd1', 'd2']) late.add(waiter)
    expect(next()).toBeUndefined()
    for (const source of ['e', 'f', 'g', 'h']) expect(add(source, 2)).toEqual(placed(2))
    expect(add('i', 1)).toEqual(['e2'])
  })

  it('says beforehand for whom there is room', () => {
    const lane = createLane<object>(8)
    for (let n = 0; n < 200; n++) {
      const source = `source ${(n * n) % 7}`
      const waiter = {}
      const hasRoom = lane.hasRoom(source)
      expect([n, lane.add(source, waiter) !== waiter]).toEqual([n, hasRoom])
      if (n % 5 === 0)
        lane.next(
          () => false,
          () => undefined,
        )
    }
  })

  it('refuses whoever comes where all have as much', () => {
    const { add } = lane(8)
    for (const source of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) expect(add(source, 1)).toEqual([null])
    expect(add('i', 1)).toEqual(['i1'])
    expect(add('a', 1)).toEqual(['a1'])
  })
})
