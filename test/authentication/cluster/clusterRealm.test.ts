import { describe, expect, it, onTestFinished } from 'vitest'
import { createClusterRealm } from '../../../src/authentication/cluster/clusterRealm.ts'
import type { ClusterUser } from '../../../src/authentication/cluster/clusterUser.ts'
import { createProvenCredentials } from '../../../src/authentication/cluster/provenCredentials.ts'
import type { Credentials } from '../../../src/authentication/credentials.ts'
import { createRemote } from '../../../src/authentication/remote/remote.ts'
import { startCluster } from '../../support/cluster.ts'
import { source } from '../../support/attempts.ts'

const grant = { kind: 'password', username: 'clara', password: 'run-y0u-clever-boy' } as const

/** A realm by itself before a cluster that knows one user. */
async function realmBefore(ttl = 60_000) {
  const cluster = await startCluster()
  onTestFinished(cluster.close)
  cluster.put(grant.password, { username: 'clara', roles: ['viewer'], metadata: { from: 'gallifrey' } })
  const clock = () => 1_000_000
  const remote = createRemote({
    ...{ connectTimeout: 20_000, readTimeout: 20_000, socketTimeout: 20_000, maxConnections: 10 },
    ...{ certificateAuthorities: [], verificationMode: 'full', clock },
    ...{ report: () => undefined, reportFull: () => undefined },
  })
  onTestFinished(remote.close)
  const realm = createClusterRealm({
    ...{ name: 'main', urls: [`${cluster.url}/_security/_authenticate`], remote, clock },
    proven: createProvenCredentials<ClusterUser>({ ttl, size: 100, clock }),
    refOf: (type, name) => ({ type, name, domain: 'staff' }),
    report: () => undefined,
  })
  return { cluster, realm }
}

describe('a realm that asks a cluster', () => {
  it('proves whom the cluster knows, and says through which realm here', async () => {
    const { realm } = await realmBefore()
    expect(await realm.authenticate(grant, source)).toEqual({
      kind: 'proven',
      subject: {
        username: 'clara',
        roles: ['viewer'],
        fullName: null,
        email: null,
        metadata: { from: 'gallifrey' },
        realm: { name: 'native1', type: 'native', domain: 'staff' },
      },
      authenticationType: 'realm',
      standing: { subjectType: 'user', mappedFrom: null, apiKey: null, via: 'main' },
      basis: null,
      securityEpoch: null,
    })
  })

  it('proves whom the cluster knows by metadata that cannot be kept here, which are left out', async () => {
    const { realm, cluster } = await realmBefore()
    cluster.fault = (_, response) => {
      response.setHeader('x-elastic-product', 'Elasticsearch')
      response.end(
        '{"username":"clara","roles":["viewer"],"enabled":true,"metadata":{"badge":12345678901234567},' +
          '"authentication_realm":{"name":"native1","type":"native"},"authentication_type":"realm"}',
      )
    }
    expect(await realm.authenticate(grant, source)).toMatchObject({
      subject: { username: 'clara', roles: ['viewer'], metadata: {} },
    })
  })

  it('says to those who manage security why it refuses', async () => {
    const { realm, cluster } = await realmBefore()
    expect(await realm.authenticate({ ...grant, password: 'wrong' }, source)).toEqual({
      kind: 'refused',
      reason: 'NOT_AUTHENTICATED',
      detail: 'the cluster does not know these credentials',
    })
    cluster.put('password', { username: 'gone', enabled: false })
    expect(
      await realm.authenticate({ ...grant, username: 'gone', password: 'password' }, source),
    ).toMatchObject({
      detail: 'the user is disabled in the cluster',
    })
  })

  it.each<[string, Credentials]>([
    ['an API key', { kind: 'apiKey', id: 'id', key: 'key' }],
    ['a name with a colon', { ...grant, username: 'cla:ra' }],
    ['a lone surrogate in a password', { ...grant, password: 'p\ud800ssword' }],
    ['a token that is none', { kind: 'accessToken', token: 'größe', clientSecret: null }],
    ['an empty token', { kind: 'accessToken', token: '', clientSecret: null }],
    ['an empty secret', { kind: 'accessToken', token: 'token', clientSecret: '' }],
    ['more than headers hold', { ...grant, password: 'ü'.repeat(6_000) }],
  ])('is not the one for %s, and asks nothing', async (_, credentials) => {
    const { realm, cluster } = await realmBefore()
    expect(await realm.authenticate(credentials, source)).toBeNull()
    expect(cluster.asked()).toBe(0)
  })

  it('asks once for all who show the same at once, and remembers nothing of a refusal', async () => {
    const { realm, cluster } = await realmBefore(0)
    const wrong = { ...grant, password: 'wrong' }
    const atOnce = async () =>
      Promise.all(
        Array.from({ length: 40 }, (_, index) => realm.authenticate(index % 2 ? grant : wrong, source)),
      )
    const kinds = (await atOnce()).map((answer) => answer?.kind)
    expect([
      kinds.filter((kind) => kind === 'proven').length,
      kinds.filter((kind) => kind === 'refused').length,
    ]).toEqual([20, 20])
    expect(cluster.asked()).toBe(2)
    await atOnce()
    expect(cluster.asked()).toBe(4)
  })

  it('lets a failure be nobody’s but of those who have asked', async () => {
    const { realm, cluster } = await realmBefore(0)
    cluster.fault = (_, response) => response.writeHead(500).end()
    const failed = await Promise.allSettled(
      Array.from({ length: 9 }, () => realm.authenticate(grant, source)),
    )
    expect(failed.map(({ status }) => status)).toEqual(Array(9).fill('rejected'))
    expect(cluster.asked()).toBe(1)
    cluster.fault = null
    expect(await realm.authenticate(grant, source)).toMatchObject({ kind: 'proven' })
  })
})
