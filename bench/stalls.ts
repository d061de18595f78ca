// How long writes keep a gateway's event loop from everything else. SQLite is in its process: a commit there waits for
// the disk.

import { closedArrivals } from './demand.ts'
import { named, type Part } from './part.ts'
import type { Stalls } from './probe.ts'
import { throughputOf } from './row.ts'
import { scenarioNamed } from './scenarios.ts'
import { gatewayAt } from './servers.ts'
import { spread } from './spread.ts'
import { deployAll, inRounds, prepare } from './subjects.ts'
import { table } from './table.ts'
import { createTry } from './trial.ts'

const scenario = scenarioNamed('JWT remembered, writing')
const gateways = (['sqlite', 'postgresql'] as const).map((database) => gatewayAt('graphql', database))

interface Line {
  readonly name: string
  readonly c: number
  readonly rates: number[]
  readonly stalls: Stalls[]
}

/** Measures it. */
export const stalls: Part = {
  name: 'stalls',
  about: `how long “${scenario.name}” keeps the event loop from everything else`,
  subjects: gateways.map(({ name }) => name),

  async run(names, parts) {
    const { seconds, ramp, connections } = parts.options
    const tryOut = createTry(scenario, parts)
    const subjects = await deployAll(scenario, named(gateways, names), { ...parts, probed: true })
    for (const subject of subjects) await prepare(subject, parts.options, tryOut)
    const lines: Line[] = []
    await inRounds(subjects, connections, parts, async (subject, c) => {
      const { name } = subject.row.server
      const { server } = subject.deployment
      let line = lines.find((one) => one.name === name && one.c === c)
      if (!line) lines.push((line = { name, c, rates: [], stalls: [] }))
      await server.ask('stalls')
      const measurement = await tryOut(subject, { connections: c, arrivals: closedArrivals(seconds, ramp) })
      line.stalls.push(JSON.parse(await server.ask('end stalls')) as Stalls)
      line.rates.push(throughputOf(measurement))
      parts.say(
        `  ${name.padEnd(26)} c=${c}: longest ${spread(
          line.stalls.map(({ max }) => max),
          1,
        )} ms`,
      )
    })
    return {
      report: [
        'How late timers of the event loop were that are due each millisecond, in ms: what one turn of the loop takes, commits',
        'and garbage collection included, and what other processes take from it.',
        '',
        table(
          ['server', 'c', 'requests/s', 'median', 'p99', 'longest'],
          lines.map(({ name, c, rates, stalls }) => [
            ...[name, String(c), spread(rates, 0)],
            ...(['median', 'p99', 'max'] as const).map((key) =>
              spread(
                stalls.map((one) => one[key]),
                2,
              ),
            ),
          ]),
        ),
        '',
      ].join('\n'),
      targets: lines
        .filter(({ name, c }) => name.endsWith('sqlite') && c > 1)
        .flatMap(({ name, c, stalls }) =>
          (['p99', 'max'] as const).map((key) => ({
            what: `${scenario.name}, ${name}, c=${c}: ${key === 'max' ? 'longest stall' : 'p99 of stalls'} of the event loop`,
            measured: Math.max(...stalls.map((one) => one[key])),
            unit: 'ms',
          })),
        ),
    }
  },
}
