import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PostgresServer } from '../test/support/postgres.ts'
import { createFloorTables } from './floorTables.ts'
import type { Ownership } from './ownership.ts'
import type { Passwords } from './passwords.ts'
import { application, userOf } from './people.ts'
import type { Scenario } from './scenarios.ts'
import { startServerProcess, type ServerProcess } from './serverProcess.ts'
import type { DeploymentName } from './servers.ts'
import type { Issuer } from './tokens.ts'

/** How many connections to PostgreSQL each server keeps at most. */
export const poolSize = 10

/** A running server on a database of its own, with the users in it. */
export interface Deployment {
  readonly name: DeploymentName
  readonly server: ServerProcess
  /** Its PostgreSQL database; null if it is in the server's process. */
  readonly databaseUrl: string | null
  /** Starts another server of this kind on the same database, reached by another URL. */
  readonly startBeside: (databaseUrl: string) => Promise<ServerProcess>
  /** Takes users of which no request was yet. */
  readonly strangers: (count: number) => number[]
}

interface DeploymentParts {
  readonly name: DeploymentName
  readonly scenario: Scenario
  readonly users: number
  readonly passwords: Passwords
  readonly issuer: Issuer
  readonly postgres: PostgresServer
  /** An empty folder for it. */
  readonly folder: string
  readonly own: Ownership['own']
}

/** Makes the database, starts the server and makes the users. */
export async function deploy(parts: DeploymentParts): Promise<Deployment> {
  const { name, users, postgres, folder, own } = parts
  const databaseUrl = name === 'gateway on sqlite' ? null : await postgres.createDatabase()
  const isGateway = name.startsWith('gateway')
  await mkdir(folder, { recursive: true })
  if (isGateway)
    await writeFile(join(folder, 'gateway.yml'), settingsFor(parts.scenario, databaseUrl !== null))
  const startOn = (url: string) =>
    own(isGateway ? startGateway(url, folder) : startFloor(url, parts), (server) => server.stop())
  if (!isGateway && databaseUrl !== null) await createFloorTables(databaseUrl, parts)
  const server = await startOn(databaseUrl ?? `file:${join(folder, 'gateway.db')}`)
  if (isGateway) await provision(server.port, parts)
  let taken = 0
  return {
    name,
    server,
    databaseUrl,
    startBeside: startOn,
    strangers(count) {
      if (taken + count > users) throw new Error(`${name} has too few users`)
      taken += count
      return Array.from({ length: count }, (_, n) => taken - count + n)
    },
  }
}

const elastic = { username: 'elastic', password: 'elastic-p@ssw0rd' }

function startGateway(databaseUrl: string, folder: string): Promise<ServerProcess> {
  const main = join(import.meta.dirname, '../src/main.ts')
  return startServerProcess([main, 'serve'], folder, {
    HOST: '127.0.0.1',
    PORT: '0',
    DATABASE_URL: databaseUrl,
    ELASTIC_PASSWORD: elastic.password,
    GATEWAY_CONFIG: join(folder, 'gateway.yml'),
  })
}

function settingsFor({ graceMs }: Scenario, onPostgres: boolean): string {
  return JSON.stringify({
    activation: { unchanged_grace: `${graceMs}ms` },
    ...(onPostgres && { database: { pool_size: poolSize } }),
  })
}

function startFloor(
  databaseUrl: string,
  { name, scenario, issuer, folder }: DeploymentParts,
): Promise<ServerProcess> {
  const program = join(import.meta.dirname, name === 'floor A' ? 'floorA.ts' : 'floorB.ts')
  return startServerProcess([program], folder, {
    DATABASE_URL: databaseUrl,
    POOL_SIZE: String(poolSize),
    GRACE_MS: String(scenario.graceMs),
    JWK: JSON.stringify(issuer.publicJwk()),
  })
}

/** Makes the role, the application and the users, as an operator would. */
async function provision(port: number, { users, passwords }: DeploymentParts): Promise<void> {
  const put = async (path: string, body: object) => {
    const response = await fetch(`http://127.0.0.1:${port}/_security/${path}`, {
      method: 'PUT',
      headers: {
        authorization: `Basic ${Buffer.from(`${elastic.username}:${elastic.password}`).toString('base64')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(body),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${path} was not made: ${response.status} ${text}`)
  }
  await put(`role/${application.role}`, { cluster: ['manage_user_profile'] })
  await put(`user/${application.username}`, { password: application.password, roles: [application.role] })
  let next = 0
  const provider = async () => {
    while (next < users) {
      const { username, roles, fullName, email } = userOf(next++)
      await put(`user/${username}`, { password_hash: passwords.userHash, roles, full_name: fullName, email })
    }
  }
  await Promise.all(Array.from({ length: 16 }, provider))
}
