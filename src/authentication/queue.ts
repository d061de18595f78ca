import { Failure } from '../errors.ts'

interface QueueParts {
  running: number
  waiting: number
  /** What is said of a task that is refused. */
  full: string
}

/**
 * Runs at most `running` tasks at once and lets at most `waiting` more wait, first come, first served.
 * Beyond that a task is refused at once as `UNAVAILABLE`.
 */
export function createQueue({ running, waiting, full }: QueueParts) {
  const waiters: (() => void)[] = []
  let free = running

  async function place(): Promise<void> {
    if (free > 0) {
      free -= 1
    } else if (waiters.length < waiting) {
      await new Promise<void>((resolve) => waiters.push(resolve))
    } else {
      throw new Failure('UNAVAILABLE', full)
    }
  }

  function leave(): void {
    const next = waiters.shift()
    if (next) next()
    else free += 1
  }

  return async function enqueue<T>(task: () => Promise<T>): Promise<T> {
    await place()
    try {
      return await task()
    } finally {
      leave()
    }
  }
}
