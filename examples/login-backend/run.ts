import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { listen } from '../listen.ts'
import { startTemporaryGateway } from '../temporaryGateway.ts'
import { createGatewayClient, GatewayProblem } from './gatewayClient.ts'
import { createLoginBackend } from './loginBackend.ts'

const { PORT = '0', ORIGIN, GATEWAY_URL = '', APP_USERNAME = '', APP_PASSWORD = '' } = process.env
const application = { username: 'login-backend', password: 'app-s3cret-p@ss' }
const jacknich = { username: 'jacknich', password: 'l0ng-r4nd0m-p@ssw0rd' }

const configured = { username: APP_USERNAME, password: APP_PASSWORD }
if (GATEWAY_URL !== '' && (APP_USERNAME === '' || APP_PASSWORD === '')) {
  console.error(
    'GATEWAY_URL is set: set APP_USERNAME and APP_PASSWORD too, of an application at that gateway',
  )
  process.exit(64)
}
const temporary = GATEWAY_URL === '' ? await startOwnGateway() : null
const gateway = createGatewayClient(
  temporary ? { url: temporary.address, ...application } : { url: GATEWAY_URL, ...configured },
)
// Whose uid this is does not matter: it tells whether the gateway answers, and knows the application.
await gateway.profile('none').catch((problem: unknown) => {
  if (!(problem instanceof GatewayProblem)) throw problem
  console.error(problem.message)
})
const server = createServer()
const { origin, close } = await listen(server, Number(PORT))
const stylesheet = await readFile(join(import.meta.dirname, '../style.css'), 'utf8')
server.on(
  'request',
  createLoginBackend({ gateway, origin: ORIGIN ?? origin, stylesheet, report: console.error }),
)
console.log(`Open ${ORIGIN ?? origin} in a browser.`)
if (temporary) console.log(`Log in as ${jacknich.username} with the password ${jacknich.password}`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void close().then(() => temporary?.close()))
}

/** With the application and a user, as an operator would make them. */
async function startOwnGateway() {
  const started = await startTemporaryGateway({})
  await started.put('role/profile_activator', { cluster: ['manage_user_profile'] })
  await started.put(`user/${application.username}`, {
    password: application.password,
    roles: ['profile_activator'],
  })
  await started.put(`user/${jacknich.username}`, {
    password: jacknich.password,
    roles: ['admin', 'other_role1'],
    full_name: 'Jack Nicholson',
    email: 'jacknich@example.com',
  })
  return started
}
