import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startCluster } from '../support/cluster.ts'
import { provision } from '../support/people.ts'
import { basic, createTestApp, elastic, rest, type Credentials } from '../support/testApp.ts'
import { callAs, issueToken, passwordOf, profileOf, tokenOf } from './doors.ts'
import { realmOf } from './gateway.ts'

const cluster = await startCluster()
const app = await createTestApp({ settings: realmOf(cluster) })
const { fetch } = app

/** Two people of one name: a user of ours, and one whom the cluster calls just as ours. */
const ours = { username: 'joe', password: '0ur-joes-p@ss' }
const theirs = { username: 'joe', password: 'the1r-joes-p@ss' }
const manager = ['token_manager']

beforeAll(async () => {
  await provision(fetch)
  const put = (path: string, body: object) => rest(fetch, 'PUT', `/_security/${path}`, elastic, body)
  await put('role/token_manager', { cluster: ['manage_token'] })
  await put('user/joe', { password: ours.password, roles: manager, metadata: { of: 'us' } })
  const native = { name: 'native', type: 'native' }
  cluster.put(theirs.password, {
    ...{ username: 'joe', roles: [...manager, 'theirs'], metadata: { of: 'them' } },
    authentication_realm: native,
  })
  cluster.put('the1r-elastics-p@ss', {
    ...{ username: 'elastic', roles: [] },
    authentication_realm: { name: 'reserved', type: 'reserved' },
  })
})
afterAll(async () => {
  await app.close()
  await cluster.close()
})

const login = async (who: Credentials, client: Credentials) => {
  const answered = await issueToken(fetch, client, { grant_type: 'password', ...who })
  expect(answered.status).toBe(200)
  return answered.body as { access_token: string; refresh_token: string }
}
const refresh = (token: string, client: Credentials) =>
  issueToken(fetch, client, { grant_type: 'refresh_token', refresh_token: token })
const changePassword = (path: string, who: Credentials) =>
  rest(fetch, 'PUT', `/_security/user/${path}`, who, { password: 'an0ther-p@ssword' })

describe('a user of a cluster who is called like one of ours', () => {
  it('has the same profile: that is of the name and the kind of realm', async () => {
    const { uid } = await profileOf(fetch, passwordOf('joe', ours.password))
    const { uid: theirUid, user } = await profileOf(fetch, passwordOf('joe', theirs.password))
    expect(theirUid).toBe(uid)
    expect(user).toMatchObject({ roles: [...manager, 'theirs'], realm_name: 'native' })
  })

  it.each(['joe/_password', '_password'])('cannot change the password of ours at %s', async (path) => {
    const answered = await changePassword(path, theirs)
    expect(answered.status).toBe(403)
    expect(answered.body).toMatchObject({
      error: { reason: expect.stringContaining('change_password') as string },
    })
    expect(await callAs(fetch, basic(ours))).toMatchObject({ status: 200, proven: { roles: manager } })
  })

  it('cannot change the password of the superuser either', async () => {
    const impostor = { username: 'elastic', password: 'the1r-elastics-p@ss' }
    expect(await callAs(fetch, basic(impostor))).toMatchObject({ status: 200, proven: { roles: [] } })
    for (const path of ['elastic/_password', '_password'])
      expect((await changePassword(path, impostor)).status).toBe(403)
    expect((await rest(fetch, 'GET', '/_security/user', elastic)).status).toBe(200)
  })

  it('has tokens with what the cluster has said, and never with what we know of ours', async () => {
    const { access_token: token, refresh_token: none } = await login(theirs, ours)
    expect(none, 'who is refreshed is not asked for again').toBeUndefined()
    expect(await callAs(fetch, `Bearer ${token}`)).toEqual({
      status: 200,
      proven: {
        username: 'joe',
        roles: [...manager, 'theirs'],
        realm: { name: 'native', type: 'native' },
        authenticationType: 'token',
      },
    })
    expect((await profileOf(fetch, tokenOf(token))).user).toMatchObject({ roles: [...manager, 'theirs'] })
    const response = await fetch('/_security/user/_password', {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: '{"password":"an0ther-p@ssword"}',
    })
    expect(response.status).toBe(403)
  })

  it('is told from ours in the audit log, by whatever was shown', async () => {
    const { access_token: token } = await login(theirs, ours)
    const native = { name: 'native', type: 'native' }
    const linesOf = async (who: Credentials, authorization = basic(who)) => {
      const before = app.audit().length
      await callAs(fetch, authorization)
      await rest(fetch, 'GET', '/_security/user', who)
      return app
        .audit()
        .slice(before)
        .map(({ profile_gateway: { realm } }) => realm)
    }
    const behind = { ...native, via: 'main' }
    expect(await linesOf(theirs)).toEqual([behind, behind, behind, behind])
    expect(await linesOf(theirs, `Bearer ${token}`)).toEqual([behind, behind, behind, behind])
    expect(await linesOf(ours)).toEqual([native, native, native, native])
  })

  it('has client credentials of that kind, too', async () => {
    const answered = await issueToken(fetch, theirs, { grant_type: 'client_credentials' })
    const { access_token: token } = answered.body as { access_token: string }
    expect(await callAs(fetch, `Bearer ${token}`)).toMatchObject({
      proven: { roles: [...manager, 'theirs'] },
    })
  })

  it('cannot make a login last by getting one token with another, as the cluster is not asked again', async () => {
    const byToken = async (token: string) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      const body = '{"grant_type":"client_credentials"}'
      const response = await fetch('/_security/oauth2/token', { method: 'POST', headers, body })
      return (await response.json()) as { access_token: string; expires_in: number }
    }
    const [{ access_token: theirFirst }, { access_token: ourFirst }] = [
      await login(theirs, ours),
      await login(ours, ours),
    ]
    await app.advance(900_000)
    const [their, our] = [await byToken(theirFirst), await byToken(ourFirst)]
    expect([their.expires_in, our.expires_in]).toEqual([300, 1_200])
    await app.advance(300_000)
    expect(await callAs(fetch, `Bearer ${their.access_token}`)).toMatchObject({ status: 401 })
    expect(await callAs(fetch, `Bearer ${our.access_token}`)).toMatchObject({ status: 200 })
  })

  it('cannot use the refresh tokens that ours got, nor ours theirs', async () => {
    for (const [creator, other] of [
      [ours, theirs],
      [theirs, ours],
    ] as const) {
      const { refresh_token: token } = await login(ours, creator)
      expect(await refresh(token, other)).toMatchObject({
        status: 400,
        body: {
          error: 'invalid_grant',
          error_description: 'tokens must be refreshed by the creating client',
        },
      })
      expect((await refresh(token, creator)).status).toBe(200)
    }
  })

  it('keeps tokens that rest on nothing of ours, as ours loses their own', async () => {
    const [{ access_token: theirToken }, { access_token: ourToken }] = [
      await login(theirs, ours),
      await login(ours, ours),
    ]
    expect((await changePassword('_password', ours)).status).toBe(200)
    expect(await callAs(fetch, `Bearer ${ourToken}`)).toEqual({ status: 401, reason: 'token expired' })
    expect(await callAs(fetch, `Bearer ${theirToken}`)).toMatchObject({ status: 200 })
    await rest(fetch, 'DELETE', '/_security/user/joe', elastic)
    expect(await callAs(fetch, `Bearer ${theirToken}`)).toMatchObject({ status: 200 })
  })
})
