import type { Measurement, Sent } from './job.ts'
import type { Scenario } from './scenarios.ts'
import type { Server } from './servers.ts'
import { median } from './stats.ts'

/** Everything that was measured of one server in one scenario. Each list has a measurement of every round. */
export interface Row {
  readonly scenario: Scenario
  readonly server: Server
  /** By the number of connections. */
  readonly closed: Map<number, Measurement[]>
  /** By the part of the maximum. */
  readonly open: Map<number, Measurement[]>
  /** To the database in one activation, by the number of connections; none where it is in the server's process. */
  readonly roundTrips: Map<number, number>
  /** All requests so far, also those that warmed it up. */
  sent: Sent
  /** The throughput while it was warmed up; none before. */
  warmUpRate: number | undefined
  /** Of the server's process, in MiB. */
  peakMemory: number
}

/** A row of which nothing is measured yet. */
export function emptyRow(scenario: Scenario, server: Server): Row {
  return {
    ...{ scenario, server, closed: new Map(), open: new Map(), roundTrips: new Map() },
    ...{ sent: { requests: 0, different: 0 }, warmUpRate: undefined, peakMemory: NaN },
  }
}

/** How many answers came in a second. */
export function throughputOf({ answers, seconds }: Measurement): number {
  return answers / seconds
}

/** The most answers that a server gave in a second: at most connections. Arrival rates are parts of it. */
export function maximumOf({ closed }: Row): number {
  return median((closed.get(Math.max(...closed.keys())) ?? []).map(throughputOf))
}
