import type { Histogram, Registry } from 'prom-client'

/** In seconds: from what a cache answers to the longest that a request waits for its answer. */
const bounds = [
  0.000_1,
  0.000_25,
  0.000_5,
  0.001,
  0.002_5,
  0.005,
  0.01,
  0.025,
  0.05,
  0.1,
  0.25,
  0.5,
  1,
  2.5,
  5,
  10,
  30,
  Infinity,
]

/** Takes how long something took that has just ended, by the values of its labels. */
export type Latency = (seconds: number, ...labels: string[]) => void

/** What was observed of one set of labels. */
interface Series {
  readonly labels: Readonly<Record<string, string>>
  /** How many there were up to each bound and beyond the one before. */
  readonly counts: number[]
  sum: number
}

/**
 * Makes a histogram of seconds. It is observed a dozen times in an activation: prom-client's own, which checks and hashes
 * its labels each time, would cost several times as much. The registry writes it like any other.
 */
export function createLatency(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly string[],
): Latency {
  const seriesOf = new Map<string, Series>()
  const get = () =>
    Promise.resolve({ name, help, type: 'histogram', values: [...valuesOf(seriesOf.values())] })
  registry.registerMetric({ name, help, type: 'histogram', get } as unknown as Histogram)

  return function took(seconds, ...labels) {
    const key = labels.length === 1 ? (labels[0] ?? '') : labels.join('\0')
    let series = seriesOf.get(key)
    if (!series) seriesOf.set(key, (series = newSeries(labels)))
    let place = 0
    while (seconds > (bounds[place] ?? Infinity)) place += 1
    series.counts[place] = (series.counts[place] ?? 0) + 1
    series.sum += seconds
  }

  function newSeries(labels: readonly string[]): Series {
    const named = labelNames.map((label, index) => [label, labels[index] ?? ''])
    return {
      labels: Object.fromEntries(named) as Record<string, string>,
      counts: bounds.map(() => 0),
      sum: 0,
    }
  }

  function* valuesOf(all: Iterable<Series>) {
    for (const { labels, counts, sum } of all) {
      let count = 0
      for (const [place, bound] of bounds.entries()) {
        count += counts[place] ?? 0
        const le = bound === Infinity ? '+Inf' : bound
        yield { metricName: `${name}_bucket`, labels: { ...labels, le }, value: count }
      }
      yield { metricName: `${name}_sum`, labels, value: sum }
      yield { metricName: `${name}_count`, labels, value: count }
    }
  }
}

/** Of the process, in seconds: it never goes back. */
export function secondsNow(): number {
  return performance.now() / 1_000
}
