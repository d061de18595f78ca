import type { Tally } from './flooding.ts'
import type { FloodRow, Pair } from './flood.ts'
import { throughputOf } from './row.ts'
import { median, quantile } from './stats.ts'
import { table } from './table.ts'

/** What was measured, without → with the flood, and by how much that is more, as a table in Markdown. */
export function floodReport(rows: readonly FloodRow[], { wrong, refused }: Tally): string {
  return [
    'A flood of wrong passwords, without → with it, medians of the rounds: the throughput of 16 connections that send as soon',
    'as they have their answer, and latencies in ms at a quarter of the throughput without it, since a request was due.',
    `Of the flood’s tries ${wrong} were answered with 401, and ${refused} with 503.`,
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
  const [without, within] = [
    median(rounds.map((one) => of(one.without))),
    median(rounds.map((one) => of(one.within))),
  ]
  const ratio = median(rounds.map((one) => of(one.within) / of(one.without)))
  return [`${without.toFixed(digits)} → ${within.toFixed(digits)}`, ratio.toFixed(2)]
}
