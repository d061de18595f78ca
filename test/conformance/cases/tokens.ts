import assert from 'node:assert/strict'
import type { Credentials } from '../../support/testApp.ts'
import {
  assertErrorWith,
  assertForbidden,
  assertInvalid,
  assertOk,
  assertUnauthenticated,
  type Answer,
} from '../answer.ts'
import type { ConformanceCase } from '../case.ts'
import type { ConformanceServer } from '../server.ts'

const path = '/_security/oauth2/token'
const action = 'cluster:admin/xpack/security/token'
const source = 'spec 4.3'

const needless = (type: string, name: string) => `${name} is not supported with the ${type} grant_type`

const contradictions: readonly (readonly [
  id: string,
  body: object,
  error: string,
  problems: string | RegExp,
])[] = [
  ['no-type', {}, 'unsupported_grant_type', /^Validation Failed: 1: grant_type only supports the values: \[/],
  [
    'unknown-type',
    { grant_type: 'x' },
    'unsupported_grant_type',
    /^Validation Failed: 1: grant_type only supports the values: \[/,
  ],
  ['no-username', { grant_type: 'password', password: 'x' }, 'invalid_request', '1: username is missing;'],
  ['no-password', { grant_type: 'password', username: 'x' }, 'invalid_request', '1: password is missing;'],
  [
    'password-alone',
    { grant_type: 'password' },
    'invalid_request',
    '1: username is missing;2: password is missing;',
  ],
  [
    'password-refresh-token',
    { grant_type: 'password', username: 'x', password: 'x', refresh_token: 'x' },
    'unsupported_grant_type',
    `1: ${needless('password', 'refresh_token')};`,
  ],
  ['no-refresh-token', { grant_type: 'refresh_token' }, 'invalid_request', '1: refresh_token is missing;'],
  [
    'refresh-password',
    { grant_type: 'refresh_token', refresh_token: 'x', username: 'x', password: 'x' },
    'unsupported_grant_type',
    `1: ${needless('refresh_token', 'username')};2: ${needless('refresh_token', 'password')};`,
  ],
  [
    'client-username',
    { grant_type: 'client_credentials', username: 'x' },
    'unsupported_grant_type',
    `1: ${needless('client_credentials', 'username')};`,
  ],
]

const invalidations: readonly (readonly [id: string, body: object, problems: readonly string[]])[] = [
  ['nothing', {}, ['token string must be provided when not specifying a realm name or a username']],
  [
    'token-username',
    { token: 'x', username: 'x' },
    [
      'token string must not be provided when realm name or username is specified',
      'token type must not be provided when realm name or username is specified',
    ],
  ],
]

interface Issued {
  readonly access_token: string
  readonly refresh_token: string
}

/** The token service. */
export const tokens: readonly ConformanceCase[] = [
  {
    id: 'token-password',
    name: 'MUST issue an access token and a refresh token for a password',
    evidence: 'D',
    source,
    async fn(server) {
      const { username, password } = await server.putUser()
      const answer = await issue(server, { grant_type: 'password', username, password, scope: 'FULL' })
      assertOk(answer)
      const { access_token, refresh_token, authentication, ...rest } = answer.body
      assert.deepEqual([typeof access_token, typeof refresh_token], ['string', 'string'])
      assert.deepEqual(rest, { type: 'Bearer', expires_in: 1200 })
      assert.equal((authentication as Credentials).username, username)
    },
  },
  {
    id: 'token-client-credentials',
    name: 'MUST issue client credentials an access token, and no refresh token',
    evidence: 'S',
    source,
    async fn(server) {
      const as = await manager(server)
      const answer = await issue(server, { grant_type: 'client_credentials' })
      assertOk(answer)
      assert.ok(!('refresh_token' in answer.body), answer.text)
      assert.equal((answer.body.authentication as Credentials).username, as.username)
    },
  },
  {
    id: 'token-caller',
    name: 'MUST know the caller by an access token, with the authentication_type token',
    evidence: 'M',
    source: 'spec 4.2',
    async fn(server) {
      const user = await server.putUser()
      const { access_token } = await login(server, user)
      const answer = await authenticate(server, access_token)
      assertOk(answer)
      assert.deepEqual([answer.body.username, answer.body.authentication_type], [user.username, 'token'])
    },
  },
  {
    id: 'token-activate',
    name: 'MUST activate the profile of the user of an access token',
    evidence: 'S',
    source: 'spec 1.2',
    async fn(server) {
      const user = await server.putUser()
      const { access_token } = await login(server, user)
      const body = { grant_type: 'access_token', access_token }
      const answer = await server.send('POST', '/_security/profile/_activate', { body })
      assertOk(answer)
      assert.equal((answer.body.user as Credentials).username, user.username)
    },
  },
  {
    id: 'token-client-authentication',
    name: 'MUST NOT take client_authentication with an access token of its own',
    evidence: 'T',
    source: 'spec 1.3',
    async fn(server) {
      const { access_token } = await login(server, await server.putUser())
      const client_authentication = { scheme: 'SharedSecret', value: 'x' }
      const body = { grant_type: 'access_token', access_token, client_authentication }
      const answer = await server.send('POST', '/_security/profile/_activate', { body })
      const reason = '[client_authentication] not supported with the supplied access_token type'
      assertErrorWith(answer, 400, 'security_exception', reason)
    },
  },
  {
    id: 'token-refresh',
    name: 'MUST issue new tokens for a refresh token',
    evidence: 'D',
    source,
    async fn(server) {
      const first = await login(server, await server.putUser())
      const answer = await refresh(server, first.refresh_token)
      assertOk(answer)
      const { access_token, refresh_token } = answer.body as unknown as Issued
      assert.notEqual(access_token, first.access_token)
      assert.notEqual(refresh_token, first.refresh_token)
      for (const token of [first.access_token, access_token]) assertOk(await authenticate(server, token))
      assertOk(await refresh(server, refresh_token))
    },
  },
  {
    id: 'token-refresh-at-once',
    name: 'MUST issue the same tokens to all who use a refresh token at once',
    evidence: 'S',
    source,
    async fn(server) {
      const { refresh_token } = await login(server, await server.putUser())
      const answers = await Promise.all([1, 2, 3].map(() => refresh(server, refresh_token)))
      for (const answer of answers) assertOk(answer)
      assert.equal(new Set(answers.map(({ body }) => body.access_token)).size, 1)
      assert.equal(new Set(answers.map(({ body }) => body.refresh_token)).size, 1)
    },
  },
  {
    id: 'token-refresh-client',
    name: 'MUST NOT refresh for another client than the creating one',
    evidence: 'S',
    source,
    async fn(server) {
      const { refresh_token } = await login(server, await server.putUser())
      const as = await server.callerWith({ cluster: ['manage_token'], metadata: { other: true } })
      const answer = await refresh(server, refresh_token, as)
      assertOauth(answer, 'invalid_grant', 'tokens must be refreshed by the creating client')
    },
  },
  {
    id: 'token-refresh-invalidated',
    name: 'MUST NOT refresh what was invalidated',
    evidence: 'S',
    source,
    async fn(server) {
      const { refresh_token } = await login(server, await server.putUser())
      assertCounts(await end(server, { refresh_token }), 1, 0)
      assertOauth(await refresh(server, refresh_token), 'invalid_grant', 'token has been invalidated')
    },
  },
  {
    id: 'token-refresh-late',
    name: 'MUST NOT refresh more than 30 seconds after the first time',
    evidence: 'S',
    source,
    needs: 'clock',
    async fn(server) {
      const { refresh_token } = await login(server, await server.putUser())
      const first = await refresh(server, refresh_token)
      await server.advance?.(29_000)
      const { access_token, refresh_token: next } = (await refresh(server, refresh_token)).body
      assert.deepEqual([access_token, next], [first.body.access_token, first.body.refresh_token])
      await server.advance?.(2_000)
      const told = 'token has already been refreshed more than 30 seconds in the past'
      assertOauth(await refresh(server, refresh_token), 'invalid_grant', told)
    },
  },
  {
    id: 'token-refresh-expired',
    name: 'MUST NOT refresh after a day',
    evidence: 'M',
    source,
    needs: 'clock',
    async fn(server) {
      const { refresh_token } = await login(server, await server.putUser())
      await server.advance?.(86_401_000)
      assertOauth(await refresh(server, refresh_token), 'invalid_grant', 'token document has expired')
    },
  },
  {
    id: 'token-expired',
    name: 'MUST tell who sends an access token after 20 minutes that it has expired',
    evidence: 'M',
    source: 'spec 1.7',
    needs: 'clock',
    async fn(server) {
      const { access_token } = await login(server, await server.putUser())
      await server.advance?.(1_201_000)
      assertExpired(await authenticate(server, access_token))
    },
  },
  {
    id: 'token-unknown',
    name: 'MUST call who sends an access token that it does not know _bearer_token',
    evidence: 'S',
    source: 'spec 1.7',
    async fn(server) {
      const answer = await authenticate(server, 'not-a-token')
      const reason = 'unable to authenticate user [_bearer_token] for REST request [/_security/_authenticate]'
      assertUnauthenticated(answer, reason)
    },
  },
  {
    id: 'token-wrong-password',
    name: 'MUST answer 401 in its envelope to a wrong password',
    evidence: 'inf',
    source,
    async fn(server) {
      const { username } = await server.putUser()
      const answer = await issue(server, { grant_type: 'password', username, password: 'wrong' })
      assertUnauthenticated(answer, `unable to authenticate user [${username}] for action [${action}/create]`)
    },
  },
  ...contradictions.map(([id, body, error, problems]): ConformanceCase => ({
    id: `token-contradiction-${id}`,
    name: `MUST answer ${JSON.stringify(body)} as OAuth does`,
    evidence: 'S',
    source,
    async fn(server) {
      const told = typeof problems === 'string' ? `Validation Failed: ${problems}` : problems
      assertOauth(await issue(server, body), error, told)
    },
  })),
  {
    id: 'token-unknown-field',
    name: 'MUST NOT take a field that it does not know',
    evidence: 'M',
    source,
    async fn(server) {
      const answer = await issue(server, { grant_type: 'password', user: 'x' })
      assertErrorWith(answer, 400, 'x_content_parse_exception', /\[token_request\] unknown field \[user\]/)
    },
  },
  ...(['create', 'refresh', 'invalidate'] as const).map((name): ConformanceCase => ({
    id: `token-privilege-${name}`,
    name: `MUST NOT let callers without the privilege ${name} tokens`,
    evidence: 'M',
    source: 'spec 3.0',
    async fn({ send, nobody: as }) {
      const body = {
        create: { grant_type: 'client_credentials' },
        refresh: { grant_type: 'refresh_token', refresh_token: 'x' },
        invalidate: { token: 'x' },
      }[name]
      const answer = await send(name === 'invalidate' ? 'DELETE' : 'POST', path, { as, body })
      assertForbidden(answer, new RegExp(`^action \\[${action}/${name}\\] is unauthorized for user \\[`))
    },
  })),
  {
    id: 'token-invalidate',
    name: 'MUST end an access token, and not its refresh token',
    evidence: 'D',
    source,
    async fn(server) {
      const { access_token, refresh_token } = await login(server, await server.putUser())
      assertCounts(await end(server, { token: access_token }), 1, 0)
      assertExpired(await authenticate(server, access_token))
      assertCounts(await end(server, { token: access_token }), 0, 1)
      assertOk(await refresh(server, refresh_token))
    },
  },
  {
    id: 'token-invalidate-user',
    name: 'MUST end all tokens of a user, of a realm',
    evidence: 'D',
    source,
    async fn(server) {
      const user = await server.putUser()
      const { username } = user
      await login(server, user)
      const { access_token, refresh_token } = await login(server, user)
      assertCounts(await end(server, { username, realm_name: 'unknown' }), 0, 0)
      assertCounts(await end(server, { username }), 4, 0)
      assertExpired(await authenticate(server, access_token))
      assertOauth(await refresh(server, refresh_token), 'invalid_grant', 'token has been invalidated')
    },
  },
  {
    id: 'token-invalidate-unknown',
    name: 'MUST answer 404 for a token that it does not know',
    evidence: 'inf',
    source,
    async fn(server) {
      assertCounts(await end(server, { token: 'not-a-token' }), 0, 0, 404)
    },
  },
  ...invalidations.map(([id, body, problems]): ConformanceCase => ({
    id: `token-invalidate-${id}`,
    name: `MUST NOT invalidate ${JSON.stringify(body)}`,
    evidence: 'S',
    source,
    async fn(server) {
      assertInvalid(await end(server, body), ...problems)
    },
  })),
  {
    id: 'token-invalidate-both',
    name: 'MUST NOT invalidate two tokens at once',
    evidence: 'M',
    source,
    async fn(server) {
      const answer = await end(server, { token: 'x', refresh_token: 'x' })
      assert.equal(answer.status, 400)
      assert.ok(
        answer.text.includes('only one of [token, refresh_token] may be sent per request'),
        answer.text,
      )
    },
  },
]

/** An application that may do everything with tokens. */
function manager({ callerWith }: ConformanceServer): Promise<Credentials> {
  return callerWith({ cluster: ['manage_token'] })
}

async function issue(server: ConformanceServer, body: object, as?: Credentials): Promise<Answer> {
  return server.send('POST', path, { as: as ?? (await manager(server)), body })
}

async function login(server: ConformanceServer, user: Credentials): Promise<Issued> {
  const answer = await issue(server, { grant_type: 'password', ...user })
  assertOk(answer)
  return answer.body as unknown as Issued
}

function refresh(server: ConformanceServer, token: string, as?: Credentials): Promise<Answer> {
  return issue(server, { grant_type: 'refresh_token', refresh_token: token }, as)
}

async function end(server: ConformanceServer, body: object): Promise<Answer> {
  return server.send('DELETE', path, { as: await manager(server), body })
}

function authenticate({ send }: ConformanceServer, token: string): Promise<Answer> {
  return send('GET', '/_security/_authenticate', { as: `Bearer ${token}` })
}

/** Source: spec 4.3. */
function assertOauth({ status, body, text }: Answer, error: string, told: string | RegExp): void {
  const { error_description: description } = body
  assert.ok(typeof description === 'string', text)
  assert.deepEqual([status, body], [400, { error, error_description: description }])
  if (typeof told === 'string') assert.equal(description, told)
  else assert.match(description, told)
}

function assertCounts(
  { status, body }: Answer,
  invalidated: number,
  previously: number,
  expected = 200,
): void {
  const counts = {
    invalidated_tokens: invalidated,
    previously_invalidated_tokens: previously,
    error_count: 0,
  }
  assert.deepEqual([status, body], [expected, counts])
}

/** Source: spec 1.7. */
function assertExpired(answer: Answer): void {
  assertErrorWith(answer, 401, 'security_exception', 'token expired')
  const challenge =
    'Bearer realm="security", error="invalid_token", error_description="The access token expired"'
  assert.equal(answer.headers.get('www-authenticate'), challenge)
}
