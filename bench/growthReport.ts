import type { Measurement } from './job.ts'
import { thousand, type Options } from './options.ts'
import { cpuOfBoth, ratios } from './ratio.ts'
import { spread } from './spread.ts'
import { median } from './stats.ts'
import { table } from './table.ts'
import type { Target } from './target.ts'

/** What was measured of a gateway. */
export interface Growth {
  readonly name: string
  /** With few profiles and with many, by round. */
  readonly cpu: { readonly few: readonly Measurement[]; readonly many: readonly Measurement[] }
  /** Of the gateway with many, in MiB: before most tokens came, the most, and once it had nothing to do. */
  readonly memory: { readonly before: number; readonly peak: number; readonly steady: number }
  /** How many tokens it remembers at the end. */
  readonly remembered: number
}

/** How much dearer an activation may be, and how much memory a gateway may take, in MiB. */
const dearest = 1.15
const largest = 200

/** In Markdown. */
export function growthReport(grown: readonly Growth[], { profiles, proofs }: Options): string {
  return [
    `CPU time of gateway and database together for an activation that writes, by a JWT that is remembered, with ${thousand} profiles`,
    `stored and with ${profiles}; × is paired by round. Whoever comes is spread over all of them. Then memory of the gateway with`,
    `${profiles} profiles, in MiB: before all of ${proofs} tokens came, the most while they came, and at rest after them.`,
    '',
    table(
      [
        'server',
        'remembered',
        `CPU µs, ${thousand}`,
        `CPU µs, ${profiles}`,
        '×',
        'MiB before',
        'most',
        'at rest',
      ],
      grown.map(({ name, cpu, memory: { before, peak, steady }, remembered }) => [
        ...[name, String(remembered), spread(cpu.few.map(cpuOfBoth), 0), spread(cpu.many.map(cpuOfBoth), 0)],
        spread(ratios(cpu.many, cpu.few, cpuOfBoth), 2),
        ...[before, peak, steady].map((mebibytes) => mebibytes.toFixed(0)),
      ]),
    ),
    '',
  ].join('\n')
}

/** What is asked of it. */
export function growthTargets(grown: readonly Growth[], { profiles }: Options): Target[] {
  return grown.flatMap(({ name, cpu, memory, remembered }) => [
    {
      what: `${name}: CPU of an activation with ${profiles} profiles against ${thousand}`,
      most: dearest,
      measured: median(ratios(cpu.many, cpu.few, cpuOfBoth)),
    },
    ...(['peak', 'steady'] as const).map((key) => ({
      what: `${name}: ${key === 'peak' ? 'most memory' : 'memory at rest'} with ${profiles} profiles and ${remembered} remembered tokens`,
      most: largest,
      measured: memory[key],
      unit: 'MiB',
    })),
  ])
}
