import { Counter, type Registry } from 'prom-client'

/** Makes the series of a counter by the values of its labels, from 0; or finds it. Each call of it counts one. */
export type Count = (...labels: string[]) => () => void

/** Makes a counter whose series are plain numbers: it is only when metrics are read that they are told. */
export function createCount(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly string[] = [],
): Count {
  const seriesOf = new Map<string, { readonly labels: readonly string[]; counted: number; one: () => void }>()
  new Counter({
    ...{ name, help },
    labelNames: [...labelNames],
    registers: [registry],
    collect() {
      this.reset()
      for (const { labels, counted } of seriesOf.values()) this.labels(...labels).inc(counted)
    },
  })

  return function count(...labels) {
    const key = labels.join('\0')
    const found = seriesOf.get(key)
    if (found) return found.one
    const series = { labels, counted: 0, one: () => void (series.counted += 1) }
    seriesOf.set(key, series)
    return series.one
  }
}
