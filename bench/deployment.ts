import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { PostgresServer } from '../test/support/postgres.ts'
import { createFloorTables, startFloor } from './floorDeployment.ts'
import { provisionGateway, startGateway, writeGatewayFiles } from './gatewayDeployment.ts'
import type { Options } from './options.ts'
import type { Ownership } from './ownership.ts'
import type { Passwords } from './passwords.ts'
import type { Scenario } from './scenarios.ts'
import { createSeenTokens } from './seenTokens.ts'
import type { ServerProcess } from './serverProcess.ts'
import type { DeploymentName } from './servers.ts'
import type { Issuer } from './tokens.ts'

/** A running server on a database of its own, with the users in it. */
export interface Deployment {
  readonly name: DeploymentName
  readonly server: ServerProcess
  /** Its PostgreSQL database; null if it is in the server's process. */
  readonly databaseUrl: string | null
  /** Its database, wherever it is. */
  readonly url: string
  /** Starts another server of this kind on the same database, reached by another URL. */
  readonly startBeside: (databaseUrl: string) => Promise<ServerProcess>
  /** Takes numbers of users, or of JWTs, of which no request was yet. */
  readonly unseen: (count: number) => number[]
  /** The tokens that it has made for the regulars. */
  readonly ownTokens: readonly string[]
  /** Takes down tokens that are sent to it. @throws if one is not the first time */
  readonly seesFirst: (tokens: readonly string[]) => void
}

export interface DeploymentParts {
  readonly name: DeploymentName
  readonly scenario: Scenario
  readonly users: number
  readonly passwords: Passwords
  readonly issuer: Issuer
  readonly postgres: PostgresServer
  /** An empty folder for it. */
  readonly folder: string
  readonly own: Ownership['own']
  readonly options: Pick<Options, 'built'>
  /** Whether the server lets itself be looked into, which it does only while it is asked to. */
  readonly probed?: boolean
}

/** Makes the database, starts the server and makes the users. */
export async function deploy(parts: DeploymentParts): Promise<Deployment> {
  const { name, scenario, users, postgres, folder, own } = parts
  const databaseUrl = name === 'gateway on sqlite' ? null : await postgres.createDatabase()
  const isGateway = name.startsWith('gateway')
  await mkdir(folder, { recursive: true })
  if (isGateway) await writeGatewayFiles(parts)
  const floorTokens = isGateway || databaseUrl === null ? [] : await createFloorTables(databaseUrl, parts)
  const start = isGateway ? startGateway : startFloor
  const startOn = (on: string) => own(start(on, parts), (server) => server.stop())
  const url = databaseUrl ?? `file:${join(folder, 'gateway.db')}`
  const server = await startOn(url)
  let taken = 0
  return {
    name,
    server,
    databaseUrl,
    url,
    startBeside: startOn,
    unseen(count) {
      if (scenario.fresh === 'users' && taken + count > users) throw new Error(`${name} has too few users`)
      taken += count
      return Array.from({ length: count }, (_, n) => taken - count + n)
    },
    ownTokens: isGateway ? await provisionGateway(server.port, parts) : floorTokens,
    seesFirst: createSeenTokens(),
  }
}
