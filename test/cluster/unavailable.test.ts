import type { RequestListener } from 'node:http'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authenticationBody, send, startCluster } from '../support/cluster.ts'
import { jacknich, loginBackend, provision } from '../support/people.ts'
import { basic, createTestApp } from '../support/testApp.ts'
import { activate, activateAtRest, callAs, passwordOf, tokenOf } from './doors.ts'
import { gatewayBefore, realmOf } from './gateway.ts'

const cluster = await startCluster()
const app = await createTestApp({
  settings: realmOf(
    cluster,
    // The same users try again and again.
    `throttle.attempts: 1000
realms.elasticsearch.main.http: { connect_timeout: 200ms, connection_read_timeout: 300ms, socket_timeout: 200ms }`,
  ),
})
const { fetch } = app
beforeAll(() => provision(fetch))
afterAll(async () => {
  await app.close()
  await cluster.close()
})

const clara = { username: 'clara', password: 'run-y0u-clever-boy' }
const grant = passwordOf(clara.username, clara.password)
const sound = authenticationBody({ username: 'clara', authentication_type: 'realm' })
const unreachable = { status: 503, reason: 'a realm cannot ask its server now, try again later' }
const unclear = { status: 503, reason: 'a realm cannot judge now, try again later' }

async function readiness(): Promise<{ status: string; reason?: string }> {
  const response = await fetch('/health/ready')
  expect(response.status).toBe(200)
  return (await response.json()) as { status: string; reason?: string }
}

/** What happens in one test of the suite. */
function watched() {
  const [logged, asked] = [app.logs().length, cluster.asked()]
  const logs = () => app.logs().slice(logged)
  return {
    logs,
    asked: () => cluster.asked() - asked,
    /** What the log says of the realm, line by line. */
    saidOfRealm: () =>
      logs()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { msg: string; reason?: string; realm?: string })
        .filter(({ realm }) => realm === 'elasticsearch/main')
        .map(({ msg, reason }) => ({ msg, ...(reason !== undefined && { reason }) })),
    expectSilence: () => {
      for (const secret of [clara.password, 'whatever', 'Basic ', 'Bearer ', 'Go away', '"username":"clara"'])
        expect(logs().includes(secret), secret).toBe(false)
    },
  }
}

/** A 200 of the cluster, with other parts than it would have. */
const saying = (more: object): RequestListener => {
  return (_, response) =>
    send(response, 200, { ...sound, authentication_realm: { name: 'a', type: 'b' }, ...more })
}
const asElasticsearch = { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' }

/** Timers are not exact. */
const late = /it (is silent for 200 ms|has not answered within 500 ms)/

const failures: [string, RequestListener, RegExp][] = [
  ['fails', (_, response) => send(response, 500, {}), /it answers with status 500/],
  ['has too much to do', (_, response) => send(response, 429, {}), /it answers with status 429/],
  ['is not there behind its proxy', (_, response) => send(response, 502, {}), /it answers with status 502/],
  ['hangs', () => undefined, late],
  ['is slow', (_, response) => void setInterval(() => response.write(' '), 50).unref(), late],
  ['closes the connection', (_, response) => response.destroy(), /it cannot be asked: UND_ERR_SOCKET/],
  [
    'gives half an answer',
    (_, response) => {
      response.writeHead(200, { ...asElasticsearch, 'content-length': 1_000 })
      response.write('{"username":', () => response.destroy())
    },
    /it cannot be asked: UND_ERR_SOCKET/,
  ],
  [
    'never ends',
    (_, response) => response.end('x'.repeat(1_048_577)),
    /its answer is longer than 1048576 bytes/,
  ],
]

const riddles: [string, RequestListener, RegExp][] = [
  ['forbids it', (_, response) => send(response, 403, {}), /it answers with status 403/],
  ['knows no such path', (_, response) => send(response, 404, {}), /it answers with status 404/],
  [
    'redirects',
    (_, response) => response.writeHead(302, { location: '/' }).end(),
    /it answers with status 302/,
  ],
  ['is another server', (_, response) => response.end(JSON.stringify(sound)), /it is not Elasticsearch/],
  [
    'has a door before it that says 401',
    (_, response) => response.writeHead(401, { 'content-type': 'text/html' }).end('<h1>Go away</h1>'),
    /its answer is not JSON/,
  ],
  [
    'says 401 in other words',
    (_, response) => send(response, 401, { error: 'no' }),
    /its answer has no valid \[error\]/,
  ],
  ['says nothing', (_, response) => response.writeHead(200, asElasticsearch).end(), /its answer is not JSON/],
  [
    'compresses',
    (_, response) => response.writeHead(200, asElasticsearch).end(gzipSync('{}')),
    /its answer is not JSON/,
  ],
  ['names nobody', saying({ username: undefined }), /its answer has no valid \[username\]/],
  ['names a user of no name', saying({ username: '' }), /its answer has no valid \[username\]/],
  ['names a user of a name too long', saying({ username: 'x'.repeat(1_025) }), /no valid \[username\]/],
  ['lists no roles', saying({ roles: 'superuser' }), /its answer has no valid \[roles\]/],
  ['lists roles that are no text', saying({ roles: ['a', 1] }), /its answer has no valid \[roles\.1\]/],
  ['does not say whether the user is enabled', saying({ enabled: 'yes' }), /no valid \[enabled\]/],
  ['names no realm', saying({ authentication_realm: null }), /no valid \[authentication_realm\]/],
  ['names half a realm', saying({ lookup_realm: { name: 'a' } }), /no valid \[lookup_realm\.type\]/],
  [
    'has another way of proving',
    saying({ authentication_type: 'magic' }),
    /no valid \[authentication_type\]/,
  ],
]

/** Expects that nobody is told whether the credentials are good, and that our own users do not notice. */
async function expectNobodyToBeJudged(expected: typeof unclear): Promise<void> {
  expect(await activate(fetch, grant)).toEqual(expected)
  expect(await callAs(fetch, basic(clara))).toEqual(expected)
  expect(await activate(fetch, passwordOf(jacknich.username, jacknich.password))).toMatchObject({
    status: 200,
  })
  // The cluster may know this one.
  expect(await activate(fetch, passwordOf(jacknich.username, 'wrong'))).toEqual(expected)
  expect(await activate(fetch, tokenOf('whatever'))).toEqual(expected)
  // Nobody can.
  expect(await activate(fetch, tokenOf('no token'))).toMatchObject({ status: 401 })
}

async function expectRecovery(): Promise<void> {
  cluster.fault = null
  cluster.put(clara.password, { username: 'clara', roles: [] })
  expect(await activate(fetch, grant)).toMatchObject({ status: 200 })
  expect(await readiness()).toEqual({ status: 'ready' })
  await app.advance(60_000)
}

describe('a cluster that cannot be asked', () => {
  it.each(failures)('since it %s, gives 503 until it can', async (_, fault, reason) => {
    const { asked, saidOfRealm, expectSilence, logs } = watched()
    cluster.fault = fault
    await expectNobodyToBeJudged(unreachable)
    expect(await readiness()).toEqual({ status: 'degraded', reason: expect.stringMatching(reason) as string })
    // Five failures, and no more until the pause is over.
    expect(asked()).toBe(5)
    await app.advance(1_000)
    await expectRecovery()
    expect(saidOfRealm()).toEqual([
      {
        msg: 'the cluster is not asked for a while',
        reason: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+: it/) as string,
      },
      { msg: 'the cluster answers again' },
    ])
    // Each of the first four is in the log by itself.
    expect(logs().match(new RegExp(reason, 'g'))?.length).toBeGreaterThanOrEqual(5)
    expectSilence()
  })

  it('since nobody is there, gives 503, but where another address answers', async () => {
    const { fetch, cluster } = await gatewayBefore()
    const hosts = `["http://127.0.0.1:1", "${cluster.url}/"]`
    const { fetch: other } = await gatewayBefore(`realms.elasticsearch.second: { order: 2, hosts: ${hosts} }`)
    cluster.put(clara.password, { username: 'clara', roles: [] })
    for (const gateway of [fetch, other])
      expect(await callAs(gateway, basic(clara))).toMatchObject({ status: 200 })
    await cluster.close()
    expect(await callAs(fetch, basic({ ...clara, password: 'another' }))).toEqual(unreachable)
  })
})

describe('passwords that are tried while a cluster cannot be asked', () => {
  it.each([
    ['a user of ours', jacknich.username],
    ['nobody of ours', clara.username],
  ])('count for the name of %s, and neither for the application nor for an address', async (_, username) => {
    const { fetch, cluster } = await gatewayBefore(
      'throttle: { attempts: 8, attempts_per_address: 9, attempts_per_caller: 9 }',
    )
    await provision(fetch)
    await cluster.close()
    const asGrant = async (name: string, password: string) =>
      (await activateAtRest(fetch, passwordOf(name, password), basic(loginBackend))).status
    const asCaller = async (name: string, password: string) => {
      const headers = { authorization: basic({ username: name, password }) }
      return (await fetch('/_security/_authenticate', { headers })).status
    }
    for (const send of [asGrant, asCaller]) {
      for (let n = 0; n < 8; n++) expect(await send(username, `wrong ${n}`)).toBe(503)
      expect(await send(username, jacknich.password)).toBe(429)
      for (let n = 0; n < 12; n++) expect(await send(`user-${n}`, 'wrong')).toBe(503)
    }
  })
})

describe('a cluster that does not say', () => {
  it.each(riddles)('since it %s, gives 503 until it does', async (_, fault, reason) => {
    const { saidOfRealm, expectSilence } = watched()
    cluster.fault = fault
    await expectNobodyToBeJudged(unclear)
    expect(await readiness()).toEqual({ status: 'degraded', reason: expect.stringMatching(reason) as string })
    await expectRecovery()
    expect(saidOfRealm()).toEqual([
      {
        msg: 'the cluster does not say whose credentials are',
        reason: expect.stringMatching(reason) as string,
      },
      { msg: 'the cluster says again whose credentials are' },
    ])
    expectSilence()
  })
})
