import { Worker } from 'node:worker_threads'
import type { Alarm } from './alarm.ts'
import { median } from './stats.ts'

/** Has things done a fixed time later, in order. */
export interface Delay {
  readonly later: (action: () => unknown) => void
  /** Has them done earlier by some milliseconds, or later by as many below 0. */
  readonly shorten: (milliseconds: number) => void
  /** By how many milliseconds they were too late since the last time it was asked: the middle. */
  readonly takeLateness: () => number
  readonly stop: () => Promise<unknown>
}

/** Makes a delay of some milliseconds, of which parts count. */
export function createDelay(milliseconds: number): Delay {
  const due = new BigInt64Array(new SharedArrayBuffer(8))
  const isSet = new Int32Array(new SharedArrayBuffer(4))
  const workerData: Alarm = { due, isSet }
  const alarm = new Worker(new URL('alarm.ts', import.meta.url), { workerData })
  let nanoseconds = nanosecondsOf(milliseconds)
  const waiting: { due: bigint; action: () => unknown }[] = []
  let lateness: number[] = []
  alarm.on('message', () => {
    const now = process.hrtime.bigint()
    let first = waiting[0]
    while (first && first.due <= now) {
      waiting.shift()
      lateness.push(Number(now - first.due) / 1e6)
      first.action()
      first = waiting[0]
    }
    if (first) setAlarm(first.due)
  })
  return {
    later(action) {
      const at = process.hrtime.bigint() + nanoseconds
      waiting.push({ due: at, action })
      if (waiting.length === 1) setAlarm(at)
    },

    shorten(by) {
      nanoseconds -= nanosecondsOf(by)
      if (nanoseconds < 0n) nanoseconds = 0n
    },

    takeLateness() {
      const taken = median(lateness)
      lateness = []
      return taken
    },

    stop: () => alarm.terminate(),
  }

  function setAlarm(at: bigint): void {
    due[0] = at
    Atomics.store(isSet, 0, 1)
    Atomics.notify(isSet, 0)
  }
}

function nanosecondsOf(milliseconds: number): bigint {
  return BigInt(Math.round(milliseconds * 1e6))
}
