/** How often keys are asked for that are there already, in milliseconds. */
export interface ReloadIntervals {
  /** Whether they are at all. */
  readonly enabled: boolean
  readonly min: number
  readonly max: number
}

/**
 * How long to wait after a read, in milliseconds. A key that is withdrawn just as a read begins is gone after `max`,
 * even if that read and the next take all the time that they have.
 */
export function untilReload({ min, max }: ReloadIntervals, maxAge: number | null, timeout: number): number {
  const interval = Math.min(Math.max(maxAge ?? max, min), max) * (1 - Math.random() / 10)
  return Math.min(interval, Math.max(max - 2 * timeout, max / 2), longestTimer)
}

/** How long to wait after so many failures in a row, in milliseconds. */
export function untilRetry(failures: number, { max }: ReloadIntervals): number {
  return Math.min(1_000 * 2 ** (failures - 1), 60_000, max) * (1 - Math.random() / 2)
}

/** A timer that is set for longer ends at once. */
const longestTimer = 2 ** 31 - 1
