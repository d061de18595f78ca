import { Failure } from '../errors.ts'

/**
 * Runs at most `running` tasks at once and lets at most `waiting` more wait, first come, first served.
 * Beyond that a task is refused at once as `UNAVAILABLE`.
 */
export function createQueue({ running, waiting }: { running: number; waiting: number }) {
  const waiters: (() => void)[] = []
  let free = running

  async function place(): Promise<void> {
    if (free > 0) {
      free -= 1
    } else if (waiters.length < waiting) {
      await new Promise<void>((resolve) => waiters.push(resolve))
    } else {
      throw new Failure('UNAVAILABLE', 'too many passwords are being checked, try again later')
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
