import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { jacknich, nobody } from '../support/people.ts'
import { createTestApp } from '../support/testApp.ts'
import { portal, tokenRequests } from '../support/tokenRequests.ts'
import { ask, expectRefused, send } from './ask.ts'

const app = await createTestApp()
const { prepare, authenticate } = tokenRequests(app)
beforeAll(prepare)
afterAll(() => app.close())

const aToken = expect.stringMatching(/^[\w-]{43}$/) as string
const ofToken = `... on Token {
  accessToken
  expiresIn
  refreshToken
  authentication { username authenticationType authenticationRealm { name type domain } }
}`
const create = `mutation ($grant: TokenGrantInput!) {
  createToken(grant: $grant) { __typename ${ofToken} ... on GrantRejected { message reason principal } }
}`
const refresh = `mutation ($refreshToken: String!) {
  refreshToken(refreshToken: $refreshToken) { __typename ${ofToken} ... on Error { message } }
}`
const invalidate = `mutation ($which: TokenSelectionInput!) {
  invalidateTokens(which: $which) {
    __typename
    ... on TokensInvalidated { invalidated previouslyInvalidated }
  }
}`

interface Token {
  readonly accessToken: string
  readonly refreshToken: string
}

const createToken = async (grant: object) => {
  const { data, text } = await ask(app.fetch, create, { grant }, portal)
  expect(data, text).toBeTruthy()
  return data?.createToken as Token
}
const refreshToken = async (token: string) =>
  (await ask(app.fetch, refresh, { refreshToken: token }, portal)).data?.refreshToken as Token
const invalidateTokens = async (which: object) =>
  (await ask(app.fetch, invalidate, { which }, portal)).data?.invalidateTokens

const authentication = (username: string, authenticationType: string) => ({
  username,
  authenticationType,
  authenticationRealm: { name: 'native', type: 'native', domain: null },
})

describe('createToken', () => {
  it('answers Token for a password', async () => {
    expect(await createToken({ password: jacknich })).toEqual({
      __typename: 'Token',
      accessToken: aToken,
      expiresIn: 1_200,
      refreshToken: aToken,
      authentication: authentication('jacknich', 'realm'),
    })
  })

  it('answers Token for the caller itself, without a refresh token', async () => {
    expect(await createToken({ clientCredentials: true })).toEqual({
      __typename: 'Token',
      accessToken: aToken,
      expiresIn: 1_200,
      refreshToken: null,
      authentication: authentication('portal', 'realm'),
    })
  })

  it('answers GrantRejected for a password that proves nobody', async () => {
    expect(await createToken({ password: { ...jacknich, password: 'wrong' } })).toEqual({
      __typename: 'GrantRejected',
      message:
        'unable to authenticate user [jacknich] for action [cluster:admin/xpack/security/token/create]',
      reason: 'NOT_AUTHENTICATED',
      principal: 'jacknich',
    })
  })

  it.each<[string, object, string]>([
    ['false', { clientCredentials: false }, '[clientCredentials] must be true'],
    [
      'both',
      { clientCredentials: true, password: jacknich },
      'grant: give exactly one of password, clientCredentials',
    ],
    ['neither', {}, 'grant: give exactly one of password, clientCredentials'],
    [
      'no username',
      { password: { ...jacknich, username: '' } },
      '[username] is required for grant_type [password]',
    ],
    [
      'a username of 1,025 characters',
      { password: { ...jacknich, username: 'a'.repeat(1_025) } },
      '[username] must have at most [1024] characters',
    ],
  ])('refuses a grant of %s', async (_, grant, problem) => {
    const answer = await ask(app.fetch, create, { grant }, portal)
    expectRefused(answer, 400, 'INVALID_INPUT')
    expect(answer.errors?.[0]?.extensions.problems).toEqual([problem])
  })
})

describe('refreshToken', () => {
  it('answers Token, the same for all who ask at once', async () => {
    const { refreshToken: first } = await createToken({ password: jacknich })
    const answers = await Promise.all([refreshToken(first), refreshToken(first)])
    expect(answers[0]).toEqual({
      __typename: 'Token',
      accessToken: aToken,
      expiresIn: 1_200,
      refreshToken: aToken,
      authentication: authentication('jacknich', 'token'),
    })
    expect(answers[1]).toEqual(answers[0])
  })

  it('answers RefreshRejected for a token that nobody knows', async () => {
    expect(await refreshToken('unknown')).toEqual({
      __typename: 'RefreshRejected',
      message: 'could not refresh the requested token',
    })
  })

  it('refuses an empty token', async () => {
    const answer = await ask(app.fetch, refresh, { refreshToken: '' }, portal)
    expectRefused(answer, 400, 'INVALID_INPUT')
    expect(answer.errors?.[0]?.extensions.problems).toEqual(['refresh_token is missing'])
  })
})

describe('invalidateTokens', () => {
  const counted = (invalidated: number, previouslyInvalidated: number) => ({
    __typename: 'TokensInvalidated',
    invalidated,
    previouslyInvalidated,
  })

  it('counts what it ends', async () => {
    const { accessToken, refreshToken: first } = await createToken({ password: jacknich })
    expect(await invalidateTokens({ accessToken })).toEqual(counted(1, 0))
    expect(await invalidateTokens({ accessToken })).toEqual(counted(0, 1))
    expect(await invalidateTokens({ refreshToken: first })).toEqual(counted(1, 0))
    expect(await invalidateTokens({ accessToken: 'unknown' })).toEqual(counted(0, 0))
    await invalidateTokens({ username: 'jacknich' })
    await createToken({ password: jacknich })
    expect(await invalidateTokens({ username: 'jacknich', realmName: 'native' })).toEqual(counted(2, 0))
  })

  it.each<[string, object, string[]]>([
    ['nothing', {}, ['token string must be provided when not specifying a realm name or a username']],
    [
      'two tokens',
      { accessToken: 'a', refreshToken: 'b' },
      ['only one of [token, refresh_token] may be sent per request'],
    ],
    [
      'a token and a user',
      { accessToken: 'a', username: 'b' },
      [
        'token string must not be provided when realm name or username is specified',
        'token type must not be provided when realm name or username is specified',
      ],
    ],
  ])('refuses %s', async (_, which, problems) => {
    const answer = await ask(app.fetch, invalidate, { which }, portal)
    expectRefused(answer, 400, 'INVALID_INPUT')
    expect(answer.errors?.[0]?.extensions.problems).toEqual(problems)
  })
})

describe('each of them', () => {
  it.each<[string, string, object]>([
    ['create', create, { grant: { clientCredentials: true } }],
    ['refresh', refresh, { refreshToken: 'x' }],
    ['invalidate', invalidate, { which: { accessToken: 'x' } }],
  ])('needs manage_token: %s', async (name, mutation, variables) => {
    const answer = await ask(app.fetch, mutation, variables as Record<string, unknown>, nobody)
    expectRefused(answer, 403, 'FORBIDDEN')
    expect(answer.errors?.[0]?.message).toBe(
      `action [cluster:admin/xpack/security/token/${name}] is unauthorized for user [nobody] with effective ` +
        'roles [], this action is granted by the cluster privileges [manage_token,manage_security,all]',
    )
  })

  it.each([
    'createToken(grant: { clientCredentials: true })',
    'refreshToken(refreshToken: "a")',
    'invalidateTokens(which: { accessToken: "a" })',
  ])('stands alone in its document: %s', async (field) => {
    const document = `mutation { one: ${field} { __typename } other: ${field} { __typename } }`
    expectRefused(await ask(app.fetch, document, {}, portal), 400, 'GRAPHQL_VALIDATION_FAILED')
  })

  it.each([
    ['refreshToken: 5', 'refreshToken(refreshToken: S3cr3tT0ken)'],
    ['a literal in place of a grant', 'createToken(grant: "S3cr3tT0ken")'],
    ['an unknown member', 'createToken(grant: { token: "S3cr3tT0ken" })'],
    ['an unknown selection', 'invalidateTokens(which: { token: "S3cr3tT0ken" })'],
  ])('repeats no token in an error: %s', async (_, field) => {
    const answer = await ask(app.fetch, `mutation { ${field} { __typename } }`, {}, portal)
    expect(answer.status).toBe(400)
    expect(answer.text + app.logs()).not.toContain('S3cr3tT0ken')
  })
})

describe('an access token', () => {
  it('is told that it has expired, as the caller of a request', async () => {
    const { accessToken } = await createToken({ password: jacknich })
    await invalidateTokens({ accessToken })
    const answer = await send(app.fetch, {
      headers: { authorization: `Bearer ${accessToken}` },
      body: JSON.stringify({ query: '{ viewer { username } }' }),
    })
    expectRefused(answer, 401, 'UNAUTHENTICATED')
    expect(answer.errors?.[0]?.message).toBe('token expired')
    expect(await authenticate(accessToken)).toMatchObject({ status: 401 })
  })
})
