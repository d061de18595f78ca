import { getIntrospectionQuery } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { jacknich, loginBackend, nobody, provision } from '../support/people.ts'
import { basic, createTestApp, elastic, rest } from '../support/testApp.ts'
import { ask, expectRefused, send, type Answer } from './ask.ts'

const { fetch, close } = await createTestApp()
beforeAll(() => provision(fetch))
afterAll(close)

const viewer = '{ viewer { username } }'
const activate = `mutation ($grant: GrantInput!) {
  activateProfile(grant: $grant) { __typename ... on Profile { uid } ... on Error { message } }
}`
const grant = { password: jacknich }

/** An unauthenticated answer, whose challenges no browser answers with a password box of its own. */
function expectUnauthenticated(answer: Answer) {
  expectRefused(answer, 401, 'UNAUTHENTICATED')
  expect(answer.errors).toHaveLength(1)
  expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="security", ApiKey')
}

describe('401', () => {
  const operations = {
    'a query': viewer,
    'a mutation': activate,
    introspection: getIntrospectionQuery(),
    'the name of a type': '{ __typename }',
    'a syntax error': '{',
    'a field that nobody knows': '{ nonsense }',
  }

  it.each(Object.entries(operations))('answers %s without credentials by POST', async (_, query) => {
    expectUnauthenticated(await ask(fetch, query, { grant }, null))
  })

  it.each(Object.entries(operations))('answers %s without credentials by GET', async (_, query) => {
    const headers = { authorization: null, 'content-type': null }
    expectUnauthenticated(await send(fetch, { method: 'GET', headers, search: { query } }))
  })

  it.each(['application/json', 'application/graphql-response+json', '*/*', 'text/plain', 'image/webp'])(
    'answers a caller without credentials who accepts %s',
    async (accept) => {
      const body = JSON.stringify({ query: viewer })
      expectUnauthenticated(await send(fetch, { headers: { authorization: null, accept }, body }))
    },
  )

  it('comes before what the request says is looked at: method, media type, size, JSON', async () => {
    const headers = { authorization: null }
    expectUnauthenticated(await send(fetch, { method: 'PUT', headers }))
    expectUnauthenticated(
      await send(fetch, { headers: { ...headers, 'content-type': 'text/plain' }, body: '{' }),
    )
    expectUnauthenticated(await send(fetch, { headers, body: ' '.repeat(2 * 1_048_576) }))
    expectUnauthenticated(await send(fetch, { headers, body: '{' }))
  })

  it.each([
    ['a wrong password', basic({ ...elastic, password: 'wrong-p@ssw0rd' })],
    ['an unknown user', basic({ username: 'stranger', password: 'wrong-p@ssw0rd' })],
    ['an empty password', basic({ ...elastic, password: '' })],
    ['no colon', `Basic ${btoa('elastic')}`],
    ['what is not base64', 'Basic ?'],
    ['a scheme alone', 'Basic'],
    ['a scheme that nobody knows', 'Digest username="elastic"'],
    ['a token', 'Bearer abc.def.ghi'],
    ['an API key', `ApiKey ${btoa('id:key')}`],
    ['nothing in it', ''],
  ])('answers an Authorization header with %s', async (_, authorization) => {
    expectUnauthenticated(
      await send(fetch, { headers: { authorization }, body: JSON.stringify({ query: viewer }) }),
    )
    const byGet = { method: 'GET', headers: { authorization }, search: { query: viewer } }
    expectUnauthenticated(await send(fetch, byGet))
  })

  it('says the same of an unknown user, a disabled one and a wrong password', async () => {
    const sleeper = { username: 'sleeper', password: 'sl33per-p@ss' }
    const { username, password } = sleeper
    await rest(fetch, 'PUT', `/_security/user/${username}`, elastic, { password, roles: [], enabled: false })
    const messageFor = async (caller: typeof sleeper) =>
      (await ask(fetch, viewer, {}, caller)).errors?.[0]?.message.replace(caller.username, 'X')
    const expected = 'unable to authenticate user [X] for REST request [/graphql]'
    expect(await messageFor(sleeper)).toBe(expected)
    expect(await messageFor({ ...sleeper, username: 'stranger' })).toBe(expected)
    expect(await messageFor({ ...jacknich, password: 'wrong-p@ssw0rd' })).toBe(expected)
  })

  it('is worded as at the REST door', async () => {
    for (const caller of [null, { username: 'stranger', password: 'wrong-p@ssw0rd' }]) {
      const answer = await ask(fetch, viewer, {}, caller)
      const reason = answer.errors?.[0]?.message.replace('/graphql', '/_security/_authenticate')
      const atRest = await rest(fetch, 'GET', '/_security/_authenticate', caller)
      expect(atRest).toMatchObject({ status: 401, body: { error: { reason } } })
    }
  })

  it('names the address without its query, which may carry what nobody is to read', async () => {
    const request = { method: 'GET', headers: { authorization: null }, search: { query: viewer } }
    expect((await send(fetch, request)).errors?.[0]?.message).toBe(
      'missing authentication credentials for REST request [/graphql]',
    )
  })
})

describe('403', () => {
  const privileges = 'this action is granted by the cluster privileges'
  const activation =
    'action [cluster:admin/xpack/security/profile/activate] is unauthorized for user [nobody] with effective roles ' +
    `[], ${privileges} [manage_user_profile,manage_security,all]`

  it("answers with Elasticsearch's whole sentence", async () => {
    const answer = await ask(fetch, activate, { grant }, nobody)
    expectRefused(answer, 403, 'FORBIDDEN')
    expect(answer.errors).toMatchObject([{ message: activation, path: ['activateProfile'] }])
    expect(answer.headers.has('www-authenticate')).toBe(false)
  })

  it('does not depend on whether the grant is right', async () => {
    const wrong = { password: { ...jacknich, password: 'wrong-p@ssw0rd' } }
    const answer = await ask(fetch, activate, { grant: wrong }, nobody)
    expectRefused(answer, 403, 'FORBIDDEN')
    expect(answer.errors?.[0]?.message).toBe(activation)
  })

  const password = 'n3w-p@ssw0rd'
  const operations: [field: string, operation: string, method: string, path: string, body?: object][] = [
    ['activateProfile', activate, 'POST', 'profile/_activate', { grant_type: 'password', ...jacknich }],
    [
      'putUser',
      `mutation { putUser(username: "a", user: { password: "${password}", roles: [] }) { __typename } }`,
      'PUT',
      'user/a',
      { password, roles: [] },
    ],
    ['deleteUser', 'mutation { deleteUser(username: "a") { __typename } }', 'DELETE', 'user/a'],
    [
      'changePassword',
      `mutation { changePassword(username: "jacknich", password: "${password}") { __typename } }`,
      'PUT',
      'user/jacknich/_password',
      { password },
    ],
    [
      'setUserEnabled',
      'mutation { setUserEnabled(username: "jacknich", enabled: false) { __typename } }',
      'PUT',
      'user/jacknich/_disable',
    ],
    ['users', '{ users { username } }', 'GET', 'user'],
    ['putRole', 'mutation { putRole(name: "a", role: {}) { __typename } }', 'PUT', 'role/a', {}],
    ['deleteRole', 'mutation { deleteRole(name: "a") { __typename } }', 'DELETE', 'role/a'],
    ['roles', '{ roles { name } }', 'GET', 'role'],
  ]

  it.each(operations)('says of %s what the REST door says', async (field, operation, method, path, body) => {
    const answer = await ask(fetch, operation, { grant }, nobody)
    expectRefused(answer, 403, 'FORBIDDEN')
    expect(answer.errors).toMatchObject([{ path: [field] }])
    const atRest = await rest(fetch, method, `/_security/${path}`, nobody, body)
    expect(atRest).toMatchObject({ status: 403, body: { error: { reason: answer.errors?.[0]?.message } } })
  })

  it.each([
    '{ users { username } }',
    '{ roles { name } }',
    'mutation { deleteRole(name: "a") { __typename } }',
  ])('answers an application that may only activate: %s', async (query) => {
    expectRefused(await ask(fetch, query, {}, loginBackend), 403, 'FORBIDDEN')
  })
})

describe('200', () => {
  it('answers an application that holds only manage_user_profile', async () => {
    const answer = await ask(fetch, activate, { grant }, loginBackend)
    expect(answer).toMatchObject({ status: 200, data: { activateProfile: { __typename: 'Profile' } } })
    expect(answer.errors).toBeUndefined()
  })

  it('answers a grant that proves nobody: the caller is known, and 401 would be about the caller', async () => {
    const wrong = { password: { ...jacknich, password: 'wrong-p@ssw0rd' } }
    const answer = await ask(fetch, activate, { grant: wrong }, loginBackend)
    expect(answer).toMatchObject({ status: 200, data: { activateProfile: { __typename: 'GrantRejected' } } })
    expect(answer.errors).toBeUndefined()
    expect(answer.headers.has('www-authenticate')).toBe(false)
  })

  it.each(['profile(uid: "u_a_0") { uid }', 'user(username: "a") { username }', 'role(name: "a") { name }'])(
    'keeps the data beside a nullable field that is forbidden: %s',
    async (field) => {
      const answer = await ask(fetch, `{ viewer { username } denied: ${field} }`, {}, nobody)
      expect(answer).toMatchObject({
        status: 200,
        data: { viewer: { username: 'nobody' }, denied: null },
        errors: [{ path: ['denied'], extensions: { code: 'FORBIDDEN' } }],
      })
    },
  )

  it('answers introspection for whoever is authenticated, with or without a right', async () => {
    const answer = await ask(fetch, '{ __schema { mutationType { name } } __typename }', {}, nobody)
    expect(answer).toMatchObject({ status: 200, data: { __schema: { mutationType: { name: 'Mutation' } } } })
  })

  it('answers the whole introspection query, as clients and GraphiQL send it', async () => {
    const options = {
      inputValueDeprecation: true,
      oneOf: true,
      schemaDescription: true,
      specifiedByUrl: true,
    }
    const answer = await ask(fetch, getIntrospectionQuery(options), {}, nobody)
    expect(answer.status).toBe(200)
    expect(answer.errors).toBeUndefined()
  })

  it.each(['text/html', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'])(
    'sends GraphiQL to a browser without credentials that accepts %s',
    async (accept) => {
      const answer = await send(fetch, { method: 'GET', headers: { authorization: null, accept } })
      expect(answer.status).toBe(200)
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
      expect(answer.headers.has('www-authenticate')).toBe(false)
      expect(answer.headers.has('content-security-policy')).toBe(true)
      expect(answer.text).toMatch(/^<!doctype html>/)
    },
  )

  it('sends GraphiQL whatever the credentials, and without running what the address says', async () => {
    const headers = { authorization: 'Basic ?', accept: 'text/html' }
    const answer = await send(fetch, { method: 'GET', headers, search: { query: viewer } })
    expect(answer.status).toBe(200)
    expect(answer.text).toMatch(/^<!doctype html>/)
  })
})
