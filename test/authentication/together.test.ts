import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createTogether } from '../../src/authentication/together.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** What is done in this order, and who has gone on. */
function doneOnes(waiting: () => number) {
  const together = createTogether((many) => Math.max(25, many / 40), waiting)
  const gone: string[] = []
  const done = async (name: string) => {
    void together().then(() => gone.push(name))
    await vi.advanceTimersByTimeAsync(0)
  }
  return { gone, done }
}

describe('those who are done', () => {
  it('go on at once where nobody waits', async () => {
    const { gone, done } = doneOnes(() => 0)
    await done('a')
    expect(gone).toEqual(['a'])
  })

  it('go on together once they are as many as still wait', async () => {
    let waiting = 5
    const { gone, done } = doneOnes(() => waiting)
    for (const name of ['a', 'b']) {
      await done(name)
      waiting -= 1
    }
    expect(gone).toEqual([])
    await done('c')
    expect(gone).toEqual(['a', 'b', 'c'])
  })

  it('go on after so long as those who wait are many, and the next ones wait anew', async () => {
    let waiting = 1_000
    const { gone, done } = doneOnes(() => waiting)
    await done('a')
    await vi.advanceTimersByTimeAsync(24)
    await done('b')
    expect(gone).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(gone).toEqual(['a', 'b'])
    waiting = 4_000
    await done('c')
    waiting = 1_000
    await vi.advanceTimersByTimeAsync(99)
    expect(gone).toEqual(['a', 'b'])
    await vi.advanceTimersByTimeAsync(1)
    expect(gone).toEqual(['a', 'b', 'c'])
    expect(vi.getTimerCount()).toBe(0)
  })
})
