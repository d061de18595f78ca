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
 * tries again for all.
 */
export function createBreaker({ clock, report }: BreakerParts) {
  let failures = 0
  let closedFrom = 0
  let pause = shortestPause
  let isTrying = false
  let problem: string | null = null

  return {
    /** @throws `UNAVAILABLE` if it is not to be tried now, or did not work */
    async run<T>(task: () => Promise<T>): Promise<T> {
      if (problem !== null && (isTrying || clock() < closedFrom)) throw unavailable()
      isTrying = problem !== null
      try {
        const result = await task()
        if (problem !== null) report(null)
        failures = 0
        pause = shortestPause
        problem = null
        return result
      } catch (cause) {
        fail(cause)
        throw unavailable()
      } finally {
        isTrying = false
      }
    },

    /** Why nothing is tried now, or null. */
    problem: () => problem,
  }

  function fail(cause: unknown): void {
    failures += 1
    if (failures < mostFailures) return
    const reason = cause instanceof Error ? cause.message : 'unknown reason'
    if (problem === null) report(reason)
    else pause = Math.min(2 * pause, longestPause)
    problem = reason
    closedFrom = clock() + pause
  }
}

/** Who asks knows no more: why is in the log, and readiness says it too. */
function unavailable(): Failure {
  return new Failure('UNAVAILABLE', 'a realm cannot ask its server now, try again later', {
    isReported: true,
  })
}
