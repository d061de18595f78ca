import type { DoorName } from './doors.ts'

/** A row of the tables: one way to activate a profile. */
export interface Server {
  readonly name: string
  readonly door: DoorName
  readonly deployment: DeploymentName
  /** Whether an activation that changes nothing can write nothing. */
  readonly hasGrace: boolean
}

/** What runs as one process on one database. */
export type DeploymentName = 'gateway on sqlite' | 'gateway on postgresql' | 'floor A' | 'floor B'

/** How many connections to PostgreSQL each server keeps at most. */
export const poolSize = 10

/** In the order of a round: what is compared stands side by side. */
export const servers: readonly Server[] = [
  floor('A', { hasGrace: false }),
  gatewayAt('graphql', 'postgresql'),
  gatewayAt('rest', 'postgresql'),
  floor('B', { hasGrace: true }),
  gatewayAt('graphql', 'sqlite'),
  gatewayAt('rest', 'sqlite'),
]

/** A gateway at one of its doors. */
export function gatewayAt(door: DoorName, database: 'sqlite' | 'postgresql'): Server {
  return {
    name: `gateway/${door}/${database}`,
    door,
    deployment: `gateway on ${database}`,
    hasGrace: true,
  }
}

function floor(name: 'A' | 'B', { hasGrace }: { hasGrace: boolean }): Server {
  return {
    name: `floor ${name}`,
    door: 'rest',
    deployment: `floor ${name}`,
    hasGrace,
  }
}
