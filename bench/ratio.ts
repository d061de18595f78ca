import type { Measurement } from './job.ts'
import { throughputOf, type Row } from './row.ts'
import { median } from './stats.ts'

/** How many times as much each round had of something as the same round had elsewhere. */
export function ratios(
  measured: readonly Measurement[] = [],
  others: readonly Measurement[] = [],
  of: (measurement: Measurement) => number = throughputOf,
): number[] {
  return measured.flatMap((one, round) => {
    const other = others[round]
    return other ? [of(one) / of(other)] : []
  })
}

/** The median ratio of the throughputs of two servers at a number of connections; not a number if one was not measured. */
export function throughputRatio(row: Row | undefined, other: Row | undefined, connections: number): number {
  return median(ratios(row?.closed.get(connections), other?.closed.get(connections)))
}

/** Microseconds of CPU that server and database together have used for one answer. */
export function cpuOfBoth({ cpu, answers }: Measurement): number {
  return (cpu.server + cpu.database) / answers
}
