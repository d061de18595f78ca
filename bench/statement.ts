// What a gateway adds to its own write: activations a second, beside rows a second of one statement that a program sends
// over bare `pg` to the same table of the same database, as many rows at a time as there are connections to the gateway.

import { startBareStatement, type BareTiming } from './bareStatement.ts'
import { closedArrivals } from './demand.ts'
import type { Part } from './part.ts'
import { named } from './part.ts'
import { throughputOf } from './row.ts'
import { scenarioNamed } from './scenarios.ts'
import { servers } from './servers.ts'
import { spread } from './spread.ts'
import { median } from './stats.ts'
import { deployAll, inRounds, prepare, type BenchParts } from './subjects.ts'
import { table } from './table.ts'
import { createTry, type Subject } from './trial.ts'

const least = 0.5

const scenario = scenarioNamed('JWT remembered, writing')

/** Measures it. */
export const statement: Part = {
  name: 'statement',
  about: `“${scenario.name}” beside the same write in one statement, sent by pg alone`,
  subjects: servers
    .filter(({ deployment }) => deployment === 'gateway on postgresql')
    .map(({ name }) => name),

  async run(names, parts) {
    const compared = await measured(await subjectsOf(names, parts), parts)
    return {
      report: [
        'Activations a second, and rows a second that `pg` alone writes into the same table by one prepared statement: one',
        'JSON parameter, `INSERT … SELECT FROM jsonb_to_recordset … ON CONFLICT DO UPDATE … RETURNING`, c rows ordered by uid,',
        'on one connection, the next when the one before is answered. × is paired by round.',
        '',
        table(
          ['server', 'c', 'activations/s', 'rows/s', '×', 'CPU µs of pg alone for a row'],
          compared.map(({ name, c, activations, bare }) => [
            ...[name, String(c), spread(activations, 0), spread(bare.map(rateOf), 0)],
            spread(quotients(activations, bare), 2),
            spread(
              bare.map(({ rows, cpu }) => cpu / rows),
              1,
            ),
          ]),
        ),
        '',
      ].join('\n'),
      targets: compared
        .filter(({ c }) => c > 1)
        .map(({ name, c, activations, bare }) => ({
          what: `${scenario.name}, ${name}, c=${c}: against the batched statement sent by pg alone`,
          least,
          measured: median(quotients(activations, bare)),
        })),
    }
  },
}

interface Compared {
  readonly name: string
  readonly c: number
  readonly activations: number[]
  readonly bare: BareTiming[]
}

async function subjectsOf(names: readonly string[], parts: BenchParts): Promise<Subject[]> {
  const subjects = await deployAll(scenario, named(servers, names), parts)
  for (const subject of subjects) await prepare(subject, parts.options, createTry(scenario, parts))
  return subjects
}

async function measured(subjects: readonly Subject[], parts: BenchParts): Promise<Compared[]> {
  const { seconds, ramp, connections } = parts.options
  const tryOut = createTry(scenario, parts)
  const bareStatement = await parts.own(Promise.resolve(startBareStatement()), (one) => one.stop())
  const compared: Compared[] = []
  await inRounds(subjects, connections, parts, async (subject, c) => {
    const { name } = subject.row.server
    let line = compared.find((one) => one.name === name && one.c === c)
    if (!line) compared.push((line = { name, c, activations: [], bare: [] }))
    const measurement = await tryOut(subject, { connections: c, arrivals: closedArrivals(seconds, ramp) })
    line.activations.push(throughputOf(measurement))
    line.bare.push(
      await bareStatement.measure({ url: subject.deployment.url, rows: c, rampMs: ramp * 1_000, seconds }),
    )
    parts.say(`  ${name.padEnd(26)} c=${c}: ${spread(quotients(line.activations, line.bare), 2)}`)
  })
  return compared
}

function rateOf({ rows, seconds }: BareTiming): number {
  return rows / seconds
}

function quotients(activations: readonly number[], bare: readonly BareTiming[]): number[] {
  return bare.map((one, round) => (activations[round] ?? NaN) / rateOf(one))
}
