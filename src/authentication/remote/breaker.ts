import { isAgeBelow } from '../../age.ts'
import { Failure } from '../../errors.ts'

interface BreakerParts {
  /** Epoch milliseconds. */
  clock: () => number
  /** Told when it opens, with why, and when it closes again: null. */
  report: (reason: string | null) => void
}

/** After so many failures in a row nothing is tried for a while. */
const mostFailures = 5
/** For how long, at first and at most, in milliseconds: each failed trial doubles it. */
const shortestPause = 1_000
const longestPause = 30_000

/**
 * Keeps requests from a server that does not answer: after some failures in a row all fail at once, and after a pause one
 * tries again for all. What fails of itself is told to whoever asked; while it is open, the log knows already.
 */
export function createBreaker({ clock, report }: BreakerParts) {
  let failures = 0
  let pausedAt = 0
  let pause = shortestPause
  let isTrying = false
  let problem: string | null = null

  return {
    /**
     * `isToBlame`: whether the server is, if the task fails.
     * @throws `UNAVAILABLE` if it is not to be tried now, or did not work
     */
    async run<T>(task: () => Promise<T>, isToBlame: () => boolean = () => true): Promise<T> {
      const isTrial = problem !== null
      if (isTrial && (isTrying || isPaused())) throw unavailable(reported)
      if (isTrial) isTrying = true
      try {
        const result = await task()
        close()
        return result
      } catch (cause) {
        if (isToBlame()) fail(reasonOf(cause), isTrial)
        throw unavailable(problem === null ? { cause } : reported)
      } finally {
        if (isTrial) isTrying = false
      }
    },

    /** Why nothing is tried now, or null. */
    problem: () => problem,
  }

  function isPaused(): boolean {
    return isAgeBelow(pause, clock() - pausedAt)
  }

  function close(): void {
    if (problem !== null) report(null)
    failures = 0
    pause = shortestPause
    problem = null
  }

  /** What had begun before it opened says nothing new. */
  function fail(reason: string, isTrial: boolean): void {
    failures += 1
    if (failures < mostFailures || (problem !== null && !isTrial)) return
    if (problem === null) report(reason)
    else pause = Math.min(2 * pause, longestPause)
    problem = reason
    pausedAt = clock()
  }
}

/** Once for all such requests. */
const reported = { isReported: true }

/** Who asks knows no more: readiness says why, and the log. */
function unavailable(details: { cause?: unknown; isReported?: boolean }): Failure {
  return new Failure('UNAVAILABLE', 'a realm cannot ask its server now, try again later', details)
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : 'unknown reason'
}
