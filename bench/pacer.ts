// A thread that says when requests are due. The event loop's own timers are late by up to a millisecond, which is
// more than many answers take.

import { parentPort, workerData } from 'node:worker_threads'
import { sleepUntil } from './sleepUntil.ts'

/** When requests are due. */
export interface Pace {
  /** When the first ones are, in nanoseconds of `process.hrtime`. */
  readonly start: bigint
  /** How long from one group to the next, in nanoseconds. */
  readonly interval: number
  readonly groups: number
}

const { start, interval, groups } = workerData as Pace

for (let group = 0; group < groups; group++) {
  sleepUntil(start + BigInt(Math.round(group * interval)))
  parentPort?.postMessage(null)
}
