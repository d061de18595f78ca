// A strict reading of Prometheus' text format 0.0.4: what it takes amiss, a server that scrapes would too, or store
// wrongly. Source: Prometheus, "Exposition formats".

export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface Family {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary'
  readonly samples: readonly Sample[]
}

const nameText = '[a-zA-Z_:][a-zA-Z0-9_:]*'
const sampleLine = new RegExp(`^(${nameText})(?:\\{(.*)\\})? (\\S+)$`)
const labelText = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/y

/** Reads an exposition. @throws what is wrong with its first line that is */
export function parseExposition(text: string): ReadonlyMap<string, Family> {
  if (!text.endsWith('\n')) throw new Error('it does not end with its last line')
  const families = new Map<string, { help: string; type: Family['type']; name: string; samples: Sample[] }>()
  const seen = new Set<string>()
  let current: { name: string; help?: string; type?: string } | undefined
  for (const line of text.split('\n')) {
    const [, keyword, name = '', rest = ''] =
      new RegExp(`^# (HELP|TYPE) (${nameText})(?: (.*))?$`).exec(line) ?? []
    if (line === '') continue
    if (keyword === 'HELP') {
      if (families.has(name)) throw new Error(`twice: ${line}`)
      current = { name, help: rest }
    } else if (keyword === 'TYPE') {
      if (current?.name !== name || current.help === undefined) throw new Error(`without help: ${line}`)
      if (!['counter', 'gauge', 'histogram', 'summary'].includes(rest)) throw new Error(`no type: ${line}`)
      families.set(name, { name, help: current.help, type: rest as Family['type'], samples: [] })
    } else {
      const sample = sampleOf(line)
      const family = families.get(current?.name ?? '')
      if (!family || !suffixes[family.type].some((suffix) => family.name + suffix === sample.name))
        throw new Error(`of no family: ${line}`)
      const key = `${sample.name}${JSON.stringify(Object.entries(sample.labels).sort())}`
      if (seen.has(key)) throw new Error(`twice: ${line}`)
      seen.add(key)
      family.samples.push(sample)
    }
  }
  for (const family of families.values()) if (family.type === 'histogram') requireHistogram(family)
  return families
}

const suffixes = {
  counter: [''],
  gauge: [''],
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['', '_sum', '_count'],
}

function sampleOf(line: string): Sample {
  const [, name = '', inner, number = ''] = sampleLine.exec(line) ?? []
  if (!/^([+-]?(\d+(\.\d+)?(e[+-]?\d+)?|Inf)|NaN)$/i.test(number)) throw new Error(`no number: ${line}`)
  const labels: Record<string, string> = {}
  labelText.lastIndex = 0
  while (inner !== undefined && labelText.lastIndex < inner.length) {
    const [, label, value = ''] = labelText.exec(inner) ?? []
    if (label === undefined || label in labels) throw new Error(`no labels: ${line}`)
    labels[label] = value
  }
  return { name, labels, value: number.endsWith('Inf') ? Infinity : Number(number) }
}

/** Each of its series has buckets that grow up to its count. */
function requireHistogram({ name, samples }: Family): void {
  const series = new Map<string, Sample[]>()
  for (const sample of samples) {
    const others = Object.entries(sample.labels).filter(([label]) => label !== 'le')
    const key = JSON.stringify(others.sort())
    series.set(key, [...(series.get(key) ?? []), sample])
  }
  for (const all of series.values()) {
    const buckets = all.filter((sample) => sample.name === `${name}_bucket`)
    const bounds = buckets.map(({ labels: { le } }) => (le === '+Inf' ? Infinity : Number(le)))
    const isSorted = (numbers: readonly number[]) =>
      numbers.every((number, index) => index === 0 || number >= (numbers[index - 1] ?? NaN))
    const count = all.find((sample) => sample.name === `${name}_count`)?.value
    const isWhole = bounds.at(-1) === Infinity && buckets.at(-1)?.value === count
    if (!isWhole || !isSorted(bounds) || !isSorted(buckets.map(({ value }) => value)))
      throw new Error(`no histogram: ${name}`)
  }
}

/** What a metric counts, of those of its series that have these labels; for a histogram: how often it was observed. */
export function sumOf(
  families: ReadonlyMap<string, Family>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const family = families.get(name)
  if (!family) throw new Error(`no metric ${name}`)
  const counted = family.type === 'histogram' ? `${name}_count` : name
  return family.samples
    .filter((sample) => sample.name === counted)
    .filter((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value))
    .reduce((sum, { value }) => sum + value, 0)
}
