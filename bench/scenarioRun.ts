// One scenario at its servers: each is started with a database of its own, then they are measured in rounds, one
// after the other, so that what disturbs the machine for a while disturbs all of them.

import { join } from 'node:path'
import type { PostgresServer } from '../test/support/postgres.ts'
import { closedArrivals, createUserDemand } from './demand.ts'
import { deploy } from './deployment.ts'
import type { Generator } from './generator.ts'
import type { Measurement } from './job.ts'
import { noiseIn } from './noise.ts'
import { secondsOf, type Options } from './options.ts'
import { createOwnership, type Ownership } from './ownership.ts'
import type { Passwords } from './passwords.ts'
import { regulars } from './people.ts'
import { forgetPeakMemoryOf, peakMemoryOf } from './procfs.ts'
import { countRoundTrips } from './roundTrips.ts'
import { emptyRow, maximumOf, throughputOf, type Row } from './row.ts'
import type { Scenario } from './scenarios.ts'
import type { Server } from './servers.ts'
import type { Issuer } from './tokens.ts'
import { createTry, untilAllCame, type Subject, type TryOut } from './trial.ts'

export interface ScenarioParts {
  readonly options: Options
  readonly postgres: PostgresServer
  readonly generator: Generator
  readonly issuer: Issuer
  readonly passwords: Passwords
  /** A folder for what its servers write. */
  readonly folder: string
  readonly own: Ownership['own']
  readonly say: (text: string) => void
}

/** Runs a scenario at the given servers, and ends them. */
export async function runScenario(
  scenario: Scenario,
  servers: readonly Server[],
  parts: ScenarioParts,
): Promise<Row[]> {
  const { ramp, connections, parts: partsOfMaximum, counted } = parts.options
  const seconds = secondsOf(scenario, parts.options)
  const { own, end } = createOwnership()
  await parts.own(Promise.resolve(), end)
  parts.say(`\n${scenario.name}: ${scenario.about}`)
  const tryOut = createTry(scenario, parts)
  try {
    const subjects = await deployAll(scenario, servers, { ...parts, own })
    for (const subject of subjects) await prepare(subject, parts.options, tryOut)
    await inRounds(subjects, connections, parts, async (subject, count) => {
      const measurement = await tryOut(subject, {
        connections: count,
        arrivals: closedArrivals(seconds, ramp),
      })
      add(subject.row.closed, count, measurement)
      parts.say(lineOf(subject.row, `c=${count}`, measurement))
    })
    await inRounds(subjects, partsOfMaximum, parts, async (subject, part) => {
      const arrivals = { kind: 'open', rate: part * maximumOf(subject.row), seconds } as const
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

async function deployAll(
  scenario: Scenario,
  servers: readonly Server[],
  parts: ScenarioParts,
): Promise<Subject[]> {
  const { ofServer } = createUserDemand(parts.options, parts.passwords)
  const names = servers.map(({ deployment }) => deployment)
  const deployed = [...new Set(names)].map((name) => {
    const sharers = names.filter((one) => one === name).length
    const users = scenario.fresh === 'users' ? sharers * ofServer : regulars.length
    return deploy({ ...parts, name, scenario, users, folder: join(parts.folder, name.replaceAll(' ', '-')) })
  })
  const deployments = await Promise.all(deployed)
  return servers.flatMap((server) =>
    deployments
      .filter(({ name }) => name === server.deployment)
      .map((deployment) => ({ row: emptyRow(scenario, server), deployment })),
  )
}

/** Has the server know those who come again, and its code compiled. */
async function prepare(subject: Subject, { warmUp, ramp }: Options, tryOut: TryOut): Promise<void> {
  const { row, deployment } = subject
  const { fresh } = row.scenario
  if (fresh !== 'users') {
    const numbers = fresh === 'tokens' ? deployment.unseen(regulars.length) : regulars
    await tryOut(subject, { connections: 16, arrivals: untilAllCame, numbers, rule: 'any' })
  }
  const warmUpMeasurement = await tryOut(subject, {
    connections: 16,
    arrivals: closedArrivals(warmUp, ramp),
  })
  row.warmUpRate = throughputOf(warmUpMeasurement)
  forgetPeakMemoryOf(deployment.server.pid)
}

/** Goes round by round through all trials at all servers. Who is first in one round is last in the next. */
async function inRounds<T>(
  subjects: readonly Subject[],
  trials: readonly T[],
  { options: { rounds } }: ScenarioParts,
  one: (subject: Subject, trial: T) => Promise<void>,
): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (const trial of trials) {
      for (const subject of round % 2 === 0 ? subjects : subjects.toReversed()) await one(subject, trial)
    }
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
