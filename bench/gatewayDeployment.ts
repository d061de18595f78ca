import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DeploymentParts } from './deployment.ts'
import { builtMain, nodeOptions, sourceMain } from './gatewayMain.ts'
import { application, password, regulars, userOf } from './people.ts'
import { startServerProcess, type ServerProcess } from './serverProcess.ts'
import { poolSize } from './servers.ts'
import { algorithms, tokenTerms } from './tokens.ts'

/** The superuser. */
export const elastic = { username: 'elastic', password: 'elastic-p@ssw0rd' }

/** Writes its settings and the keys of the JWTs. */
export async function writeGatewayFiles(parts: DeploymentParts): Promise<void> {
  await writeFile(join(parts.folder, 'gateway.yml'), JSON.stringify(settingsFor(parts)))
  await writeFile(join(parts.folder, 'jwks.json'), JSON.stringify(parts.issuer.jwks()))
}

export function startGateway(
  databaseUrl: string,
  { folder, probed, options }: Pick<DeploymentParts, 'folder' | 'probed' | 'options'>,
): Promise<ServerProcess> {
  const environment = {
    HOST: '127.0.0.1',
    PORT: '0',
    DATABASE_URL: databaseUrl,
    ELASTIC_PASSWORD: elastic.password,
    GATEWAY_CONFIG: join(folder, 'gateway.yml'),
  }
  const main = options.built ? builtMain : sourceMain
  return startServerProcess([...nodeOptions, main, 'serve'], folder, environment, probed)
}

function settingsFor({ name, scenario }: DeploymentParts): object {
  return {
    activation: { unchanged_grace: `${scenario.graceMs}ms` },
    ...(name === 'gateway on postgresql' && { database: { pool_size: poolSize } }),
    'realms.jwt.bench': {
      order: 1,
      allowed_issuer: tokenTerms.issuer,
      allowed_audiences: [tokenTerms.audience],
      allowed_signature_algorithms: algorithms,
      pkc_jwkset_path: 'jwks.json',
      claims: { principal: 'sub', groups: 'roles', name: 'name', mail: 'mail' },
      client_authentication: { type: 'none' },
    },
    // So that the queues alone are in the way of a flood.
    throttle: { attempts_per_address: 1_000_000, attempts_per_caller: 1_000_000 },
    // However many rounds there are.
    ...(scenario.proof === 'opaque token' && { token: { timeout: '1h' } }),
  }
}

/** Makes the role, the application and the users, as an operator would. Returns the tokens of the regulars, if needed. */
export async function provisionGateway(
  port: number,
  { users, passwords: { applicationHash, userHash }, scenario }: DeploymentParts,
): Promise<string[]> {
  await ask('PUT', `role/${application.role}`, { cluster: ['manage_user_profile'] })
  const roles = [application.role]
  await ask('PUT', `user/${application.username}`, { password_hash: applicationHash, roles })
  const numbers = Array.from({ length: users }, (_, n) => n)
  await sixteenAtOnce(numbers, async (n) => {
    const { username, roles, fullName: full_name, email } = userOf(n)
    await ask('PUT', `user/${username}`, { password_hash: userHash, roles, full_name, email })
  })
  return scenario.proof === 'opaque token' ? sixteenAtOnce(regulars, tokenOf) : []

  async function tokenOf(n: number): Promise<string> {
    const grant = { grant_type: 'password', username: userOf(n).username, password }
    const { access_token } = await ask('POST', 'oauth2/token', grant)
    return String(access_token)
  }

  async function ask(method: string, path: string, body: object): Promise<Record<string, unknown>> {
    const credentials = Buffer.from(`${elastic.username}:${elastic.password}`).toString('base64')
    const response = await fetch(`http://127.0.0.1:${port}/_security/${path}`, {
      method,
      headers: { authorization: `Basic ${credentials}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return JSON.parse(text) as Record<string, unknown>
  }
}

async function sixteenAtOnce<T, R>(all: readonly T[], one: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  const left = all.entries()
  const worker = async () => {
    for (const [index, item] of left) results[index] = await one(item)
  }
  await Promise.all(Array.from({ length: 16 }, worker))
  return results
}
