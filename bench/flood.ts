// What a flood of wrong passwords leaves to those who come with tokens, or read: the same measurement without and with it,
// one after the other, on one server.

import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { closedArrivals } from './demand.ts'
import { deploy } from './deployment.ts'
import { startFlood, type Tally } from './flooding.ts'
import { floodReport } from './floodReport.ts'
import type { Measurement } from './job.ts'
import { named, type Part } from './part.ts'
import { regulars } from './people.ts'
import { emptyRow, throughputOf } from './row.ts'
import type { Scenario } from './scenarios.ts'
import type { BenchParts } from './subjects.ts'
import { gatewayAt, type DeploymentName, type Server } from './servers.ts'
import { createTry, untilAllCame, type Subject } from './trial.ts'

/** Where it is measured. */
const floodServers: readonly Server[] = (['sqlite', 'postgresql'] as const).flatMap((database) =>
  (['graphql', 'rest', 'read'] as const).map((door) => gatewayAt(door, database)),
)

/** Measures it. */
export const flood: Part = {
  name: 'flood',
  about: 'what a flood of wrong passwords leaves to those who come with tokens, or read',
  subjects: floodServers.map(({ name }) => name),
  async run(subjects, parts) {
    const { rows, tally } = await runFlood(named(floodServers, subjects), parts)
    return { report: floodReport(rows, tally), targets: [] }
  },
}

/** In all of them the same users come again and again. */
const floodScenario: Scenario = {
  name: 'flood',
  about:
    'JWTs that are remembered, activated within the grace at both doors, and profiles read, without and with a flood of wrong passwords that fills both queues',
  proof: 'RS256',
  fresh: 'nothing',
  graceMs: 30_000,
}

/** So many for each core are in the queues, and some more come again and again. */
const beyond = 40 * availableParallelism()
const deluge = { clients: 500 * availableParallelism() + beyond, beyond, sources: 16 }
/** How many requests are under way at once, and which part of what is answered then arrives at a fixed rate. */
const connections = 16
const part = 0.25
/** How long until the queues are empty again, in milliseconds: nobody waits longer in them. */
const fall = 10_000

/** One measurement in a round: with as much as it takes, and at a fixed rate. */
export interface Pair {
  readonly closed: Measurement
  readonly open: Measurement
}

/** What was measured of one way, without and with the flood, in each round. */
export interface FloodRow {
  readonly server: Server
  readonly rounds: { readonly without: Pair; readonly within: Pair }[]
}

/** Runs it at the given servers. */
async function runFlood(
  servers: readonly Server[],
  parts: BenchParts,
): Promise<{ rows: FloodRow[]; tally: Tally }> {
  const { options, own, say } = parts
  const tally: Tally = { wrong: 0, refused: 0 }
  const tryOut = createTry(floodScenario, parts)
  const rows: FloodRow[] = []
  for (const name of new Set(servers.map(({ deployment }) => deployment))) {
    const subjects = await deployed(name)
    for (let round = 0; round < options.rounds; round++) await oneRound(subjects)
  }
  return { rows, tally }

  async function deployed(name: DeploymentName): Promise<[Subject, FloodRow][]> {
    const users = regulars.length
    const folder = join(parts.folder, name.replaceAll(' ', '-'))
    const deployment = await deploy({ ...parts, name, users, scenario: floodScenario, folder })
    const subjectOf = (server: Server): Subject => ({ row: emptyRow(floodScenario, server), deployment })
    const everybody = { connections, arrivals: untilAllCame, numbers: regulars, rule: 'any' } as const
    await tryOut(subjectOf(gatewayAt('rest', 'sqlite')), everybody)
    const made = servers
      .filter((server) => server.deployment === name)
      .map((server): [Subject, FloodRow] => [subjectOf(server), { server, rounds: [] }])
    for (const [subject, row] of made) {
      await tryOut(subject, { connections, arrivals: closedArrivals(options.warmUp, options.ramp) })
      rows.push(row)
    }
    return made
  }

  async function oneRound(subjects: readonly [Subject, FloodRow][]): Promise<void> {
    const quiet: [Subject, FloodRow, Pair][] = []
    for (const [subject, row] of subjects) quiet.push([subject, row, await pair(subject)])
    const port = subjects[0]?.[0].deployment.server.port ?? 0
    const flood = await own(Promise.resolve(startFlood({ port, ...deluge })), (one) => one.kill())
    await flood.isFull
    for (const [subject, row, without] of quiet) {
      const within = await pair(subject, throughputOf(without.closed))
      row.rounds.push({ without, within })
      say(lineOf(row.server, without, within))
    }
    const { wrong, refused } = await flood.end()
    await flood.kill()
    tally.wrong += wrong
    tally.refused += refused
    await sleep(fall)
  }

  /** The fixed rate is the same without and with the flood. */
  async function pair(subject: Subject, throughput?: number): Promise<Pair> {
    const { seconds, ramp } = options
    const closed = await tryOut(subject, { connections, arrivals: closedArrivals(seconds, ramp) })
    const rate = part * (throughput ?? throughputOf(closed))
    const arrivals = { kind: 'open', rate, seconds } as const
    return { closed, open: await tryOut(subject, { connections: regulars.length, arrivals }) }
  }
}

function lineOf({ name }: Server, without: Pair, within: Pair): string {
  const rates = [without, within].map(({ closed }) => `${throughputOf(closed).toFixed(0)}/s`)
  return `  ${name.padEnd(26)} ${rates.join(' → ')}`
}
