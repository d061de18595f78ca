// A thread that wakes another one at a time that is set for it: the event loop's own timers know whole milliseconds.

import { parentPort, workerData } from 'node:worker_threads'
import { sleepUntil } from './sleepUntil.ts'

/** What it is set by: when it goes off, in nanoseconds of `process.hrtime`, and 1 while it is set. */
export interface Alarm {
  readonly due: BigInt64Array
  readonly isSet: Int32Array
}

const { due, isSet } = workerData as Alarm

for (;;) {
  Atomics.wait(isSet, 0, 0)
  sleepUntil(due[0] ?? 0n)
  Atomics.store(isSet, 0, 0)
  parentPort?.postMessage(null)
}
