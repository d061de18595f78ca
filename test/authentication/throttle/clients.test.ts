import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { realmOf } from '../../cluster/gateway.ts'
import { apiKeyRequests, keyOwner, type Sender } from '../../support/apiKeyRequests.ts'
import { startCluster } from '../../support/cluster.ts'
import { jacknich } from '../../support/people.ts'
import { basic, createTestApp } from '../../support/testApp.ts'

const cluster = await startCluster()
const app = await createTestApp({ settings: realmOf(cluster, 'throttle.attempts_per_caller: 10') })
const { prepare, send, issued } = apiKeyRequests(app)
beforeAll(prepare)
afterAll(async () => {
  await app.close()
  await cluster.close()
})

const ofTheCluster = { username: keyOwner.username, password: 'of-the-clust3r' }
cluster.put(ofTheCluster.password, {
  username: ofTheCluster.username,
  roles: ['key_owner'],
  authentication_realm: { name: 'native', type: 'native' },
})

const grant = async (as: Sender, username: string, password: string) => {
  const body = { grant_type: 'password', username, password }
  return (await send('POST', '/_security/profile/_activate', as, body)).status
}

describe('the grants of one client', () => {
  it('are kept out by those of no other one: API keys of one owner, the owner, its namesake of a cluster', async () => {
    const clients = [
      (await issued({ name: 'shop' })).as,
      (await issued({ name: 'intranet' })).as,
      basic(keyOwner),
      basic(ofTheCluster),
    ]
    for (const [index, client] of clients.entries()) {
      expect(await grant(client, jacknich.username, jacknich.password)).toBe(200)
      for (let n = 0; n < 10; n++) expect(await grant(client, `guess-${index}-${n}`, 'x')).toBe(401)
      expect(await grant(client, `guess-${index}`, 'x')).toBe(429)
    }
  })
})
