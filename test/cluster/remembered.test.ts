import type { ServerResponse } from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { authenticationBody, send, startCluster } from '../support/cluster.ts'
import { basic, createTestApp, type Fetch } from '../support/testApp.ts'
import { eventually } from '../authentication/jwt/eventually.ts'
import { callAs } from './doors.ts'
import { gatewayBefore } from './gateway.ts'

const clara = { username: 'clara', password: 'run-y0u-clever-boy' }
const user = { username: 'clara', roles: ['superuser'] }

/** How one request of the user is answered. */
async function status(fetch: Fetch): Promise<number> {
  return (await fetch('/_security/_authenticate', { headers: { authorization: basic(clara) } })).status
}

/** What the cluster says of a user as it comes to it by itself. */
function saidOf(username: string) {
  const realm = { name: 'native1', type: 'native' }
  return authenticationBody({ ...user, username, authentication_realm: realm, authentication_type: 'realm' })
}

describe('what is remembered of a proof', () => {
  it('spares the cluster the next question, for a minute', async () => {
    const { fetch, cluster, advance } = await gatewayBefore()
    cluster.put(clara.password, user)
    for (let time = 0; time < 3; time++) await callAs(fetch, basic(clara))
    expect(cluster.asked()).toBe(1)
    await advance(59_999)
    await callAs(fetch, basic(clara))
    expect(cluster.asked()).toBe(1)
    await advance(1)
    await callAs(fetch, basic(clara))
    expect(cluster.asked()).toBe(2)
  })

  it('ends as it is set, and with it what the cluster has taken back', async () => {
    const { fetch, cluster, advance } = await gatewayBefore('realms.elasticsearch.main.cache.ttl: 5s')
    cluster.put(clara.password, user)
    const roles = { proven: { roles: ['superuser'] } }
    expect(await callAs(fetch, basic(clara))).toMatchObject(roles)
    cluster.put(clara.password, { ...user, roles: ['viewer'] })
    expect(await callAs(fetch, basic(clara))).toMatchObject(roles)
    await advance(5_000)
    expect(await callAs(fetch, basic(clara))).toMatchObject({ proven: { roles: ['viewer'] } })
    cluster.revoke(clara.password)
    expect(await callAs(fetch, basic(clara))).toMatchObject({ status: 200 })
    await advance(5_000)
    expect(await callAs(fetch, basic(clara))).toMatchObject({ status: 401 })
  })

  it.each(['cache.ttl: 0', 'cache.size: 0'])('is nothing with %s', async (setting) => {
    const { fetch, cluster } = await gatewayBefore(`realms.elasticsearch.main.${setting}`)
    cluster.put(clara.password, user)
    for (let time = 0; time < 3; time++) {
      const before = cluster.asked()
      expect(await status(fetch)).toBe(200)
      // Once, or again where its body was late: the machine may be busy.
      expect([1, 2]).toContain(cluster.asked() - before)
    }
  })

  it('is at most as much as it is set, of which what is longest unused goes first', async () => {
    const { fetch, cluster } = await gatewayBefore('realms.elasticsearch.main.cache.size: 2')
    const call = (username: string) => callAs(fetch, basic({ username, password: 'same-p@ss' }))
    for (const username of ['one', 'two', 'three']) cluster.put('same-p@ss', { ...user, username })
    for (const username of ['one', 'two', 'one', 'three']) await call(username)
    expect(cluster.asked()).toBe(3)
    await call('one')
    expect(cluster.asked()).toBe(3)
    await call('two')
    expect(cluster.asked()).toBe(4)
  })

  it('is of no other password and no other user', async () => {
    const { fetch, cluster } = await gatewayBefore()
    cluster.put(clara.password, user)
    expect(await callAs(fetch, basic(clara))).toMatchObject({ status: 200 })
    expect(await callAs(fetch, basic({ ...clara, password: `${clara.password} ` }))).toMatchObject({
      status: 401,
    })
    expect(await callAs(fetch, basic({ ...clara, username: 'clar' }))).toMatchObject({ status: 401 })
    expect(await callAs(fetch, `Bearer ${clara.password}`)).toMatchObject({ status: 401 })
  })

  it('is nothing of a refusal: who is made meanwhile is known at once', async () => {
    const { fetch, cluster } = await gatewayBefore()
    expect(await callAs(fetch, basic(clara))).toMatchObject({ status: 401 })
    expect(await callAs(fetch, basic(clara))).toMatchObject({ status: 401 })
    expect(cluster.asked()).toBe(4)
    cluster.put(clara.password, user)
    expect(await callAs(fetch, basic(clara))).toMatchObject({ status: 200 })
  })

  it('counts while the cluster is down, and not longer', async () => {
    const { fetch, cluster, advance } = await gatewayBefore()
    cluster.put(clara.password, user)
    await callAs(fetch, basic(clara))
    await cluster.close()
    await advance(59_999)
    expect(await callAs(fetch, basic(clara))).toMatchObject({ status: 200 })
    await advance(1)
    expect(await callAs(fetch, basic(clara))).toMatchObject({ status: 503 })
  })

  it('does not tell the right one of many passwords while the cluster is down', async () => {
    const cluster = await startCluster()
    const settings = `
realms.native.native: { order: 0, enabled: false }
realms.elasticsearch.main: { order: 1, hosts: "${cluster.url}" }`
    const { fetch, close } = await createTestApp({ settings })
    onTestFinished(close)
    cluster.put(clara.password, user)
    await status(fetch)
    await cluster.close()
    expect(await status(fetch)).toBe(200)
    const statusOf = async (password: string) => (await callAs(fetch, basic({ ...clara, password }))).status
    for (let n = 0; n < 8; n++) expect(await statusOf(`guess ${n}`)).toBe(503)
    expect(await status(fetch)).toBe(503)
  })

  it('counts from when it was asked for', async () => {
    const { fetch, cluster, advance } = await gatewayBefore()
    const waiting: ServerResponse[] = []
    cluster.fault = (_, response) => waiting.push(response)
    const answer = status(fetch)
    await eventually(() => waiting).toHaveLength(1)
    await advance(60_000)
    cluster.fault = null
    cluster.put(clara.password, user)
    for (const response of waiting) send(response, 200, saidOf('clara'))
    expect(await answer).toBe(200)
    expect(await status(fetch)).toBe(200)
    expect(cluster.asked()).toBe(2)
  })
})
