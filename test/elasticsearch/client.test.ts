import * as client9 from '@elastic/elasticsearch'
import * as client8 from 'elasticsearch-8'
import { afterAll, describe, expect, it } from 'vitest'
import { jacknich, jacknichUid, jacknichUser, loginBackend } from '../support/people.ts'
import { createTestApp, elastic, type Credentials } from '../support/testApp.ts'

describe.each([
  { version: 9, library: client9 },
  // What is used here has the same types in both.
  { version: 8, library: client8 as unknown as typeof client9 },
])('@elastic/elasticsearch $version', async ({ library: { Client, errors } }) => {
  const app = await createTestApp()
  const node = await app.app.listen()
  const clients: client9.Client[] = []
  const as = (auth: Credentials) => {
    const client = new Client({ node, auth })
    clients.push(client)
    return client
  }
  const operator = as(elastic)
  const application = as(loginBackend)
  const grant = { grant_type: 'password', ...jacknich } as const
  afterAll(async () => {
    await Promise.all(clients.map((client) => client.close()))
    await app.close()
  })

  it('pings, and is told what it talks to', async () => {
    expect(await operator.ping()).toBe(true)
    expect(await operator.info()).toMatchObject({
      name: 'profile-gateway',
      cluster_uuid: expect.stringMatching(/./) as string,
      version: { number: '9.1.0', build_flavor: 'default', build_snapshot: false },
      tagline: 'You Know, for Search',
    })
  })

  it('takes the example of the documentation from provisioning to activation', async () => {
    const role = { name: 'profile_activator', cluster: ['manage_user_profile' as const] }
    expect(await operator.security.putRole(role)).toEqual({ role: { created: true } })
    const { username, password } = loginBackend
    const backend = { username, password, roles: [role.name] }
    expect(await operator.security.putUser(backend)).toEqual({ created: true })
    const user = { username: jacknich.username, ...jacknichUser }
    expect(await operator.security.putUser(user)).toEqual({ created: true })
    expect(await operator.security.putUser(user)).toEqual({ created: false })

    const profile = await application.security.activateUserProfile(grant)
    expect(profile).toEqual({
      uid: jacknichUid,
      enabled: true,
      last_synchronized: profile.last_synchronized,
      user: {
        username: 'jacknich',
        roles: ['admin', 'other_role1'],
        realm_name: 'native',
        full_name: 'Jack Nicholson',
        email: 'jacknich@example.com',
      },
      labels: {},
      data: {},
      _doc: { _primary_term: 1, _seq_no: 0 },
    })
    expect(await application.security.activateUserProfile(grant)).toEqual(profile)
  })

  it('activates with bodies that are packed, as it sends them to Elastic Cloud', async () => {
    const packing = new Client({ node, auth: loginBackend, compression: true })
    clients.push(packing)
    const codings: unknown[] = []
    packing.diagnostic.on('request', (_, result) => {
      codings.push(result?.meta.request.params.headers?.['content-encoding'])
    })
    expect(await packing.security.activateUserProfile(grant)).toMatchObject({ uid: jacknichUid })
    expect(codings).toEqual(['gzip'])
  })

  it('gets users and roles', async () => {
    const { password, ...fields } = jacknichUser
    const { username } = jacknich
    expect(password).toBe(jacknich.password)
    expect(await operator.security.getUser({ username })).toEqual({
      jacknich: { username, ...fields, enabled: true },
    })
    expect(Object.keys(await operator.security.getUser())).toEqual(
      expect.arrayContaining(['elastic', 'jacknich', 'login-backend']),
    )
    expect(await operator.security.getRole({ name: 'profile_activator' })).toMatchObject({
      profile_activator: { cluster: ['manage_user_profile'], indices: [], run_as: [] },
    })
  })

  it('puts, gets and deletes role mappings', async () => {
    const name = 'staff'
    const rules = { all: [{ field: { groups: ['a', 'b*'] } }, { except: { field: { username: 'x' } } }] }
    const mapping = { enabled: true, roles: ['profile_activator'], rules, metadata: { version: 1 } }
    expect(await operator.security.putRoleMapping({ name, ...mapping })).toEqual({
      role_mapping: { created: true },
    })
    expect(await operator.security.getRoleMapping({ name })).toEqual({ staff: mapping })
    expect(await operator.security.getRoleMapping()).toEqual({ staff: mapping })
    expect(await operator.security.deleteRoleMapping({ name })).toEqual({ found: true })
    expect(await refusalOf(operator.security.getRoleMapping({ name }))).toMatchObject({ status: 404 })
    expect(await refusalOf(operator.security.deleteRoleMapping({ name }))).toMatchObject({ status: 404 })
  })

  it('authenticates', async () => {
    expect(await application.security.authenticate()).toMatchObject({
      username: 'login-backend',
      roles: ['profile_activator'],
      authentication_realm: { name: 'native', type: 'native' },
      authentication_type: 'realm',
    })
  })

  it('gets tokens, is known by them, and invalidates them', async () => {
    const { access_token, refresh_token, ...rest } = await operator.security.getToken(grant)
    expect(rest).toMatchObject({
      type: 'Bearer',
      expires_in: 1_200,
      authentication: { username: 'jacknich' },
    })
    const bearer = new Client({ node, auth: { bearer: access_token } })
    clients.push(bearer)
    expect(await bearer.security.authenticate()).toMatchObject({
      username: 'jacknich',
      authentication_type: 'token',
    })
    const byToken = { grant_type: 'access_token', access_token } as const
    expect(await application.security.activateUserProfile(byToken)).toMatchObject({ uid: jacknichUid })

    const refreshing = { grant_type: 'refresh_token', refresh_token: refresh_token ?? '' } as const
    expect(await operator.security.getToken(refreshing)).toMatchObject({ type: 'Bearer' })
    expect(await operator.security.invalidateToken({ token: access_token })).toEqual({
      invalidated_tokens: 1,
      previously_invalidated_tokens: 0,
      error_count: 0,
    })
    expect(await refusalOf(bearer.security.authenticate())).toEqual({ status: 401, reason: 'token expired' })
    expect(await operator.security.invalidateToken({ username: 'jacknich' })).toMatchObject({
      invalidated_tokens: 3,
      previously_invalidated_tokens: 1,
    })
    expect(await refusalOf(operator.security.getToken(refreshing))).toMatchObject({ status: 400 })
    expect(await refusalOf(operator.security.invalidateToken({ token: 'unknown' }))).toMatchObject({
      status: 404,
    })
  })

  it('makes an API key, is known by it, and activates with it', async () => {
    const role_descriptors = { activator: { cluster: ['manage_user_profile' as const] } }
    const key = await operator.security.createApiKey({ name: 'login', expiration: '1d', role_descriptors })
    const { id, api_key, encoded, ...rest } = key
    expect(rest).toEqual({ name: 'login', expiration: expect.any(Number) as number })
    for (const apiKey of [encoded, { id, api_key }]) {
      const byKey = new Client({ node, auth: { apiKey } })
      clients.push(byKey)
      expect(await byKey.security.authenticate()).toMatchObject({
        username: 'elastic',
        authentication_type: 'api_key',
        api_key: { id, name: 'login' },
      })
      expect(await byKey.security.activateUserProfile(grant)).toMatchObject({ uid: jacknichUid })
      expect(await refusalOf(byKey.security.getUser())).toMatchObject({ status: 403 })
    }
    expect(await operator.security.getApiKey({ id, with_limited_by: true })).toMatchObject({
      api_keys: [{ id, name: 'login', type: 'rest', invalidated: false, limited_by: [{ superuser: {} }] }],
    })
    expect(await refusalOf(operator.security.getApiKey({ id: 'unknown' }))).toMatchObject({ status: 404 })
    const query = { ids: { values: [id] } }
    expect(await operator.security.queryApiKeys({ query })).toMatchObject({
      total: 1,
      count: 1,
      api_keys: [{ id }],
    })
    expect(await operator.security.queryApiKeys()).toMatchObject({ api_keys: [{ id }] })
    expect(await operator.security.invalidateApiKey({ ids: [id] })).toEqual({
      invalidated_api_keys: [id],
      previously_invalidated_api_keys: [],
      error_count: 0,
    })
    const invalidated = new Client({ node, auth: { apiKey: encoded } })
    clients.push(invalidated)
    expect(await refusalOf(invalidated.security.authenticate())).toMatchObject({ status: 401 })
  })

  it('changes a password, of others and its own', async () => {
    const { username } = jacknich
    await operator.security.changePassword({ username, password: 'changed' })
    expect(await refusalOf(application.security.activateUserProfile(grant))).toMatchObject({ status: 401 })
    const changed = as({ username, password: 'changed' })
    await changed.security.changePassword({ password: jacknich.password })
    expect(await application.security.activateUserProfile(grant)).toMatchObject({ uid: jacknichUid })
  })

  it('disables and enables a user', async () => {
    const { username } = jacknich
    await operator.security.disableUser({ username })
    expect(await refusalOf(application.security.activateUserProfile(grant))).toMatchObject({ status: 401 })
    await operator.security.enableUser({ username })
    expect(await application.security.activateUserProfile(grant)).toMatchObject({ uid: jacknichUid })
  })

  it('throws a ResponseError for a caller that is not known: 401', async () => {
    const stranger = as({ username: 'stranger', password: 'whatever' })
    expect(await refusalOf(stranger.security.activateUserProfile(grant))).toEqual({
      status: 401,
      reason: 'unable to authenticate user [stranger] for REST request [/_security/profile/_activate]',
    })
  })

  it('throws a ResponseError for a grant that proves nobody: 401', async () => {
    const wrong = application.security.activateUserProfile({ ...grant, password: 'wrong' })
    expect(await refusalOf(wrong)).toEqual({
      status: 401,
      reason:
        'unable to authenticate user [jacknich] for action [cluster:admin/xpack/security/profile/activate]',
    })
  })

  it('throws a ResponseError for a caller that may not: 403', async () => {
    const { status, reason } = await refusalOf(as(jacknich).security.activateUserProfile(grant))
    expect(status).toBe(403)
    expect(reason).toContain('(assigned roles [admin,other_role1] were not found)')
  })

  it('throws a ResponseError for what is not there: 404', async () => {
    expect(await refusalOf(operator.security.getUser({ username: 'unknown' }))).toMatchObject({ status: 404 })
    expect(await operator.security.deleteUser({ username: 'unknown' }, { ignore: [404] })).toEqual({
      found: false,
    })
  })

  it('deletes users and roles', async () => {
    expect(await operator.security.deleteUser({ username: 'jacknich' })).toEqual({ found: true })
    expect(await operator.security.deleteRole({ name: 'profile_activator' })).toEqual({ found: true })
    expect(await refusalOf(application.security.activateUserProfile(grant))).toMatchObject({ status: 403 })
  })

  /** How the client says no. */
  async function refusalOf(call: Promise<unknown>): Promise<{ status: number | undefined; reason: unknown }> {
    const error = await call.then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    expect(error).toBeInstanceOf(errors.ResponseError)
    const { statusCode: status, message } = error as client9.errors.ResponseError
    const { body } = error as { body: { error?: { reason: string } } }
    return { status, reason: body.error?.reason ?? message }
  }
})
