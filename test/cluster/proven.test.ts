import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { kibana, startCluster } from '../support/cluster.ts'
import { loginBackend, provision } from '../support/people.ts'
import { rejection } from '../support/profileBody.ts'
import { basic, createTestApp, elastic, rest } from '../support/testApp.ts'
import { createIssuer } from '../support/jwt.ts'
import { activate, activateAtRest, callAs, issueToken, passwordOf, profileOf, tokenOf } from './doors.ts'
import { realmOf } from './gateway.ts'

const cluster = await startCluster()
const app = await createTestApp({ settings: realmOf(cluster) })
const { fetch } = app
beforeAll(() => provision(fetch))
beforeEach(() => app.advance(60_000))
afterAll(async () => {
  await app.close()
  await cluster.close()
})

const ldap = { name: 'ldap1', type: 'ldap' }
const clara = {
  username: 'clara',
  roles: ['editor', 'viewer'],
  full_name: 'Clara Oswald',
  email: 'clara@example.com',
  metadata: { ldap_dn: 'cn=clara' },
  authentication_realm: ldap,
}
const proven = { username: 'clara', roles: ['editor', 'viewer'], realm: ldap }
const password = 'run-y0u-clever-boy'
const serviceToken = 'AAEAAWVsYXN0aWMva2liYW5hL2tpYmFuYS0xOnMzY3JldA'

cluster.put(password, clara)
cluster.putToken('clara-t0ken', clara)
cluster.putToken(serviceToken, kibana)

describe('a user of a cluster', () => {
  it.each([
    ['password', passwordOf('clara', password)],
    ['token', tokenOf('clara-t0ken')],
  ])('gets a profile by a %s, as the cluster knows that user', async (_, grant) => {
    const { user, uid } = await profileOf(fetch, grant)
    expect(user).toEqual({
      username: 'clara',
      roles: ['editor', 'viewer'],
      realm_name: 'ldap1',
      email: 'clara@example.com',
      full_name: 'Clara Oswald',
    })
    expect(await profileOf(fetch, passwordOf('clara', password))).toMatchObject({ uid })
  })

  it('may call as such, with the rights of roles that are known here under these names', async () => {
    expect(await callAs(fetch, basic({ username: 'clara', password }))).toEqual({
      status: 200,
      proven: { ...proven, authenticationType: 'realm' },
    })
    expect(await callAs(fetch, 'Bearer clara-t0ken')).toEqual({
      status: 200,
      proven: { ...proven, authenticationType: 'token' },
    })
    cluster.put(password, { ...clara, username: 'root', roles: ['superuser'] })
    const grant = passwordOf('clara', password)
    const activatedBy = (username: string) => activateAtRest(fetch, grant, basic({ username, password }))
    expect(await activatedBy('root')).toMatchObject({ status: 200 })
    expect(await activatedBy('clara')).toMatchObject({
      status: 403,
      reason: expect.stringContaining('(assigned roles [editor,viewer] were not found)') as string,
    })
  })

  it('is the one for whom the credentials stand, of the realm that has looked that user up', async () => {
    const lookedUp = { ...clara, username: 'other', lookup_realm: { name: 'native1', type: 'native' } }
    cluster.putToken('run-as', lookedUp)
    expect((await profileOf(fetch, tokenOf('run-as'))).user).toMatchObject({
      username: 'other',
      realm_name: 'native1',
    })
  })

  it('is asked for with nothing but the credentials', async () => {
    const grant = passwordOf('größe', 'pä:ss wörd\u0007')
    cluster.put(grant.kind === 'password' ? grant.password : '', { ...clara, username: 'größe' })
    await activate(fetch, grant)
    const { method, url, headers, body } = cluster.received.at(-1) ?? {}
    expect({ method, url, length: body?.length }).toEqual({
      method: 'GET',
      url: '/_security/_authenticate',
      length: 0,
    })
    expect(headers).toEqual({
      host: new URL(cluster.url).host,
      connection: 'keep-alive',
      'accept-encoding': 'identity',
      'user-agent': 'profile-gateway',
      accept: 'application/json',
      authorization: basic({ username: 'größe', password: 'pä:ss wörd\u0007' }),
    })
  })

  it('shows a client secret along with a JWT, which the cluster judges', async () => {
    const jwt = createIssuer().craft()
    cluster.putToken(jwt, { ...clara, authentication_type: 'realm' }, 'cl1ent s3cret')
    const refused = {
      status: 401,
      reason: expect.stringMatching(/^unable to authenticate user \['/) as string,
    }
    expect(await activate(fetch, tokenOf(jwt))).toEqual(refused)
    expect(await activate(fetch, tokenOf(jwt, 'another'))).toEqual(refused)
    expect((await profileOf(fetch, tokenOf(jwt, 'cl1ent s3cret'))).user).toMatchObject({ username: 'clara' })
    expect(await callAs(fetch, `Bearer ${jwt}`)).toMatchObject({ status: 401 })
    expect(await callAs(fetch, `Bearer ${jwt}`, 'SharedSecret cl1ent s3cret')).toMatchObject({ status: 200 })
  })
})

describe('tokens of ours', () => {
  it('are never shown to a cluster, whatever they are taken for', async () => {
    const answered = await issueToken(fetch, elastic, {
      grant_type: 'password',
      username: 'login-backend',
      password: loginBackend.password,
    })
    const { access_token: access, refresh_token: refresh } = answered.body as Record<string, string>
    const asked = cluster.asked()
    expect(await callAs(fetch, `Bearer ${access}`)).toMatchObject({ status: 200 })
    const unknown = expect.stringContaining('unable to authenticate user [_bearer_token]') as string
    expect(await callAs(fetch, `Bearer ${refresh}`)).toEqual({ status: 401, reason: unknown })
    expect(await activate(fetch, tokenOf(refresh ?? ''))).toEqual({ status: 401, reason: unknown })
    await rest(fetch, 'DELETE', '/_security/oauth2/token', elastic, { refresh_token: refresh })
    expect(await activate(fetch, tokenOf(refresh ?? ''))).toEqual({ status: 401, reason: unknown })
    expect(cluster.asked()).toBe(asked)
  })
})

describe('API keys of ours', () => {
  it('are never shown to a cluster, sent as tokens by mistake', async () => {
    const answered = await rest(fetch, 'POST', '/_security/api_key', elastic, { name: 'mistaken' })
    const { encoded } = answered.body as { encoded: string }
    const asked = cluster.asked()
    const unknown = expect.stringContaining('unable to authenticate user [_bearer_token]') as string
    for (const token of [encoded, encoded.replace(/=+$/, '')]) {
      expect(await callAs(fetch, `Bearer ${token}`)).toEqual({ status: 401, reason: unknown })
      expect(await activate(fetch, tokenOf(token))).toEqual({ status: 401, reason: unknown })
    }
    expect(cluster.asked()).toBe(asked)
  })
})

describe('credentials that a cluster refuses', () => {
  it('are refused at each door, as those that nobody knows', async () => {
    expect(await activate(fetch, passwordOf('clara', 'wrong'))).toEqual({
      status: 401,
      reason: rejection('clara'),
    })
    expect(await activate(fetch, tokenOf('wrong'))).toEqual({
      status: 401,
      reason: rejection('_bearer_token'),
    })
    const where = 'for REST request [/_security/_authenticate]'
    expect(await callAs(fetch, basic({ username: 'clara', password: 'wrong' }))).toEqual({
      status: 401,
      reason: `unable to authenticate user [clara] ${where}`,
    })
    expect(await callAs(fetch, 'Bearer wrong')).toEqual({
      status: 401,
      reason: `unable to authenticate user [_bearer_token] ${where}`,
    })
  })

  it.each([
    ['who is disabled', { enabled: false }],
    ['that is anonymous', { authentication_type: 'anonymous' }],
    ['that is internal', { authentication_type: 'internal' }],
  ])('are those of a user %s', async (_, more) => {
    const user = {
      ...clara,
      username: `nobody-${Object.keys(more).join()}-${Object.values(more).join()}`,
      ...more,
    }
    cluster.put(password, user)
    expect(await activate(fetch, passwordOf(user.username, password))).toEqual({
      status: 401,
      reason: rejection(user.username),
    })
  })

  it.each([
    ['a name with a colon', passwordOf('cla:ra', 'a')],
    ['a name with a control character', passwordOf('cla\nra', 'a')],
    ['a token with a space', tokenOf('two words')],
    ['a token of two lines', tokenOf('one\r\nx-other: header')],
    ['a token in another script', tokenOf('größe')],
    ['a token that is too long', tokenOf('x'.repeat(20_000))],
    ['a client secret of two lines', tokenOf(createIssuer().craft(), 'a\r\nb')],
    ['a client secret with a space at its end', tokenOf(createIssuer().craft(), 'a ')],
  ])('are refused without asking, where no header can carry them: %s', async (_, grant) => {
    const before = cluster.asked()
    expect(await activate(fetch, grant)).toMatchObject({ status: 401 })
    expect(cluster.asked()).toBe(before)
  })
})

describe('the service account of Kibana', () => {
  it('is a caller that may do what Kibana does here', async () => {
    expect(await callAs(fetch, `Bearer ${serviceToken}`)).toEqual({
      status: 200,
      proven: {
        username: 'elastic/kibana',
        roles: ['kibana_system'],
        realm: { name: '_service_account', type: '_service_account' },
        authenticationType: 'token',
      },
    })
    const outcome = await activateAtRest(fetch, passwordOf('clara', password), `Bearer ${serviceToken}`)
    expect(outcome).toMatchObject({ status: 200, proven: { user: { username: 'clara' } } })
    const uid = 'proven' in outcome ? outcome.proven.uid : ''
    const asKibana = (path: string, body?: object) =>
      fetch(path, {
        method: body ? 'PUT' : 'GET',
        headers: { authorization: `Bearer ${serviceToken}`, 'content-type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      })
    const data = { kibana: { avatar: { initials: 'CO' } } }
    expect((await asKibana(`/_security/profile/${uid}/_data`, { data })).status).toBe(200)
    const read = await asKibana(`/_security/profile/${uid}?data=kibana.avatar`)
    expect(await read.json()).toMatchObject({ profiles: [{ uid, data }] })
    const denied = await asKibana('/_security/user/clara', { password, roles: [] })
    expect(denied.status).toBe(403)
    expect(await denied.json()).toHaveProperty(
      'error.reason',
      'action [cluster:admin/xpack/security/user/put] is unauthorized for service account [elastic/kibana], ' +
        'this action is granted by the cluster privileges [manage_security,all]',
    )
  })

  it('has no profile, and no token of the gateway', async () => {
    const reason = 'profile is supported for user only, but subject is a [service_account]'
    expect(await activate(fetch, tokenOf(serviceToken))).toEqual({ status: 400, reason })
    const response = await fetch('/_security/oauth2/token', {
      method: 'POST',
      headers: { authorization: `Bearer ${serviceToken}`, 'content-type': 'application/json' },
      body: '{"grant_type":"client_credentials"}',
    })
    expect(response.status).toBe(400)
    const cause = {
      type: 'security_exception',
      reason: 'OAuth2 token creation is not supported for service accounts',
    }
    expect(await response.json()).toEqual({ error: { root_cause: [cause], ...cause }, status: 400 })
  })

  it('is the only one that may do anything here', async () => {
    cluster.putToken('fleet', { ...kibana, username: 'elastic/fleet-server', roles: ['superuser'] })
    expect(await callAs(fetch, 'Bearer fleet')).toMatchObject({
      status: 200,
      proven: { username: 'elastic/fleet-server', roles: [] },
    })
    cluster.putToken('posing', { ...clara, username: 'elastic/kibana' })
    expect(await callAs(fetch, 'Bearer posing')).toMatchObject({ proven: { roles: ['editor', 'viewer'] } })
  })
})

describe('an API key of a cluster', () => {
  const key = { name: '_es_api_key', type: '_es_api_key' }

  it.each([
    ['itself', { authentication_type: 'api_key', api_key: { id: 'a', name: 'b' } }],
    ['by a token that it got', { authentication_type: 'token' }],
  ])('has no profile, shown %s', async (title, more) => {
    cluster.putToken(`key-${more.authentication_type}`, { ...clara, authentication_realm: key, ...more })
    expect(await activate(fetch, tokenOf(`key-${more.authentication_type}`)), title).toEqual({
      status: 400,
      reason: 'profile is supported for user only, but subject is a [api_key]',
    })
  })

  it('is told what it may not do as a key, of which only the owner is known', async () => {
    cluster.putToken('key-powerless', { ...clara, authentication_realm: key, authentication_type: 'api_key' })
    const denied = await fetch('/_security/user', { headers: { authorization: 'Bearer key-powerless' } })
    expect(await denied.json()).toHaveProperty(
      'error.reason',
      expect.stringContaining('is unauthorized for API key of user [clara], this action is granted by'),
    )
  })

  it('has none by a token of the gateway either', async () => {
    cluster.putToken('key', { ...clara, roles: ['superuser'], authentication_realm: key })
    const response = await fetch('/_security/oauth2/token', {
      method: 'POST',
      headers: { authorization: 'Bearer key', 'content-type': 'application/json' },
      body: '{"grant_type":"client_credentials"}',
    })
    const { access_token: token } = (await response.json()) as { access_token: string }
    expect(await activate(fetch, tokenOf(token))).toMatchObject({
      status: 400,
      reason: 'profile is supported for user only, but subject is a [api_key]',
    })
  })

  it('proves nobody as an API key: those are the gateway’s own', async () => {
    const before = cluster.asked()
    const authorization = `ApiKey ${Buffer.from('id:key').toString('base64')}`
    expect(await callAs(fetch, authorization)).toMatchObject({ status: 401 })
    expect(cluster.asked()).toBe(before)
  })
})

describe('secrets', () => {
  it('stand in no line of the log', async () => {
    await issueToken(fetch, elastic, { grant_type: 'password', username: 'clara', password })
    for (const secret of [password, serviceToken, 'clara-t0ken', 'cl1ent s3cret', 'Basic ', 'Bearer '])
      expect(app.logs().includes(secret), secret).toBe(false)
  })
})
