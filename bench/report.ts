import { coldTokens } from './coldTokens.ts'
import type { Measurement } from './job.ts'
import { noiseNote } from './noise.ts'
import { ratios } from './ratio.ts'
import { countedAt } from './roundTrips.ts'
import { maximumOf, throughputOf, type Row } from './row.ts'
import { spread } from './spread.ts'
import { median, merged, quantile } from './stats.ts'
import { table } from './table.ts'

/** Below so many answers the slowest of a thousand is no more than the slowest. */
const enoughForP999 = 1_000

/** Everything that was measured, as tables in Markdown. */
export function reportOf(rows: readonly Row[]): string {
  const scenarios = [...new Set(rows.map(({ scenario }) => scenario))]
  const all = rows.flatMap(({ closed, open }) => [...closed.values(), ...open.values()].flat())
  return [
    ...scenarios.map(({ name, about }) => `- **${name}**: ${about}`),
    '',
    'Closed loop: each of c connections sends as soon as it has its answer. × A and × B are the throughput against the',
    'floors, paired by round. Medians of the rounds, with the lowest and the highest.',
    '',
    table(
      [
        'scenario',
        'server',
        'c',
        'requests/s',
        '× A',
        '× B',
        'server CPU µs',
        'database CPU µs',
        'load CPU µs',
        'p50 ms',
        'p99 ms',
      ],
      rows.flatMap((row) => [...row.closed].map(([c, measured]) => closedLine(row, c, measured, rows))),
    ),
    '',
    'Fixed arrival rates, in parts of the throughput at the highest c, over 64 connections. Latency runs from when a',
    'request was due; beyond 1,000 a second they are due in groups 1 ms apart. What is sent in the ramp is not counted. p50 and',
    'p99.9 are of all rounds together, p99 is the median of the rounds with the lowest and the highest. *: of fewer than',
    '1,000 answers, so it is the slowest.',
    '',
    table(
      [
        'scenario',
        'server',
        'rate',
        'due/s',
        'answered/s',
        'p50 ms',
        'p99 ms',
        'p99.9 ms',
        'server CPU µs',
        'database CPU µs',
        'load CPU µs',
      ],
      rows.flatMap((row) => [...row.open].map(([part, measured]) => openLine(row, part, measured))),
    ),
    '',
    'Round trips to the database in one activation, counted on the wire in a run of their own, and the peak of the',
    'server’s resident memory (both doors of a gateway are one process).',
    '',
    table(
      ['scenario', 'server', ...countedAt.map((c) => `round trips, c=${c}`), 'peak memory MiB'],
      rows.map(({ scenario, server, roundTrips, peakMemory }) => [
        scenario.name,
        server.name,
        ...countedAt.map((c) => roundTrips.get(c)?.toFixed(2) ?? 'in process'),
        peakMemory.toFixed(0),
      ]),
    ),
    '',
    ...coldTokens(rows.filter(({ scenario }) => scenario.fresh === 'tokens')),
    noiseNote(all),
    '',
  ].join('\n')
}

function closedLine(row: Row, c: number, measured: readonly Measurement[], rows: readonly Row[]): string[] {
  const latencies = merged(measured.map((one) => one.latencies))
  return [
    row.scenario.name,
    row.server.name,
    String(c),
    spread(measured.map(throughputOf), 0),
    ...['floor A', 'floor B'].map((name) => {
      const floor = rows.find(({ scenario, server }) => scenario === row.scenario && server.name === name)
      return row.server.name === name ? '1' : ratio(measured, floor?.closed.get(c) ?? [])
    }),
    ...(['server', 'database', 'load'] as const).map((part) => cpuOf(row, part, measured)),
    spread([quantile(latencies, 0.5)], 2),
    spread([quantile(latencies, 0.99)], 2),
  ]
}

function openLine(row: Row, part: number, measured: readonly Measurement[]): string[] {
  const latencies = merged(measured.map((one) => one.latencies))
  return [
    row.scenario.name,
    row.server.name,
    `${part * 100} %`,
    (part * maximumOf(row)).toFixed(0),
    spread(measured.map(throughputOf), 0),
    spread([quantile(latencies, 0.5)], 2),
    spread(
      measured.map((one) => quantile(one.latencies, 0.99)),
      2,
    ),
    `${quantile(latencies, 0.999).toFixed(2)}${latencies.length < enoughForP999 ? '*' : ''}`,
    ...(['server', 'database', 'load'] as const).map((which) => cpuOf(row, which, measured)),
  ]
}

/** Microseconds of CPU for one answer. */
function cpuOf(
  { server }: Row,
  part: 'server' | 'database' | 'load',
  measured: readonly Measurement[],
): string {
  if (part === 'database' && server.deployment === 'gateway on sqlite') return 'in process'
  return median(measured.map(({ cpu, answers }) => cpu[part] / answers)).toFixed(0)
}

function ratio(measured: readonly Measurement[], floor: readonly Measurement[]): string {
  const paired = ratios(measured, floor)
  return paired.length > 0 ? spread(paired, 2) : '–'
}
