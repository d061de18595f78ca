import type { Tally } from './flooding.ts'
import type { FloodRow, Pair } from './flood.ts'
import { throughputOf } from './row.ts'
import { median, quantile } from './stats.ts'
import { table } from './table.ts'

/** What was measured, without a flood, with one elsewhere, and with one here, as a table in Markdown. */
export function floodReport(rows: readonly FloodRow[], { wrong, refused }: Tally): string {
  return [
    'Without a flood of wrong passwords → with one at another gateway on the same machine → with one at this one, medians of',
    'the rounds; × is the third for the second: what the flood costs by coming here, and not by taking the machine’s cores.',
    'The throughput is that of 16 connections that send as soon as they have their answer, and latencies are in ms at a quarter',
    `of the throughput without a flood, since a request was due. Of the floods’ tries ${wrong} were answered with 401, and ${refused} with 503.`,
    '',
    table(
      ['scenario', 'server', 'requests/s', '×', 'p50', '×', 'p99', '×'],
      rows.map(({ server, rounds }) => [
        'flood',
        server.name,
        ...compared(rounds, ({ closed }) => throughputOf(closed), 0),
        ...compared(rounds, ({ open }) => quantile(open.latencies, 0.5), 2),
        ...compared(rounds, ({ open }) => quantile(open.latencies, 0.99), 2),
      ]),
    ),
    '',
  ].join('\n')
}

function compared(rounds: FloodRow['rounds'], of: (pair: Pair) => number, digits: number): string[] {
  const medians = (['without', 'beside', 'within'] as const).map((when) =>
    median(rounds.map((round) => of(round[when]))).toFixed(digits),
  )
  const ratio = median(rounds.map(({ beside, within }) => of(within) / of(beside)))
  return [medians.join(' → '), ratio.toFixed(2)]
}
