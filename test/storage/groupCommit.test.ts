import { setImmediate, setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createGroupCommit } from '../../src/storage/groupCommit.ts'

const times = (count: number) => Array.from({ length: count }, (_, n) => n)

/** As long as a statement waits for others at most. */
async function gathered(): Promise<void> {
  for (let turn = 0; turn <= 4; turn += 1) await setImmediate()
}

/** Statements that the test ends, each of which answers what it was given times ten. */
function statements(parts: { keyOf?: (item: number) => string; sizeOf?: (item: number) => number } = {}) {
  const made: { items: readonly number[]; end: () => void; fail: (cause: Error) => void }[] = []
  const join = createGroupCommit<number, number>({
    ...parts,
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
      await gathered()
    },
  }
}

describe('a statement that is made for many', () => {
  it('is made in the same turn for who comes alone', async () => {
    const { join, made, end } = statements()
    for (const n of times(3)) {
      const answer = join(n)
      await setImmediate()
      expect(made[n]?.items).toEqual([n])
      await end(n)
      expect(await answer).toBe(n * 10)
    }
  })

  it('is made for all who came in one turn, and then for all who came while it was under way, and answers each', async () => {
    const { join, made, end, sizes } = statements()
    const first = times(3).map((n) => join(n))
    await gathered()
    expect(made[0]?.items).toEqual([0, 1, 2])
    const others = times(10).map((n) => join(n))
    await gathered()
    expect(sizes()).toEqual([3])
    await end(0)
    expect(made[1]?.items).toEqual(times(10))
    await end(1)
    expect(await Promise.all([...first, ...others])).toEqual([...times(3), ...times(10)].map((n) => n * 10))
  })

  it('waits for others as long as each turn brings some, and for four turns at most', async () => {
    const { join, made, end } = statements()
    const answers: Promise<number>[] = []
    for (const n of times(7)) {
      const turn = setImmediate()
      answers.push(join(n))
      await turn
    }
    expect(made.map(({ items }) => items)).toEqual([[0, 1, 2, 3, 4]])
    for (const n of times(2)) await end(n)
    expect(await Promise.all(answers)).toEqual(times(7).map((n) => n * 10))
  })

  it('is made for so many at most, and the others come first in the next', async () => {
    const { join, end, sizes } = statements()
    const answers = times(150).map((n) => join(n))
    await gathered()
    for (const n of times(3)) await end(n)
    expect(await Promise.all(answers)).toEqual(times(150).map((n) => n * 10))
    expect(sizes()).toEqual([64, 64, 22])
  })

  it('has so many characters at most, and what has more a statement of its own', async () => {
    const { join, made, end } = statements({ sizeOf: (item) => item * 1_000 })
    const answers = [100, 100, 100, 300, 1].map((n) => join(n))
    await gathered()
    for (const n of times(4)) await end(n)
    await Promise.all(answers)
    expect(made.map(({ items }) => items)).toEqual([[100, 100], [100], [300], [1]])
  })

  it('has no two with one key: the later one comes in the next', async () => {
    const { join, made, end } = statements({ keyOf: (item) => String(item % 3) })
    const answers = [0, 1, 3, 2, 6, 4].map((n) => join(n))
    await gathered()
    for (const n of times(3)) await end(n)
    await Promise.all(answers)
    expect(made.map(({ items }) => items)).toEqual([[0, 1, 2], [3, 4], [6]])
  })

  it('is waited for no longer than a moment: the next are made beside it, but few', async () => {
    const { join, made, sizes, end } = statements()
    const answers = [join(0)]
    await gathered()
    for (let n = 1; n <= 6; n += 1) {
      answers.push(join(n))
      await setTimeout(250)
    }
    expect(sizes()).toEqual([1, 1, 1, 1])
    made.forEach(({ end: endIt }) => {
      endIt()
    })
    await gathered()
    expect(made.at(-1)?.items).toEqual([4, 5, 6])
    await end(4)
    expect(await Promise.all(answers)).toEqual(times(7).map((n) => n * 10))
  })

  it('is made again in halves where it fails, until what fails is alone', async () => {
    const made: (readonly number[])[] = []
    const join = createGroupCommit<number, number>({
      statement(items) {
        made.push(items)
        if (items.includes(5)) throw new Error('not this one')
        return Promise.resolve(items.map((item) => item * 10))
      },
    })
    const settled = await Promise.allSettled(times(8).map((n) => join(n)))
    const failed = settled.flatMap(({ status }, n) => (status === 'rejected' ? [n] : []))
    expect(failed).toEqual([5])
    expect(made).toEqual([times(8), [0, 1, 2, 3], [4, 5, 6, 7], [4, 5], [4], [5], [6, 7]])
  })

  it('fails at once for all it was made for where the database cannot make it now, and for nobody else', async () => {
    const { join, made, end, sizes } = statements()
    const settled = Promise.allSettled(times(70).map((n) => join(n)))
    await gathered()
    made[0]?.fail(Object.assign(new Error('not now'), { code: '57P01' }))
    await gathered()
    await end(1)
    const failed = (await settled).filter(({ status }) => status === 'rejected')
    expect([failed.length, sizes()]).toEqual([64, [64, 6]])
  })

  it('fails then for those who wait behind them with their keys, too, and for nobody else', async () => {
    const { join, made, end } = statements({ keyOf: (item) => String(item % 10) })
    const first = [0, 10, 20].map((n) => join(n))
    await gathered()
    await end(0)
    const settled = Promise.allSettled([...first, ...[1, 30, 2].map((n) => join(n))])
    made[1]?.fail(Object.assign(new Error('not now'), { code: '57014' }))
    await gathered()
    await end(2)
    const answered = (await settled).flatMap(({ status }, n) => (status === 'fulfilled' ? [n] : []))
    expect(made.map(({ items }) => items)).toEqual([[0], [10], [1, 2]])
    expect(answered).toEqual([0, 3, 5])
  })

  it('fails where it does not answer each', async () => {
    const join = createGroupCommit<number, number>({ statement: () => Promise.resolve([]) })
    await expect(join(1)).rejects.toThrow('a statement has not answered each')
    await expect(join(2)).rejects.toThrow('a statement has not answered each')
  })
})
