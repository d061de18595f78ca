// One scenario at its servers: each is started with a database of its own, then they are measured in rounds, one
// after the other, so that what disturbs the machine for a while disturbs all of them.

import { closedArrivals, openArrivals } from './demand.ts'
import type { Measurement } from './job.ts'
import { noiseIn } from './noise.ts'
import { secondsOf } from './options.ts'
import { createOwnership } from './ownership.ts'
import { regulars } from './people.ts'
import { peakMemoryOf } from './procfs.ts'
import { profiled } from './profiled.ts'
import { countRoundTrips } from './roundTrips.ts'
import { maximumOf, throughputOf, type Row } from './row.ts'
import type { Scenario } from './scenarios.ts'
import type { Server } from './servers.ts'
import { deployAll, inRounds, prepare, type BenchParts } from './subjects.ts'
import { createTry } from './trial.ts'

/** Runs a scenario at the given servers, and ends them. */
export async function runScenario(
  scenario: Scenario,
  servers: readonly Server[],
  parts: BenchParts,
): Promise<Row[]> {
  const { ramp, connections, parts: partsOfMaximum, counted, profile } = parts.options
  const seconds = secondsOf(scenario, parts.options)
  const { own, end } = createOwnership()
  await parts.own(Promise.resolve(), end)
  parts.say(`\n${scenario.name}: ${scenario.about}`)
  const tryOut = createTry(scenario, parts)
  try {
    const subjects = await deployAll(scenario, servers, { ...parts, own, probed: profile !== null })
    for (const subject of subjects) await prepare(subject, parts.options, tryOut)
    await inRounds(subjects, connections, parts, async (subject, count) => {
      const trial = { connections: count, arrivals: closedArrivals(seconds, ramp) }
      const name = `${scenario.name}, ${subject.row.server.name}, c=${count}`
      const measurement = await profiled(profile, subject.deployment.server, name, () =>
        tryOut(subject, trial),
      )
      add(subject.row.closed, count, measurement)
      parts.say(lineOf(subject.row, `c=${count}`, measurement))
    })
    await inRounds(subjects, partsOfMaximum, parts, async (subject, part) => {
      const arrivals = openArrivals(part * maximumOf(subject.row), seconds, ramp)
      const measurement = await tryOut(subject, { connections: regulars.length, arrivals })
      add(subject.row.open, part, measurement)
      parts.say(lineOf(subject.row, `${part * 100} % of the maximum`, measurement))
    })
    for (const { row, deployment } of subjects) row.peakMemory = peakMemoryOf(deployment.server.pid)
    for (const subject of subjects) await countRoundTrips(subject, counted, tryOut, own)
    return subjects.map(({ row }) => row)
  } finally {
    await end()
  }
}

function add<K>(to: Map<K, Measurement[]>, key: K, measurement: Measurement): void {
  to.set(key, [...(to.get(key) ?? []), measurement])
}

function lineOf({ server }: Row, title: string, measurement: Measurement): string {
  const { cpu, answers } = measurement
  const each = (part: keyof typeof cpu) => `${part} ${(cpu[part] / answers).toFixed(0)}`
  const throughput = `${throughputOf(measurement).toFixed(0)}/s`
  const figures = `${throughput}, CPU µs: ${each('server')}, ${each('database')}, ${each('load')}`
  return `  ${server.name.padEnd(26)} ${title.padEnd(20)} ${figures}${noiseIn(measurement)}`
}
