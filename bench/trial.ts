import { createDemand } from './demand.ts'
import type { Deployment } from './deployment.ts'
import type { Arrivals, Measurement, Rule } from './job.ts'
import { createRequests, regulars } from './requests.ts'
import type { Row } from './row.ts'
import type { ScenarioParts } from './scenarioRun.ts'
import type { Scenario } from './scenarios.ts'

/** A server to be measured, and where it runs. */
export interface Subject {
  readonly row: Row
  readonly deployment: Deployment
}

/** What to measure of it. */
export interface Trial {
  readonly connections: number
  readonly arrivals: Arrivals
  /** Who comes, each once; without them it is who the scenario has. */
  readonly users?: readonly number[]
  /** What answers must say, if not what the scenario asks for. */
  readonly rule?: Rule
  /** Where, if not at the deployment's own server. */
  readonly port?: number
}

/** An arrival of each user, however long it takes. */
export const untilAllCame: Arrivals = { kind: 'closed', rampMs: 0, seconds: 600 }

/** Makes the function that has a trial of a scenario made. */
export function createTry({ grant, users, name }: Scenario, parts: ScenarioParts) {
  const { options, passwords, issuer, generator, postgres } = parts
  const demand = createDemand(options, passwords)
  const requestsOf = createRequests(grant, issuer)

  return async function tryOut({ row, deployment }: Subject, trial: Trial): Promise<Measurement> {
    const { connections, arrivals, rule = ruleOf(row), port = deployment.server.port } = trial
    const comers = () =>
      users === 'again' ? regulars : deployment.strangers(demand.of(connections, arrivals))
    return generator.measure({
      ...{ port, rule, connections, arrivals },
      door: row.server.door,
      requests: await requestsOf(trial.users ?? comers(), row.server.door),
      repeat: !trial.users && users === 'again',
      history: `${name} at ${deployment.name}`,
      processes: {
        server: deployment.server.pid,
        database: deployment.databaseUrl === null ? null : postgres.pid(),
      },
    })
  }
}

export type TryOut = ReturnType<typeof createTry>

function ruleOf({ scenario, server }: Row): Rule {
  if (scenario.users === 'each once') return 'first'
  return scenario.graceMs === 0 || !server.hasGrace ? 'writes' : { graceMs: scenario.graceMs }
}
