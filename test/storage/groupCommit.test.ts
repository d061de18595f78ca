import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createGroupCommit } from '../../src/storage/groupCommit.ts'

const times = (count: number) => Array.from({ length: count }, (_, n) => n)

/** Statements that the test ends, each of which answers what it was given times ten. */
function statements(most = 64) {
  const made: { items: readonly number[]; end: () => void; fail: (cause: Error) => void }[] = []
  const join = createGroupCommit<number, number>({
    most,
    statement(items) {
      const { promise, resolve, reject } = Promise.withResolvers<number[]>()
      made.push({ items, end: () => resolve(items.map((item) => item * 10)), fail: reject })
      return promise
    },
  })
  return {
    join,
    made,
    sizes: () => made.map(({ items }) => items.length),
    /** Ends the nth one. The next is under way then, if there is one. */
    end: async (n: number) => {
      made[n]?.end()
      await setImmediate()
    },
  }
}

describe('a statement that is made for many', () => {
  it('is made at once for who comes alone', async () => {
    const { join, made, end } = statements()
    for (const n of times(3)) {
      const answer = join(n)
      expect(made[n]?.items).toEqual([n])
      await end(n)
      expect(await answer).toBe(n * 10)
    }
  })

  it('is made for all who came while another was under way, never two at a time, and answers each', async () => {
    const { join, made, end, sizes } = statements()
    const answers = times(10).map((n) => join(n))
    expect(sizes()).toEqual([1])
    await end(0)
    expect(made[1]?.items).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
    await end(1)
    expect(await Promise.all(answers)).toEqual(times(10).map((n) => n * 10))
    expect(sizes()).toEqual([1, 9])
  })

  it('is made for so many at most, and the others come first in the next', async () => {
    const { join, end, sizes } = statements(4)
    const answers = times(11).map((n) => join(n))
    for (const n of times(4)) await end(n)
    expect(await Promise.all(answers)).toEqual(times(11).map((n) => n * 10))
    expect(sizes()).toEqual([1, 4, 4, 2])
  })

  it('fails for those it was made for, and for nobody else', async () => {
    const { join, made, end } = statements(2)
    const settled = Promise.allSettled(times(5).map((n) => join(n)))
    await end(0)
    made[1]?.fail(new Error('not now'))
    await setImmediate()
    await end(2)
    expect((await settled).map(({ status }) => status)).toEqual([
      ...['fulfilled', 'rejected', 'rejected'],
      ...['fulfilled', 'fulfilled'],
    ])
  })

  it('fails where it does not answer each', async () => {
    const join = createGroupCommit<number, number>({ most: 2, statement: () => Promise.resolve([]) })
    await expect(join(1)).rejects.toThrow('a statement has not answered each')
    await expect(join(2)).rejects.toThrow('a statement has not answered each')
  })

  it('may fail before it is under way', async () => {
    const join = createGroupCommit<number, number>({
      most: 2,
      statement() {
        throw new Error('no connection')
      },
    })
    await expect(Promise.all([join(1), join(2)])).rejects.toThrow('no connection')
  })
})
