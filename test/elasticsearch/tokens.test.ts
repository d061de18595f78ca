import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { jacknich, jacknichUser, loginBackend, nobody } from '../support/people.ts'
import { createTestApp, type Answered } from '../support/testApp.ts'
import { login, otherPortal, portal, tokenPath, tokenRequests } from '../support/tokenRequests.ts'

const action = 'cluster:admin/xpack/security/token'
const aToken = expect.stringMatching(/^[\w-]{43}$/) as string

const app = await createTestApp()
const { prepare, issue, refresh, end, authenticate, activate, loggedIn, newUser, change } = tokenRequests(app)
beforeAll(prepare)
afterAll(() => app.close())

const counts = (invalidated: number, previously: number) => ({
  invalidated_tokens: invalidated,
  previously_invalidated_tokens: previously,
  error_count: 0,
})
const ofNative = { name: 'native', type: 'native' }
const jackAs = (type: string) => ({
  username: 'jacknich',
  roles: jacknichUser.roles,
  full_name: jacknichUser.full_name,
  email: jacknichUser.email,
  metadata: jacknichUser.metadata,
  enabled: true,
  authentication_realm: ofNative,
  lookup_realm: ofNative,
  authentication_type: type,
})

describe('200, a password', () => {
  it('becomes an access token and a refresh token', async () => {
    const { status, body } = await issue(login)
    expect([status, body]).toEqual([
      200,
      {
        access_token: aToken,
        type: 'Bearer',
        expires_in: 1_200,
        refresh_token: aToken,
        authentication: jackAs('realm'),
      },
    ])
    expect(Object.keys(body as object)).toEqual([
      'access_token',
      'type',
      'expires_in',
      'refresh_token',
      'authentication',
    ])
  })

  it('may come with a scope, which says nothing', async () => {
    expect(await issue({ ...login, scope: 'FULL' })).toMatchObject({ status: 200 })
  })

  it('is remembered by no database', async () => {
    const { access, refresh: first } = await loggedIn()
    const { body } = await refresh(first)
    const tables = ['users', 'roles', 'profiles', 'cluster', 'tokens']
    const dumps = await Promise.all(tables.map((table) => app.run(`SELECT * FROM ${table}`)))
    const dump = JSON.stringify(dumps, (_, value: unknown) =>
      typeof value === 'bigint' ? Number(value) : value,
    )
    expect(dump).toContain(jacknich.username)
    for (const token of [access, first, body.access_token, body.refresh_token]) {
      expect(dump).not.toContain(token)
      expect(app.logs()).not.toContain(token)
    }
  })
})

describe('200, client credentials', () => {
  it('become an access token alone', async () => {
    const { status, body } = await issue({ grant_type: 'client_credentials' })
    expect([status, body]).toEqual([
      200,
      {
        access_token: aToken,
        type: 'Bearer',
        expires_in: 1_200,
        authentication: expect.objectContaining({
          username: 'portal',
          authentication_type: 'realm',
        }) as object,
      },
    ])
    expect((await authenticate(body.access_token)).body).toMatchObject({ username: 'portal' })
  })

  it('may be a token themselves', async () => {
    const { body } = await issue({ grant_type: 'client_credentials' })
    const response = await app.fetch(tokenPath, {
      method: 'POST',
      headers: { authorization: `Bearer ${body.access_token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ grant_type: 'client_credentials' }),
    })
    expect(await response.json()).toMatchObject({ authentication: { authentication_type: 'token' } })
  })
})

describe('200, an access token', () => {
  it('proves the caller at both doors', async () => {
    const { access } = await loggedIn()
    expect(await authenticate(access)).toMatchObject({ status: 200, body: jackAs('token') })
    const response = await app.fetch('/graphql', {
      method: 'POST',
      headers: { authorization: `bearer ${access}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ viewer { username authenticationType } }' }),
    })
    expect(await response.json()).toEqual({
      data: { viewer: { username: 'jacknich', authenticationType: 'token' } },
    })
  })

  it('activates the profile of its user, the same as the password does', async () => {
    const { access } = await loggedIn()
    const byToken = await activate({ grant_type: 'access_token', access_token: access }, loginBackend)
    expect(byToken).toMatchObject({
      status: 200,
      body: { user: { username: 'jacknich', realm_name: 'native' } },
    })
    expect((await activate(login, loginBackend)).body).toEqual(byToken.body)
  })

  it('has the rights that its user has now', async () => {
    const user = await newUser()
    const { access } = await loggedIn(user)
    await change('PUT', `user/${user.username}`, { roles: ['superuser'] })
    const headers = { authorization: `Bearer ${access}` }
    expect((await app.fetch('/_security/user', { headers })).status).toBe(200)
    await change('PUT', `user/${user.username}`, { roles: [] })
    expect((await app.fetch('/_security/user', { headers })).status).toBe(403)
  })
})

describe('200, a refresh token', () => {
  it('becomes new tokens, and the access token before stays', async () => {
    const { access, refresh: first } = await loggedIn()
    const { status, body } = await refresh(first)
    expect([status, body]).toEqual([
      200,
      {
        access_token: aToken,
        type: 'Bearer',
        expires_in: 1_200,
        refresh_token: aToken,
        authentication: jackAs('token'),
      },
    ])
    for (const token of [access, body.access_token]) {
      expect(await authenticate(token)).toMatchObject({ status: 200 })
    }
    expect(await refresh(body.refresh_token)).toMatchObject({ status: 200 })
  })

  it('becomes the same tokens for all who use it at once', async () => {
    const { refresh: first } = await loggedIn()
    const answers = await Promise.all(Array.from({ length: 32 }, () => refresh(first)))
    expect(answers.map(({ status }) => status)).toEqual(Array(32).fill(200))
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1)
  })
})

describe('200, an invalidation', () => {
  it('ends an access token, but not its refresh token', async () => {
    const { access, refresh: first } = await loggedIn()
    expect(await end({ token: access })).toMatchObject({ status: 200, body: counts(1, 0) })
    expect(await authenticate(access)).toMatchObject({ status: 401 })
    expect(await refresh(first)).toMatchObject({ status: 200 })
  })

  it('ends a refresh token, but not its access token', async () => {
    const { access, refresh: first } = await loggedIn()
    expect(await end({ refresh_token: first })).toMatchObject({ status: 200, body: counts(1, 0) })
    expect(await refresh(first)).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant', error_description: 'token has been invalidated' },
    })
    expect(await authenticate(access)).toMatchObject({ status: 200 })
  })

  it('counts what was invalid before', async () => {
    const { access } = await loggedIn()
    await end({ token: access })
    expect(await end({ token: access })).toMatchObject({ status: 200, body: counts(0, 1) })
  })

  it('counts the tokens of a user who is another one now as invalid before', async () => {
    const user = await newUser()
    const { access } = await loggedIn(user)
    await change('PUT', `user/${user.username}/_password`, {
      password: 'an0ther',
    })
    expect(await end({ token: access })).toMatchObject({
      status: 200,
      body: counts(0, 1),
    })
    expect(await end({ username: user.username })).toMatchObject({ status: 200, body: counts(0, 0) })
  })

  it('ends all tokens of a user, of a realm, or of a user of a realm', async () => {
    const user = await newUser()
    const grant = { grant_type: 'password', ...user }
    const { username } = user
    await issue(grant)
    await issue(grant)
    expect(await end({ username })).toMatchObject({ status: 200, body: counts(4, 0) })
    expect(await end({ username })).toMatchObject({ status: 200, body: counts(0, 0) })
    await issue(grant)
    expect(await end({ username, realm_name: 'other' })).toMatchObject({ status: 200, body: counts(0, 0) })
    expect(await end({ username, realm_name: 'native' })).toMatchObject({ status: 200, body: counts(2, 0) })
    expect(await end({ realm_name: 'unknown' })).toMatchObject({ status: 200, body: counts(0, 0) })
  })

  it('counts both tokens of which one was active', async () => {
    const user = await newUser()
    const { access } = await loggedIn(user)
    await end({ token: access })
    expect(await end({ username: user.username })).toMatchObject({ status: 200, body: counts(1, 1) })
  })
})

describe('400, for a grant that contradicts itself', () => {
  const oauth = (error: string, ...problems: string[]) => ({
    error,
    error_description: `Validation Failed: ${problems.map((problem, at) => `${at + 1}: ${problem};`).join('')}`,
  })
  const noSuchType = oauth(
    'unsupported_grant_type',
    'grant_type only supports the values: [password, refresh_token, client_credentials]',
  )
  const needless = (type: string, ...names: string[]) =>
    oauth(
      'unsupported_grant_type',
      ...names.map((name) => `${name} is not supported with the ${type} grant_type`),
    )

  it.each<[string, object, object]>([
    ['no type', {}, noSuchType],
    ['an unknown type', { grant_type: 'x', username: 'a' }, noSuchType],
    ['Kerberos', { grant_type: '_kerberos', kerberos_ticket: 'x' }, noSuchType],
    [
      'no username',
      { grant_type: 'password', password: 'x' },
      oauth('invalid_request', 'username is missing'),
    ],
    [
      'nothing but its type',
      { grant_type: 'password' },
      oauth('invalid_request', 'username is missing', 'password is missing'),
    ],
    [
      'an empty password',
      { grant_type: 'password', username: 'a', password: '' },
      oauth('invalid_request', 'password is missing'),
    ],
    [
      'a needless refresh token, empty',
      { ...login, refresh_token: '' },
      needless('password', 'refresh_token'),
    ],
    [
      'needless parts and none that are needed',
      { grant_type: 'password', refresh_token: 'x', kerberos_ticket: 'x' },
      oauth(
        'unsupported_grant_type',
        'kerberos_ticket is not supported with the password grant_type',
        'refresh_token is not supported with the password grant_type',
        'username is missing',
        'password is missing',
      ),
    ],
    [
      'no refresh token',
      { grant_type: 'refresh_token' },
      oauth('invalid_request', 'refresh_token is missing'),
    ],
    [
      'a refresh token with all the rest',
      { ...login, grant_type: 'refresh_token', kerberos_ticket: 'x', refresh_token: 'x' },
      needless('refresh_token', 'username', 'password', 'kerberos_ticket'),
    ],
    [
      'client credentials with all the rest',
      { ...login, grant_type: 'client_credentials', kerberos_ticket: 'x', refresh_token: 'x' },
      needless('client_credentials', 'username', 'password', 'kerberos_ticket', 'refresh_token'),
    ],
  ])('%s', async (_, body, expected) => {
    expect(await issue(body)).toMatchObject({ status: 400, body: expected })
    // Nobody has to be allowed anything for that.
    expect((await issue(body, nobody)).body).toEqual(expected)
  })

  it('with a field that nobody knows, or of another type', async () => {
    const error = (reason: string) => ({ error: { type: 'x_content_parse_exception', reason } })
    expect(await issue({ grant_type: 'password', user: 'x' })).toMatchObject({
      status: 400,
      body: error('[1:26] [token_request] unknown field [user]'),
    })
    expect(await issue({ grant_type: 1 })).toMatchObject({
      status: 400,
      body: error("[1:15] [token_request] grant_type doesn't support values of type: VALUE_NUMBER"),
    })
  })
})

describe('400, for a refresh token', () => {
  const invalidGrant = (error_description: string) => ({ error: 'invalid_grant', error_description })
  const refused = async (answer: Promise<Answered<unknown>>) => {
    const { status, body } = await answer
    expect(status).toBe(400)
    return body
  }

  it.each(['x', 'A'.repeat(43), 'a.b.c', 'é'.repeat(10_000)])('that nobody knows', async (token) => {
    expect(await refused(refresh(token))).toEqual(invalidGrant('could not refresh the requested token'))
  })

  it('that is an access token', async () => {
    const { access } = await loggedIn()
    expect(await refused(refresh(access))).toEqual(invalidGrant('could not refresh the requested token'))
  })

  it('that another client was given', async () => {
    const { refresh: first } = await loggedIn()
    const expected = invalidGrant('tokens must be refreshed by the creating client')
    expect(await refused(refresh(first, otherPortal))).toEqual(expected)
    expect(await refresh(first)).toMatchObject({ status: 200 })
    expect(await refused(refresh(first, otherPortal))).toEqual(expected)
  })

  it('whose user has another password', async () => {
    const user = await newUser()
    const { refresh: first } = await loggedIn(user)
    await change('PUT', `user/${user.username}/_password`, {
      password: 'an0ther',
    })
    expect(await refused(refresh(first))).toEqual(invalidGrant('token has been invalidated'))
  })
})

describe('400, for an invalidation', () => {
  const invalid = (...problems: string[]) => ({
    error: {
      type: 'action_request_validation_exception',
      reason: `Validation Failed: ${problems.map((problem, at) => `${at + 1}: ${problem};`).join('')}`,
    },
  })
  const nothing = invalid('token string must be provided when not specifying a realm name or a username')
  const both = invalid(
    'token string must not be provided when realm name or username is specified',
    'token type must not be provided when realm name or username is specified',
  )

  it.each<[string, object, object]>([
    ['of nothing', {}, nothing],
    ['of what is empty', { token: '', refresh_token: '', username: ' ', realm_name: '' }, nothing],
    ['of a token and a user', { token: 'x', username: 'a' }, both],
    ['of a refresh token and a realm', { refresh_token: 'x', realm_name: 'a' }, both],
  ])('%s', async (_, body, expected) => {
    expect(await end(body)).toMatchObject({ status: 400, body: expected })
    expect((await end(body, nobody)).status).toBe(400)
  })

  it('of two tokens', async () => {
    expect(await end({ token: 'x', refresh_token: 'y' })).toMatchObject({
      status: 400,
      body: {
        error: {
          type: 'x_content_parse_exception',
          reason: 'Failed to build [invalidate_token] after last required field arrived',
          caused_by: {
            type: 'illegal_argument_exception',
            reason: 'only one of [token, refresh_token] may be sent per request',
          },
        },
      },
    })
  })
})

describe('401', () => {
  const challenge =
    'Bearer realm="security", error="invalid_token", error_description="The access token expired"'

  it.each([
    ['a wrong password', { ...login, password: 'wrong' }, 'jacknich'],
    ['an unknown user', { ...login, username: 'unknown' }, 'unknown'],
  ])('for %s', async (_, grant, username) => {
    expect(await issue(grant)).toMatchObject({
      status: 401,
      body: {
        error: {
          type: 'security_exception',
          reason: `unable to authenticate user [${username}] for action [${action}/create]`,
        },
      },
    })
  })

  it('for a caller that nobody knows', async () => {
    expect(await issue(login, { ...portal, password: 'wrong' })).toMatchObject({
      status: 401,
      body: { error: { reason: `unable to authenticate user [portal] for REST request [${tokenPath}]` } },
    })
    expect(await issue(login, null)).toMatchObject({
      status: 401,
      body: { error: { reason: `missing authentication credentials for REST request [${tokenPath}]` } },
    })
  })

  it.each(['A'.repeat(43), 'x'])('for a token that nobody knows: %s', async (token) => {
    expect(await authenticate(token)).toMatchObject({
      status: 401,
      body: {
        error: {
          reason: 'unable to authenticate user [_bearer_token] for REST request [/_security/_authenticate]',
        },
      },
    })
  })

  it('for a refresh token in place of an access token', async () => {
    const { refresh: first } = await loggedIn()
    expect(await authenticate(first)).toMatchObject({ status: 401 })
  })

  it('for a token that was invalidated, as caller and as grant', async () => {
    const { access } = await loggedIn()
    await end({ token: access })
    const grant = { grant_type: 'access_token', access_token: access }
    for (const answer of [await authenticate(access), await activate(grant, loginBackend)]) {
      expect(answer).toMatchObject({
        status: 401,
        body: { error: { reason: 'token expired', header: { 'WWW-Authenticate': challenge } } },
      })
      expect(answer.headers.get('www-authenticate')).toBe(challenge)
    }
  })
})

describe('403', () => {
  const denied = (name: string) =>
    `action [${action}/${name}] is unauthorized for user [nobody] with effective roles [], ` +
    'this action is granted by the cluster privileges [manage_token,manage_security,all]'

  it.each<[string, () => Promise<Answered>]>([
    ['create', () => issue(login, nobody)],
    ['create', () => issue({ grant_type: 'client_credentials' }, nobody)],
    ['refresh', () => refresh('x', nobody)],
    ['invalidate', () => end({ token: 'x' }, nobody)],
  ])('for who may not %s', async (name, send) => {
    expect(await send()).toMatchObject({
      status: 403,
      body: { error: { type: 'security_exception', reason: denied(name) } },
    })
  })
})

describe('404', () => {
  it.each([{ token: 'x' }, { refresh_token: 'A'.repeat(43) }])(
    'for a token that nobody knows: %o',
    async (body) => {
      expect(await end(body)).toMatchObject({ status: 404, body: counts(0, 0) })
    },
  )

  it('for one kind of token in place of the other', async () => {
    const { access, refresh: first } = await loggedIn()
    expect(await end({ token: first })).toMatchObject({ status: 404 })
    expect(await end({ refresh_token: access })).toMatchObject({ status: 404 })
  })
})

describe('400, as OAuth has it, a grant', () => {
  it.each([
    ['username', 1_024],
    ['password', 4_096],
  ])('whose %s has more than %d characters', async (field, most) => {
    const { status, body } = await issue({ ...login, [field]: 'x'.repeat(most + 1) })
    const error_description = `Validation Failed: 1: [${field}] must have at most [${most}] characters;`
    expect([status, body]).toEqual([400, { error: 'invalid_request', error_description }])
  })
})
