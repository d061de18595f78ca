import { AggregatorRegistry, prometheusContentType } from 'prom-client'

/** The metrics of one process, as it tells them to another. */
export type Told = readonly ToldMetric[]

interface ToldMetric {
  readonly name: string
  readonly help: string
  readonly type: unknown
  readonly values: readonly { readonly value: number; readonly labels: object }[]
}

export interface Sums {
  /** Goes on counting what a process has counted that has ended: a counter never goes back. */
  readonly keep: (last: Told) => void
  /** All of it together, in Prometheus' text format. `late`: what those told last who tell nothing now. */
  readonly expose: (now: readonly Told[], late: readonly Told[]) => Promise<string>
  readonly contentType: string
}

/** Makes what adds up the metrics of several processes. */
export function createSums(): Sums {
  let ended: Told = []

  return {
    keep(last) {
      ended = together([ended, counted(last)]).getMetricsAsArray() as unknown as Told
    },
    expose: (now, late) => together([...now, ...late.map(counted), ended]).metrics(),
    contentType: prometheusContentType,
  }
}

/** What the metrics of several processes are together, where that is not their sum. */
const otherwise: readonly (readonly [names: RegExp, aggregator: 'first' | 'min' | 'max'])[] = [
  [/^(profile_gateway_build_info|nodejs_version_info)$/, 'first'],
  [/^(process_start_time_seconds|nodejs_eventloop_lag_min_seconds)$/, 'min'],
  // No event loop helps another one that is late.
  [/^nodejs_eventloop_lag_/, 'max'],
  // They are about the same keys, servers and troubles.
  [/^profile_gateway_(jwks_age_seconds|realm_breaker_open|problems)$/, 'max'],
]

function together(all: readonly Told[]) {
  const aggregated = (metric: ToldMetric) => ({
    ...metric,
    // What an event loop says that was not late yet.
    values: metric.values.filter(({ value }) => !Number.isNaN(value)),
    aggregator: otherwise.find(([names]) => names.test(metric.name))?.[1] ?? 'sum',
  })
  return AggregatorRegistry.aggregate(all.map((told) => told.map(aggregated)))
}

/** What is only ever added to: how things stood with a process says nothing of how they stand. */
function counted(told: Told): Told {
  return told.filter(({ type }) => type !== 'gauge')
}
