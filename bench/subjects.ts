import { join } from 'node:path'
import type { PostgresServer } from '../test/support/postgres.ts'
import { closedArrivals, createUserDemand } from './demand.ts'
import { deploy, type DeploymentParts } from './deployment.ts'
import type { Generator } from './generator.ts'
import { warmUpOf, type Options } from './options.ts'
import type { Ownership } from './ownership.ts'
import type { Passwords } from './passwords.ts'
import { regulars } from './people.ts'
import { forgetPeakMemoryOf } from './procfs.ts'
import { emptyRow, throughputOf } from './row.ts'
import type { Scenario } from './scenarios.ts'
import type { Server } from './servers.ts'
import type { Issuer } from './tokens.ts'
import { untilAllCame, type Subject, type TryOut } from './trial.ts'

/** What everything that is measured is made with. */
export interface BenchParts {
  readonly options: Options
  readonly postgres: PostgresServer
  readonly generator: Generator
  readonly issuer: Issuer
  readonly passwords: Passwords
  /** A folder for what servers write; it need not be there yet. */
  readonly folder: string
  readonly own: Ownership['own']
  readonly say: (text: string) => void
}

/** Starts servers, each kind with a database of its own. */
export async function deployAll(
  scenario: Scenario,
  servers: readonly Server[],
  parts: BenchParts & Pick<DeploymentParts, 'probed'>,
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
export async function prepare(subject: Subject, options: Options, tryOut: TryOut): Promise<void> {
  const { row, deployment } = subject
  const { scenario } = row
  const { fresh } = scenario
  if (fresh !== 'users') {
    const numbers = fresh === 'tokens' ? deployment.unseen(regulars.length) : regulars
    await tryOut(subject, { connections: 16, arrivals: untilAllCame, numbers, rule: 'any' })
  }
  const warmUpMeasurement = await tryOut(subject, {
    connections: 16,
    arrivals: closedArrivals(warmUpOf(scenario, options), options.ramp),
  })
  row.warmUpRate = throughputOf(warmUpMeasurement)
  forgetPeakMemoryOf(deployment.server.pid)
}

/** Goes round by round through all trials at all servers. Who is first in one round is last in the next. */
export async function inRounds<S, T>(
  subjects: readonly S[],
  trials: readonly T[],
  { options: { rounds } }: Pick<BenchParts, 'options'>,
  one: (subject: S, trial: T) => Promise<void>,
): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (const trial of trials) {
      for (const subject of round % 2 === 0 ? subjects : subjects.toReversed()) await one(subject, trial)
    }
  }
}
