// What an activation costs where one, two or four gateways share a database and the same arrivals.

import { closedArrivals, openArrivals } from './demand.ts'
import type { Measurement } from './job.ts'
import type { Part } from './part.ts'
import { regulars } from './people.ts'
import { cpuOfBoth, ratios } from './ratio.ts'
import { throughputOf } from './row.ts'
import { scenarioNamed } from './scenarios.ts'
import type { ServerProcess } from './serverProcess.ts'
import { gatewayAt } from './servers.ts'
import { spread } from './spread.ts'
import { median } from './stats.ts'
import { deployAll, inRounds, prepare } from './subjects.ts'
import { table } from './table.ts'
import { createTry, untilAllCame } from './trial.ts'

const counts = [1, 2, 4]
/** Of the most that one gateway answers, how much arrives at all of them together. */
const part = 0.25
/** How much cheaper or dearer an activation may be than at one gateway. */
const tolerance = 0.05

const scenario = scenarioNamed('JWT remembered, writing')
const gateway = gatewayAt('graphql', 'postgresql')

/** Measures it. */
export const gateways: Part = {
  name: 'gateways',
  about: `“${scenario.name}” at one, two and four gateways on one database, at one rate in all`,
  subjects: [gateway.name],

  async run(_, parts) {
    const { seconds, ramp } = parts.options
    const tryOut = createTry(scenario, parts)
    const subjects = await deployAll(scenario, [gateway], parts)
    const [subject] = subjects
    if (!subject) throw new Error('there is no gateway')
    const { deployment } = subject
    const all: ServerProcess[] = [deployment.server]
    while (all.length < Math.max(...counts)) all.push(await deployment.startBeside(deployment.url))
    await prepare(subject, parts.options, tryOut)
    const everybody = { connections: 16, arrivals: untilAllCame, numbers: regulars, rule: 'any' } as const
    const warmUp = { connections: 16, arrivals: closedArrivals(parts.options.warmUp, ramp) }
    for (const server of all) {
      await tryOut(subject, { ...everybody, servers: [server] })
      await tryOut(subject, { ...warmUp, servers: [server] })
    }
    const closed = { connections: regulars.length, arrivals: closedArrivals(seconds, ramp) }
    const rate = part * throughputOf(await tryOut(subject, closed))
    const measured = new Map(counts.map((count): [number, Measurement[]] => [count, []]))
    // The longer, the less a part of a hundredth of a second, of which CPU time is counted, means.
    const arrivals = openArrivals(rate, 2 * seconds, ramp)
    await inRounds(subjects, counts, parts, async (_, count) => {
      const servers = all.slice(0, count)
      const measurement = await tryOut(subject, { connections: regulars.length, arrivals, servers })
      measured.get(count)?.push(measurement)
      parts.say(`  ${count} gateways: ${cpuOfBoth(measurement).toFixed(0)} µs of CPU an activation`)
    })
    const alone = measured.get(1)
    return {
      report: [
        `${rate.toFixed(0)} activations a second arrive, a quarter of what one gateway answers at most, in turn at each of the gateways.`,
        'CPU time of all of these together, and of the database, in µs an activation; × is that of both, against one gateway,',
        'paired by round.',
        '',
        table(
          ['server', 'gateways', 'gateways CPU µs', 'database CPU µs', 'both', '×'],
          [...measured].map(([count, times]) => [
            ...[gateway.name, String(count)],
            spread(
              times.map(({ cpu, answers }) => cpu.server / answers),
              0,
            ),
            spread(
              times.map(({ cpu, answers }) => cpu.database / answers),
              0,
            ),
            spread(times.map(cpuOfBoth), 0),
            spread(ratios(times, alone, cpuOfBoth), 2),
          ]),
        ),
        '',
      ].join('\n'),
      targets: counts.slice(1).map((count) => ({
        what: `${scenario.name}, ${count} gateways: CPU of an activation against one gateway`,
        ...{ least: 1 - tolerance, most: 1 + tolerance },
        measured: median(ratios(measured.get(count), alone, cpuOfBoth)),
      })),
    }
  },
}
