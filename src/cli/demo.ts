import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { createApp } from '../app.ts'
import { loadConfig } from '../config.ts'
import { clock } from './clock.ts'

const superuser = { username: 'elastic', password: 'changeme' }
const application = { username: 'login-backend', password: 'app-s3cret-p@ss' }
const jacknich = { username: 'jacknich', password: 'l0ng-r4nd0m-p@ssw0rd' }

type Credentials = typeof superuser

/** The main job in one go: an application activates a user's profile at both doors, on a temporary database. */
export async function demo(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'profile-gateway-'))
  const environment = {
    PORT: '0',
    DATABASE_URL: `file:${join(folder, 'demo.db')}`,
    ELASTIC_PASSWORD: superuser.password,
  }
  try {
    const app = await createApp({
      config: loadConfig(environment, null),
      logger: pino({ level: 'error' }),
      clock,
      auditTo: null,
    })
    try {
      const address = await app.listen()
      await provision(address)
      await activate(address)
    } finally {
      await app.close()
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function activate(address: string): Promise<void> {
  const query = `mutation ActivateProfile($grant: GrantInput!) {
  activateProfile(grant: $grant) {
    ... on Profile { uid enabled lastSynchronized user { username roles fullName email } }
    ... on GrantRejected { reason message }
  }
}`
  print(
    `${application.username} holds manage_user_profile and has the credentials of ${jacknich.username}.\n`,
  )
  print('── GraphQL ' + '─'.repeat(60))
  print(`POST /graphql\n\n${query}\n`)
  const variables = { grant: { password: jacknich } }
  print(`variables ${JSON.stringify(variables, null, 2)}\n`)
  print(await send(address, 'POST', '/graphql', application, { query, variables }))

  print('\n── REST ' + '─'.repeat(63))
  const body = { grant_type: 'password', ...jacknich }
  print(`POST /_security/profile/_activate\n\n${JSON.stringify(body, null, 2)}\n`)
  print(await send(address, 'POST', '/_security/profile/_activate', application, body))
}

/** What an operator does beforehand, at Elasticsearch's addresses. */
async function provision(address: string): Promise<void> {
  const put = (path: string, body: object) => send(address, 'PUT', `/_security/${path}`, superuser, body)
  await put('role/profile_activator', { cluster: ['manage_user_profile'] })
  await put(`user/${application.username}`, { password: application.password, roles: ['profile_activator'] })
  await put(`user/${jacknich.username}`, {
    password: jacknich.password,
    roles: ['admin', 'other_role1'],
    full_name: 'Jack Nicholson',
    email: 'jacknich@example.com',
    metadata: { intelligence: 7 },
  })
}

/** Sends a request as somebody, and returns the answer as text; one that is not 200 ends the demo. */
async function send(
  address: string,
  method: string,
  path: string,
  caller: Credentials,
  body: object,
): Promise<string> {
  const credentials = Buffer.from(`${caller.username}:${caller.password}`).toString('base64')
  const headers = { authorization: `Basic ${credentials}`, 'content-type': 'application/json' }
  const response = await fetch(address + path, { method, headers, body: JSON.stringify(body) })
  const text = JSON.stringify(await response.json(), null, 2)
  if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}: ${text}`)
  return `${response.status}\n${text}`
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
