import { cpus } from 'node:os'
import type { Door } from './doors.ts'
import { customaryThreshold, effectBetween, guessesNeeded, quantile, type Effect } from './effect.ts'
import type { Times } from './measure.ts'
import type { Options } from './options.ts'
import type { Kind } from './population.ts'
import type { Population } from './populations.ts'

/** What was measured at one door. */
export interface Compared {
  readonly population: Population
  readonly door: Door
  readonly times: Times
}

/** In microseconds. */
const jitterOfNetwork = 1_000

const heads = [
  'users',
  'door',
  'first',
  'second',
  'ms',
  'ms',
  'Δ µs',
  '± µs',
  'delta',
  '95 %',
  't',
  'guesses',
  'by network',
]

/** Everything that was measured, as text. */
export function reportOf(compared: readonly Compared[], { samples, database }: Options): string {
  const lines = compared.flatMap((one) => pairsOf(one.population.kinds).map((pair) => lineOf(one, pair)))
  const [cpu] = cpus()
  const about = `${samples} of each, ${database}, Node ${process.version}, ${cpus().length} × ${cpu?.model ?? ''}`
  return `${about}\n\n${columns([heads, ...lines.map(({ cells }) => cells)])}\n\n${summary(lines)}\n`
}

interface Line {
  readonly cells: readonly string[]
  readonly effect: Effect
}

/** Each with the names of nobody, and the others that are users with each other. */
function pairsOf(kinds: readonly Kind[]): [Kind, Kind][] {
  const [unknown, disabled, ...others] = kinds
  if (!unknown || !disabled) return []
  return [
    ...[disabled, ...others].map((kind): [Kind, Kind] => [unknown, kind]),
    ...others.filter((kind) => kind !== 'impossible').map((kind): [Kind, Kind] => [disabled, kind]),
  ]
}

function lineOf({ population, door, times }: Compared, [one, other]: [Kind, Kind]): Line {
  const [first, second] = [one, other].map((kind) => times.get(kind) ?? new Float64Array())
  if (!first || !second) throw new Error('nothing was measured')
  const effect = effectBetween(first, second)
  const { difference, error, delta, low, high, t } = effect
  const medians = [first, second].map((list) => (quantile(list.toSorted(), 0.5) / 1_000).toFixed(3))
  // Of names whose hashes are of several kinds, more guesses at one name tell no more.
  const guesses = (jitter: number) =>
    population.formats.length > 1 ? '-' : guessesNeeded(effect, jitter).toLocaleString('en')
  return {
    effect,
    cells: [
      population.name,
      door.name,
      one,
      other,
      ...medians,
      signed(difference, 1),
      error.toFixed(1),
      signed(delta, 3),
      `${signed(low, 3)} … ${signed(high, 3)}`,
      signed(t, 1),
      guesses(0),
      guesses(jitterOfNetwork),
    ],
  }
}

function summary(lines: readonly Line[]): string {
  const beyond = lines.filter(({ effect: { t } }) => Math.abs(t) > customaryThreshold)
  const named = beyond.map(
    ({ cells: [users, door, first, second] }) => `${users} / ${door}: ${first}, ${second}`,
  )
  return [`|t| > ${customaryThreshold}: ${beyond.length} of ${lines.length}`, ...named].join('\n')
}

function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const isText = (column: number) => column < 4
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          isText(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function signed(number: number, digits: number): string {
  const text = number.toFixed(digits)
  return Number(text) > 0 ? `+${text}` : text
}
