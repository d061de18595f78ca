import type { Processes, Timing } from './job.ts'
import { cpuTimeOfMachine, cpuTimeOfTree } from './procfs.ts'

/** What everybody has used up to now, in microseconds of CPU, and when that is, in milliseconds. */
export function snapshotOf({ servers, database }: Processes) {
  const machine = cpuTimeOfMachine()
  // All that the bench runs descends from the process that has started this one.
  const ours = cpuTimeOfTree(process.ppid)
  const { user, system } = process.cpuUsage()
  return {
    taken: performance.now(),
    others: machine.used - ours + machine.stolen,
    server: servers.map(cpuTimeOfTree).reduce((total, used) => total + used, 0),
    database: database === null ? 0 : cpuTimeOfTree(database),
    load: user + system,
    at: performance.now(),
  }
}

export type Snapshot = ReturnType<typeof snapshotOf>

/** What was measured between two moments. */
export function timingOf(
  answers: number,
  latencies: readonly number[],
  start: Snapshot,
  end: Snapshot,
): Timing {
  const of = (part: keyof Snapshot) => end[part] - start[part]
  return {
    answers,
    seconds: of('at') / 1_000,
    latencies: Float64Array.from(latencies).sort(),
    cpu: {
      server: of('server'),
      database: of('database'),
      load: of('load'),
    },
    // What it is the difference of is rounded.
    noise: Math.max(0, of('others') / (of('taken') * 1_000)),
  }
}
