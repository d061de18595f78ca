import { describe, expect, it } from 'vitest'
import { createQueue } from '../../src/authentication/queue.ts'
import type { Source } from '../../src/authentication/source.ts'

const full = 'too many, try again later'
const many = (count: number) => Array.from({ length: count }, (_, index) => index)

const caller = (key = 'a'): Source => ({ lane: 'callers', key })
const grant = (key = 'a'): Source => ({ lane: 'grants', key })
const never = () => false

interface Parts {
  running?: number
  waiting?: number
  togetherWithin?: () => number
}

/** A queue, and what is known of its tasks. */
function queue({ running = 1, waiting = 100, ...others }: Parts = {}) {
  const reports: (Source | null)[] = []
  const report = (refused: Source | null) => reports.push(refused)
  const enqueue = createQueue({ running, waiting, full, report, ...others })
  const started: string[] = []
  return {
    enqueue,
    reports,
    started,
    /** A task that the test ends, and what the queue answers for it. */
    task: (name: string, source: Source = caller(), isLate: () => boolean = never) => {
      const { promise, resolve, reject } = Promise.withResolvers<string>()
      const answer = enqueue(source, isLate, () => {
        started.push(name)
        return promise
      })
      answer.catch(() => undefined)
      return { answer, end: () => resolve(name), fail: (error: Error) => reject(error) }
    },
  }
}

const refusal = { code: 'UNAVAILABLE', status: 503, message: full, retryAfterSeconds: 1 }

describe('a queue', () => {
  it('answers what the task answers', async () => {
    const { enqueue } = queue({ waiting: 0 })
    expect(await enqueue(caller(), never, () => Promise.resolve('done'))).toBe('done')
  })

  it('runs as many tasks at once as it has places, and no more', async () => {
    const { task, started } = queue({ running: 3 })
    const tasks = many(8).map((n) => task(`${n}`))
    await settled()
    expect(started).toEqual(['0', '1', '2'])
    for (const [index, { end, answer }] of tasks.entries()) {
      end()
      await answer
      await settled()
      expect(started).toHaveLength(Math.min(8, 3 + index + 1))
    }
  })

  it('answers those together who are done while as many wait, right or wrong, and the next begin meanwhile', async () => {
    const { task, started } = queue({ togetherWithin: () => 60_000 })
    const tasks = many(5).map((n) => task(`${n}`))
    const answered: string[] = []
    for (const { answer } of tasks)
      answer.then(
        (name) => answered.push(name),
        (error: unknown) => answered.push(String(error)),
      )
    tasks[0]?.end()
    await settled()
    expect([started.length, answered]).toEqual([2, []])
    tasks[1]?.fail(new Error('wrong'))
    await settled()
    expect([started.length, answered]).toEqual([3, ['0', 'Error: wrong']])
    tasks[2]?.end()
    await settled()
    expect([started.length, answered]).toEqual([4, ['0', 'Error: wrong', '2']])
    for (const { end } of tasks) end()
    await Promise.all(tasks.slice(2).map(({ answer }) => answer))
  })

  it('answers whoever is alone in a lane at once, however many wait in the other', async () => {
    const { task } = queue({ togetherWithin: () => 60_000 })
    const alone = task('alone', caller())
    const others = many(5).map((n) => task(`${n}`, grant()))
    alone.end()
    expect(await alone.answer).toBe('alone')
    for (const { end } of others) end()
    await Promise.all(others.map(({ answer }) => answer))
  })

  it('takes those of one source in the order in which they came, whoever ends first', async () => {
    const { task, started } = queue({ running: 2 })
    const tasks = many(6).map((n) => task(`${n}`))
    for (const n of [1, 2, 0, 3, 5, 4]) {
      tasks[n]?.end()
      await settled()
    }
    expect(await Promise.all(tasks.map(({ answer }) => answer))).toEqual(many(6).map(String))
    expect(started).toEqual(many(6).map(String))
  })

  it('takes callers and grants in turn, however many there are of either', async () => {
    const { task, started } = queue()
    const tasks = ['c0', 'c1', 'c2', 'c3', 'c4'].map((name) => task(name, caller()))
    tasks.push(...['g1', 'g2'].map((name) => task(name, grant())))
    for (const { end } of tasks) end()
    await Promise.all(tasks.map(({ answer }) => answer))
    expect(started).toEqual(['c0', 'c1', 'g1', 'c2', 'g2', 'c3', 'c4'])
  })

  it('takes a grant next that comes while callers wait, though they were alone for long', async () => {
    const { task, started } = queue()
    const callers = many(6).map((n) => task(`c${n}`))
    for (const { end } of callers.slice(0, 3)) end()
    await settled()
    const late = [task('g1', grant()), task('g2', grant())]
    for (const { end } of [...callers, ...late]) end()
    await Promise.all([...callers, ...late].map(({ answer }) => answer))
    expect(started.slice(3)).toEqual(['c3', 'g1', 'c4', 'g2', 'c5'])
  })

  it('takes the sources of a lane in turn', async () => {
    const { task, started } = queue()
    const tasks = ['a0', 'a1', 'a2', 'a3', 'b1', 'b2', 'c1'].map((name) => task(name, grant(name.charAt(0))))
    for (const { end } of tasks) end()
    await Promise.all(tasks.map(({ answer }) => answer))
    expect(started).toEqual(['a0', 'a1', 'b1', 'c1', 'a2', 'b2', 'a3'])
  })

  it('refuses at once as UNAVAILABLE what one source has beyond its quarter, and takes others of that lane', async () => {
    const { task, started } = queue({ waiting: 8 })
    const tasks = many(5).map((n) => task(`a${n}`))
    const others = [task('b1', caller('b')), task('b2', caller('b'))]
    for (const { answer } of tasks.slice(3)) await expect(answer).rejects.toMatchObject(refusal)
    expect(started).toEqual(['a0'])
    for (const { end } of [...tasks, ...others]) end()
    await Promise.all([...tasks.slice(0, 3), ...others].map(({ answer }) => answer))
    expect(started).toEqual(['a0', 'a1', 'b1', 'a2', 'b2'])
  })

  it('refuses at once what is beyond the places of a lane, and takes those of the other', async () => {
    const { task, started } = queue({ waiting: 4 })
    const first = task('first')
    const callers = ['a', 'b', 'c', 'd', 'e'].map((key) => task(key, caller(key)))
    await expect(callers[4]?.answer).rejects.toMatchObject(refusal)
    const grants = ['A', 'B', 'C', 'D', 'E'].map((key) => task(key, grant(key)))
    await expect(grants[4]?.answer).rejects.toMatchObject(refusal)
    for (const { end } of [first, ...callers, ...grants]) end()
    await Promise.all([...callers.slice(0, 4), ...grants.slice(0, 4)].map(({ answer }) => answer))
    expect(started).toEqual(['first', 'a', 'A', 'b', 'B', 'c', 'C', 'd', 'D'])
  })

  it('refuses the last one of the source that has most for one that has none, where a lane is full', async () => {
    const { task, started } = queue({ waiting: 8 })
    const first = task('first')
    const flood = ['a1', 'a2', 'b1', 'b2', 'c1', 'c2', 'd1', 'd2'].map((name) =>
      task(name, caller(name.charAt(0))),
    )
    const somebody = task('somebody', caller('somebody'))
    await expect(flood[1]?.answer).rejects.toMatchObject(refusal)
    for (const { end } of [first, ...flood, somebody]) end()
    expect(await somebody.answer).toBe('somebody')
    await settled()
    expect(started).toEqual(['first', 'a1', 'b1', 'c1', 'd1', 'somebody', 'b2', 'c2', 'd2'])
  })

  it('refuses what is late when its turn comes, and takes the next', async () => {
    const { task, started } = queue()
    let now = 0
    const within = (milliseconds: number) => () => now > milliseconds
    const first = task('first')
    const late = [1, 2, 3].map((n) => task(`late ${n}`, caller(), within(10)))
    const timely = task('timely', grant('b'), within(20))
    now = 11
    first.end()
    for (const { answer } of late) await expect(answer).rejects.toMatchObject(refusal)
    timely.end()
    expect(await timely.answer).toBe('timely')
    expect(started).toEqual(['first', 'timely'])
  })

  it('takes tasks again once it has refused some', async () => {
    const { task, enqueue } = queue({ waiting: 0 })
    const first = task('first')
    await expect(task('second').answer).rejects.toMatchObject(refusal)
    first.end()
    await first.answer
    expect(await enqueue(caller(), never, () => Promise.resolve(3))).toBe(3)
  })

  it('has its place back when a task fails, in whichever way', async () => {
    const { task, enqueue } = queue({ waiting: 4 })
    const failure = new Error('broken')
    const failing = task('failing')
    const next = enqueue(caller(), never, () => Promise.resolve('next'))
    failing.fail(failure)
    await expect(failing.answer).rejects.toBe(failure)
    expect(await next).toBe('next')
    const throwing = () => {
      throw failure
    }
    await expect(enqueue(caller(), never, throwing)).rejects.toBe(failure)
    expect(await enqueue(caller(), never, () => Promise.resolve('again'))).toBe('again')
  })

  it('tells of the first that is refused, and when nobody waits any more', async () => {
    const { task, reports } = queue({ waiting: 4 })
    const round = async () => {
      const tasks = [1, 2, 3, 4].map((n) => task(`${n}`, grant('flood')))
      for (const { end } of tasks) end()
      await Promise.allSettled(tasks.map(({ answer }) => answer))
    }
    await round()
    expect(reports).toEqual([grant('flood'), null])
    await round()
    expect(reports).toHaveLength(4)
  })

  it('keeps all its places, and gives no more, after thousands of tasks', async () => {
    const { enqueue, task, started } = queue({ running: 4, waiting: 2_000 })
    let [now, most, refused] = [0, 0, 0]
    await Promise.all(
      many(5_000).map((n) => {
        const source = n % 2 === 0 ? caller(`${n % 9}`) : grant(`${n % 9}`)
        return enqueue(
          source,
          () => n % 11 === 0,
          async () => {
            most = Math.max(most, ++now)
            await Promise.resolve()
            now--
            if (n % 7 === 0) throw new Error('broken')
          },
        ).catch((error: unknown) => {
          if ((error as Error).message === full) refused += 1
        })
      }),
    )
    expect(most).toBe(4)
    expect(refused).toBeGreaterThan(1_000)
    const tasks = many(6).map((n) => task(`${n}`))
    await settled()
    expect(started).toEqual(['0', '1', '2', '3'])
    for (const { end } of tasks) end()
    await Promise.all(tasks.map(({ answer }) => answer))
  })
})

/** Lets everything happen that can happen without the tests ending a task. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
