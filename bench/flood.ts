// What a flood of wrong passwords leaves to those who come with tokens, or read: the same measurement without one, with one at
// another server on the same machine, and with one at the server itself, one after the other. The second says what of the
// third is the machine's, whose cores all of it shares.

import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { closedArrivals, openArrivals } from './demand.ts'
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
    'JWTs that are remembered, activated within the grace at both doors, and profiles read, without and with a flood of wrong passwords that fills both queues, of a neighbour or its own',
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

/** What was measured of one way in a round: without a flood, with one at a neighbour, and with one at the server itself. */
export interface FloodRound {
  readonly without: Pair
  readonly beside: Pair
  readonly within: Pair
}

/** What was measured of one way in each round. */
export interface FloodRow {
  readonly server: Server
  readonly rounds: FloodRound[]
}

/** A server, and another like it that shares nothing with it but the machine. */
interface Neighbours {
  readonly subjects: readonly [Subject, FloodRow][]
  readonly ports: { readonly server: number; readonly neighbour: number }
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
    const neighbours = await deployed(name)
    for (let round = 0; round < options.rounds; round++) await oneRound(neighbours)
  }
  return { rows, tally }

  async function deployed(name: DeploymentName): Promise<Neighbours> {
    const users = regulars.length
    const folder = join(parts.folder, name.replaceAll(' ', '-'))
    const deployIn = (folder: string) => deploy({ ...parts, name, users, scenario: floodScenario, folder })
    const deployment = await deployIn(folder)
    const neighbour = await deployIn(`${folder}-neighbour`)
    const subjectOf = (server: Server): Subject => ({ row: emptyRow(floodScenario, server), deployment })
    const everybody = { connections, arrivals: untilAllCame, numbers: regulars, rule: 'any' } as const
    await tryOut(subjectOf(gatewayAt('rest', 'sqlite')), everybody)
    const subjects = servers
      .filter((server) => server.deployment === name)
      .map((server): [Subject, FloodRow] => [subjectOf(server), { server, rounds: [] }])
    for (const [subject, row] of subjects) {
      await tryOut(subject, { connections, arrivals: closedArrivals(options.warmUp, options.ramp) })
      rows.push(row)
    }
    return { subjects, ports: { server: deployment.server.port, neighbour: neighbour.server.port } }
  }

  async function oneRound({ subjects, ports }: Neighbours): Promise<void> {
    const quiet: [Subject, FloodRow, Pair][] = []
    for (const [subject, row] of subjects) quiet.push([subject, row, await pair(subject)])
    const elsewhere = await flooded(ports.neighbour, quiet)
    const here = await flooded(ports.server, quiet)
    for (const [index, [, row, without]] of quiet.entries()) {
      const [beside, within] = [elsewhere[index], here[index]]
      if (!beside || !within) throw new Error('a way was not measured')
      row.rounds.push({ without, beside, within })
      say(lineOf(row.server, { without, beside, within }))
    }
  }

  /** All of them again, while a flood comes to a port. */
  async function flooded(port: number, quiet: readonly [Subject, FloodRow, Pair][]): Promise<Pair[]> {
    const flood = await own(Promise.resolve(startFlood({ port, ...deluge })), (one) => one.kill())
    await flood.isFull
    const pairs: Pair[] = []
    for (const [subject, , without] of quiet) pairs.push(await pair(subject, throughputOf(without.closed)))
    const { wrong, refused } = await flood.end()
    await flood.kill()
    tally.wrong += wrong
    tally.refused += refused
    await sleep(fall)
    return pairs
  }

  /** The fixed rate is the same without and with a flood. */
  async function pair(subject: Subject, throughput?: number): Promise<Pair> {
    const { seconds, ramp } = options
    const closed = await tryOut(subject, { connections, arrivals: closedArrivals(seconds, ramp) })
    const rate = part * (throughput ?? throughputOf(closed))
    const arrivals = openArrivals(rate, seconds, ramp)
    return { closed, open: await tryOut(subject, { connections: regulars.length, arrivals }) }
  }
}

function lineOf({ name }: Server, { without, beside, within }: FloodRound): string {
  const rates = [without, beside, within].map(({ closed }) => `${throughputOf(closed).toFixed(0)}/s`)
  return `  ${name.padEnd(26)} ${rates.join(' → ')}`
}
