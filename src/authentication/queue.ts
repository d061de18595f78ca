import { Failure } from '../errors.ts'
import { createLane } from './lane.ts'
import type { Source } from './source.ts'
import { createTogether } from './together.ts'

/** Sees a task wait in its lane, and then be done: `inTurn` has it done when its turn comes. */
export type WatchTurn = <T>(
  lane: Source['lane'],
  inTurn: (task: () => Promise<T>) => Promise<T>,
  task: () => Promise<T>,
) => Promise<T>

interface QueueParts {
  /** How many tasks run at once. */
  running: number
  /** How many of each lane wait at most. */
  waiting: number
  /**
   * For how long those whose task is done wait at most for others of their lane, to go on together, in milliseconds, where so
   * many wait in it; without: not at all.
   */
  togetherWithin?: (waiting: number) => number
  /** What is said of a task that is refused. */
  full: string
  /** Told from where the first one comes that is refused, and when nobody waits any more: null. */
  report: (refused: Source | null) => void
  watch?: WatchTurn
}

interface Waiter {
  readonly source: Source
  readonly isLate: () => boolean
  readonly begin: () => void
  readonly refuse: (failure: Failure) => void
}

/**
 * Runs at most `running` tasks at once. Among those that wait, the lanes take turns, and in a lane its sources. A lane
 * has `waiting` places, and a source a quarter of them: what is beyond is refused at once as `UNAVAILABLE`, and so is, when
 * its turn comes, what is late.
 */
export function createQueue({
  running,
  waiting,
  togetherWithin,
  full,
  report,
  watch = unwatched,
}: QueueParts) {
  const lanes = { callers: createLane<Waiter>(waiting), grants: createLane<Waiter>(waiting) }
  let turn: Source['lane'] = 'callers'
  let free = running
  let isRefusing = false
  // Each lane by itself: whoever is alone in one waits for nobody in the other.
  const goOn =
    togetherWithin === undefined
      ? null
      : {
          callers: createTogether(togetherWithin, lanes.callers.size),
          grants: createTogether(togetherWithin, lanes.grants.size),
        }

  return Object.assign(enqueue, {
    /** Whether a task of a source would have a place now. */
    hasRoom: ({ lane, key }: Source): boolean => free > 0 || lanes[lane].hasRoom(key),
  })

  /** `isLate`: whether the task is not to begin any more. */
  function enqueue<T>(source: Source, isLate: () => boolean, task: () => Promise<T>): Promise<T> {
    return watch(source.lane, (watched) => inTurn(source, isLate, watched), task)
  }

  async function inTurn<T>(source: Source, isLate: () => boolean, task: () => Promise<T>): Promise<T> {
    await place(source, isLate)
    try {
      return await task()
    } finally {
      leave()
      await goOn?.[source.lane]()
    }
  }

  async function place(source: Source, isLate: () => boolean): Promise<void> {
    if (free > 0) {
      free -= 1
      return
    }
    await new Promise<void>((begin, refuse) => {
      const excess = lanes[source.lane].add(source.key, { source, isLate, begin, refuse })
      if (excess) refuseOne(excess)
    })
  }

  function leave(): void {
    const next = nextInTurn()
    if (next) {
      next.begin()
      return
    }
    free += 1
    if (isRefusing) report(null)
    isRefusing = false
  }

  function nextInTurn(): Waiter | undefined {
    for (const lane of [turn, otherThan[turn]]) {
      const next = lanes[lane].next(({ isLate }) => isLate(), refuseOne)
      if (!next) continue
      turn = otherThan[lane]
      return next
    }
    return undefined
  }

  function refuseOne({ source, refuse }: Waiter): void {
    if (!isRefusing) report(source)
    isRefusing = true
    refuse(new Failure('UNAVAILABLE', full, { retryAfterSeconds: 1, isReported: true }))
  }
}

const unwatched: WatchTurn = (_, inTurn, task) => inTurn(task)

const otherThan = { callers: 'grants', grants: 'callers' } as const
