import { createUserDemand, tokenDemand } from './demand.ts'
import type { Deployment } from './deployment.ts'
import type { Arrivals, Measurement, Rule } from './job.ts'
import { regulars } from './people.ts'
import { createRequests } from './requests.ts'
import type { Row } from './row.ts'
import type { BenchParts } from './subjects.ts'
import type { Scenario } from './scenarios.ts'
import type { ServerProcess } from './serverProcess.ts'

/** A server to be measured, and where it runs. */
export interface Subject {
  readonly row: Row
  readonly deployment: Deployment
}

/** What to measure of it. */
export interface Trial {
  readonly connections: number
  readonly arrivals: Arrivals
  /** Which users or tokens come, each once; without them it is what the scenario has. */
  readonly numbers?: readonly number[]
  /** What answers must say, if not what the scenario asks for. */
  readonly rule?: Rule
  /** At which servers, if not at the deployment's own. */
  readonly servers?: readonly ServerProcess[]
}

/** An arrival of each user, however long it takes. */
export const untilAllCame: Arrivals = { kind: 'closed', rampMs: 0, seconds: 600 }

/** Makes the function that has a trial of a scenario made. */
export function createTry(scenario: Scenario, parts: BenchParts) {
  const { options, passwords, issuer, generator, postgres } = parts
  const { name, fresh } = scenario
  const userDemand = createUserDemand(options, passwords)
  const requestsOf = createRequests(scenario, issuer)

  return async function tryOut(subject: Subject, trial: Trial): Promise<Measurement> {
    const { row, deployment } = subject
    const { connections, arrivals, rule = ruleOf(row), servers = [deployment.server] } = trial
    const numbers = trial.numbers ?? comers(subject, trial)
    const measurement = await generator.measure({
      ...{ rule, connections, arrivals, ports: servers.map(({ port }) => port) },
      door: row.server.door,
      requests: await requestsOf(numbers, row.server.door, deployment),
      repeat: !trial.numbers && fresh === 'nothing',
      history: `${name} at ${deployment.name}`,
      processes: {
        servers: servers.map(({ pid }) => pid),
        database: deployment.databaseUrl === null ? null : postgres.pid(),
      },
    })
    const { requests, different } = measurement.sent
    row.sent = { requests: row.sent.requests + requests, different: row.sent.different + different }
    return measurement
  }

  function comers({ row, deployment }: Subject, { connections, arrivals }: Trial): readonly number[] {
    if (fresh === 'nothing') return regulars
    return deployment.unseen(
      fresh === 'users' ? userDemand.of(connections, arrivals) : tokenDemand(row, connections, arrivals),
    )
  }
}

export type TryOut = ReturnType<typeof createTry>

function ruleOf({ scenario, server }: Row): Rule {
  if (scenario.fresh === 'users') return 'first'
  return scenario.graceMs === 0 || !server.hasGrace ? 'writes' : { graceMs: scenario.graceMs }
}
