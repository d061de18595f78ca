import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { createApp } from '../src/app.ts'
import { clock } from '../src/cli/clock.ts'
import { loadConfig } from '../src/config.ts'

export interface TemporaryGateway {
  readonly address: string
  /** Writes at one of Elasticsearch's addresses below `/_security/`, as an operator. */
  readonly put: (path: string, body?: object) => Promise<void>
  /** Stops it. Nothing of it is left. */
  readonly close: () => Promise<void>
}

/** A gateway with these settings of `gateway.yml`, on a database that is thrown away. */
export async function startTemporaryGateway(settings: object): Promise<TemporaryGateway> {
  const folder = await mkdtemp(join(tmpdir(), 'profile-gateway-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    const file = join(folder, 'gateway.yml')
    await writeFile(file, JSON.stringify(settings))
    const password = randomBytes(18).toString('base64url')
    const config = loadConfig({
      PORT: '0',
      DATABASE_URL: `file:${join(folder, 'gateway.db')}`,
      ELASTIC_PASSWORD: password,
      GATEWAY_CONFIG: file,
    })
    const app = await createApp({ config, logger: pino({ level: 'error' }), clock, auditTo: null })
    const address = await app.listen()
    return {
      address,
      put: (path, body) => put(`${address}/_security/${path}`, `elastic:${password}`, body),
      async close() {
        await app.close()
        await remove()
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}

async function put(url: string, credentials: string, body?: object): Promise<void> {
  const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`
  const headers = { authorization, ...(body && { 'content-type': 'application/json' }) }
  const response = await fetch(url, {
    method: 'PUT',
    headers,
    ...(body && { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`PUT ${url} was answered with ${response.status}`)
}
