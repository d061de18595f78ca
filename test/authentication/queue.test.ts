import { describe, expect, it } from 'vitest'
import { createQueue } from '../../src/authentication/queue.ts'

/** A task that the test ends, and what the queue answers for it. */
function task(enqueue: ReturnType<typeof createQueue>, started: number[], name: number) {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const answer = enqueue(() => {
    started.push(name)
    return promise
  })
  answer.catch(() => undefined)
  return { answer, end: () => resolve(name), fail: (error: Error) => reject(error) }
}

const full = 'too many, try again later'
const many = (count: number) => Array.from({ length: count }, (_, index) => index)

describe('a queue', () => {
  it('answers what the task answers', async () => {
    const enqueue = createQueue({ running: 1, waiting: 0, full })
    expect(await enqueue(() => Promise.resolve('done'))).toBe('done')
  })

  it('runs as many tasks at once as it has places, and no more', async () => {
    const enqueue = createQueue({ running: 3, waiting: 10, full })
    const started: number[] = []
    const tasks = many(8).map((name) => task(enqueue, started, name))
    await settled()
    expect(started).toEqual([0, 1, 2])
    for (const [index, { end, answer }] of tasks.entries()) {
      end()
      await answer
      await settled()
      expect(started).toHaveLength(Math.min(8, 3 + index + 1))
    }
  })

  it('takes those who wait in the order in which they came, whoever ends first', async () => {
    const enqueue = createQueue({ running: 2, waiting: 10, full })
    const started: number[] = []
    const tasks = many(6).map((name) => task(enqueue, started, name))
    for (const name of [1, 2, 0, 3, 5, 4]) {
      tasks[name]?.end()
      await settled()
    }
    expect(await Promise.all(tasks.map(({ answer }) => answer))).toEqual(many(6))
    expect(started).toEqual(many(6))
  })

  it('refuses at once as UNAVAILABLE whoever comes when all places to wait are taken', async () => {
    const enqueue = createQueue({ running: 1, waiting: 2, full })
    const started: number[] = []
    const tasks = many(5).map((name) => task(enqueue, started, name))
    for (const { answer } of tasks.slice(3)) {
      await expect(answer).rejects.toMatchObject({ code: 'UNAVAILABLE', status: 503 })
    }
    for (const { end } of tasks) end()
    expect(await Promise.all(tasks.slice(0, 3).map(({ answer }) => answer))).toEqual([0, 1, 2])
    expect(started).toEqual([0, 1, 2])
  })

  it('takes tasks again once it has refused some', async () => {
    const enqueue = createQueue({ running: 1, waiting: 0, full })
    const first = task(enqueue, [], 1)
    await expect(enqueue(() => Promise.resolve(2))).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    first.end()
    await first.answer
    expect(await enqueue(() => Promise.resolve(3))).toBe(3)
  })

  it('has its place back when a task fails, in whichever way', async () => {
    const enqueue = createQueue({ running: 1, waiting: 1, full })
    const failure = new Error('broken')
    const failing = task(enqueue, [], 0)
    const next = enqueue(() => Promise.resolve('next'))
    failing.fail(failure)
    await expect(failing.answer).rejects.toBe(failure)
    expect(await next).toBe('next')
    const throwing = () => {
      throw failure
    }
    await expect(enqueue(throwing)).rejects.toBe(failure)
    expect(await enqueue(() => Promise.resolve('again'))).toBe('again')
  })

  it('keeps all its places, and gives no more, after thousands of tasks', async () => {
    const enqueue = createQueue({ running: 4, waiting: 5_000, full })
    let [now, most] = [0, 0]
    await Promise.all(
      many(5_000).map((name) =>
        enqueue(async () => {
          most = Math.max(most, ++now)
          await Promise.resolve()
          now--
          if (name % 7 === 0) throw new Error('broken')
        }).catch(() => undefined),
      ),
    )
    expect(most).toBe(4)
    const started: number[] = []
    const tasks = many(6).map((name) => task(enqueue, started, name))
    await settled()
    expect(started).toEqual([0, 1, 2, 3])
    for (const { end } of tasks) end()
    await Promise.all(tasks.map(({ answer }) => answer))
  })
})

/** Lets everything happen that can happen without the tests ending a task. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
