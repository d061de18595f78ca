import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:http'
import type { Socket } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { pino, type Logger } from 'pino'
import { expect, it, onTestFinished } from 'vitest'
import type { Settings } from '../../src/config.ts'
import { agreementOf } from '../../src/realms/agreement.ts'
import { createCurrentRealms } from '../../src/realms/currentRealms.ts'
import type { Realms } from '../../src/realms/realms.ts'
import { asking } from '../introspection/realm.ts'
import { passwords } from '../profile/activating.ts'
import { source } from '../support/attempts.ts'
import { hmacKey, hmacRealm } from '../support/hmacTokens.ts'
import { load } from '../support/loading.ts'

setFlagsFromString('--expose_gc')
const collectGarbage = runInNewContext('gc') as () => void

const users = {
  find: () => Promise.resolve(null),
  findPassword: () => Promise.resolve(null),
  rehash: () => Promise.resolve(false),
}

/** A server that would keep its connections for a minute. */
async function startServer() {
  const server = createServer({ keepAliveTimeout: 60_000 }, (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"active":false}')
  })
  const sockets: Socket[] = []
  server.on('connection', (socket) => sockets.push(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets }
}

/** A logger that knows which of those that it has made for realms are still used. */
function createWatchedLogger() {
  const parent = pino({ level: 'silent' })
  const made: WeakRef<object>[] = []
  const logger = Object.create(parent, {
    child: {
      value(...given: Parameters<Logger['child']>) {
        const child = parent.child(...given)
        made.push(new WeakRef(child))
        return child
      },
    },
  }) as Logger
  return { logger, used: () => made.filter((one) => one.deref() !== undefined).length }
}

/** Has each of them make what it makes only when it is asked. */
async function askEach({ chain }: Realms): Promise<void> {
  const token = 'a-token-of-nobody'
  const asked = chain.map((realm) =>
    realm.authenticate({ kind: 'accessToken', token, clientSecret: null }, source),
  )
  await Promise.allSettled(asked)
}

it('realms that were replaced are gone with their timers and connections, once no request can be under way', async () => {
  const server = await startServer()
  const shared = {
    'client_authentication.type': 'shared_secret',
    'client_authentication.shared_secret': '${file:client.secret}',
  }
  const keys = hmacRealm('keys', 2, {
    allowed_signature_algorithms: 'RS256',
    pkc_jwkset_path: 'jwks.json',
  }).replace(/.*hmac_key.*\n/, '')
  const cluster = `realms.elasticsearch.main: { order: 3, hosts: "${server.url}" }\n`
  const opaque = asking(server.url, `${server.url}/introspect`, {
    order: '4',
    'rp.client_secret': '${HMAC_KEY}',
  })
  const files = { 'client.secret': 's3cret', 'jwks.json': '{"keys":[]}' }
  const settingsWith = async (more: Readonly<Record<string, string>>) =>
    (await load(hmacRealm('corp', 1, more) + keys + cluster + opaque, { HMAC_KEY: hmacKey }, files)).settings
  const { settings: none } = await load(null)
  let given: Settings = await settingsWith(shared)
  const { logger, used } = createWatchedLogger()
  const usedAfterCollection = () => {
    collectGarbage()
    return used()
  }
  const realms = createCurrentRealms({
    ...{ settings: none, users, passwords, clock: Date.now, logger },
    read: () => given,
    agreed: () => Promise.resolve(agreementOf(given)),
    adopt: null,
    record: (_, change) => change(),
    longestAnswer: 20,
  })
  onTestFinished(realms.close)
  realms.reload()
  await expect.poll(() => realms.now().made.length).toBe(6)
  await askEach(realms.now())
  expect(server.sockets.length).toBeGreaterThan(0)
  expect(usedAfterCollection()).toBe(4)

  // The others are kept, and do not keep that one in memory.
  const { jwt } = given.realms
  const { corp } = (await settingsWith({})).realms.jwt
  given = { ...given, realms: { ...given.realms, jwt: { ...jwt, ...(corp && { corp }) } } }
  realms.reload()
  await expect.poll(() => used()).toBe(5)
  await expect.poll(usedAfterCollection).toBe(4)

  given = none
  realms.reload()
  await expect.poll(() => realms.now().made.length).toBe(2)
  await expect.poll(usedAfterCollection).toBe(0)
  await expect.poll(() => server.sockets.filter(({ destroyed }) => !destroyed)).toEqual([])
})
