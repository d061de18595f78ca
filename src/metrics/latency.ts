import { Histogram, type Registry } from 'prom-client'

/** In seconds: from what a cache answers to the longest that a request waits for its answer. */
const buckets = [
  0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
]

/** Takes how long something took that has just ended, by the values of its labels. */
export type Latency = (seconds: number, ...labels: string[]) => void

/** Makes a histogram of seconds. Its series are made once each, and not looked for by objects of labels. */
export function createLatency(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly string[] = [],
): Latency {
  const registers = [registry]
  const histogram = new Histogram({ name, help, labelNames: [...labelNames], buckets, registers })
  const series = new Map<string, Pick<Histogram.Internal<string>, 'observe'>>()

  return function took(seconds, ...labels) {
    const key = labels.join('\0')
    let found = series.get(key)
    if (!found) series.set(key, (found = histogram.labels(...labels)))
    found.observe(seconds)
  }
}

/** Of the process, in seconds: it never goes back. */
export function secondsNow(): number {
  return performance.now() / 1_000
}
