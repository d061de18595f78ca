// What activation promises at both doors, as data over any fetch: in process, over a socket, later against a real
// Elasticsearch. It knows neither the test runner nor how the gateway is made.

import assert from 'node:assert/strict'
import { hash, randomUUID } from 'node:crypto'
import {
  activateProfile,
  profileBodyOf,
  rejection,
  type GraphqlProfile,
  type ProfileBody,
} from './profileBody.ts'
import { basic, rest, type Answered, type Credentials, type Fetch } from './testApp.ts'

/** What a case is given. */
export interface ContractGateway {
  readonly fetch: Fetch
  /** The superuser `elastic`. */
  readonly admin: Credentials
  /** An application that holds `manage_user_profile` and nothing else. */
  readonly application: Credentials
  /** A known caller without any right. */
  readonly nobody: Credentials
  /** Puts a user, by default one that nobody has seen, without roles and names. */
  readonly putUser: (user?: Partial<Credentials>, fields?: UserFields) => Promise<Credentials>
  readonly deleteUser: (user: Credentials) => Promise<void>
  /** Sends what an operator does, below `/_security/`, which must succeed. */
  readonly operate: (method: string, path: string, body?: object) => Promise<unknown>
  /** Moves the gateway's clock, in milliseconds, where that can be done. */
  readonly advance?: (milliseconds: number) => Promise<void>
}

export interface ContractCase {
  readonly id: string
  readonly name: `MUST ${string}`
  /** The letters of the specification, section 0, and the section that says so. */
  readonly evidence: string
  /** What the gateway must offer beside requests. */
  readonly needs?: 'clock'
  readonly fn: (gateway: ContractGateway) => Promise<void>
}

interface UserFields {
  readonly roles?: readonly string[]
  readonly full_name?: string | null
  readonly email?: string | null
  readonly enabled?: boolean
  readonly metadata?: object
}

/** Provisions what every case needs, as an operator would. */
export async function createContractGateway(
  fetch: Fetch,
  admin: Credentials,
  advance?: (milliseconds: number) => Promise<void>,
): Promise<ContractGateway> {
  await operate('PUT', 'role/contract_activator', { cluster: ['manage_user_profile'] })
  const application = await putUser({}, { roles: ['contract_activator'] })
  const nobody = await putUser()
  return { fetch, admin, application, nobody, putUser, deleteUser, operate, ...(advance && { advance }) }

  async function putUser(user: Partial<Credentials> = {}, fields: UserFields = {}): Promise<Credentials> {
    const credentials = { username: `user-${randomUUID()}`, password: `p@ss-${randomUUID()}`, ...user }
    const { username, password } = credentials
    await operate('PUT', `user/${encodeURIComponent(username)}`, { password, roles: [], ...fields })
    return credentials
  }

  async function deleteUser({ username }: Credentials): Promise<void> {
    await operate('DELETE', `user/${encodeURIComponent(username)}`)
  }

  async function operate(method: string, path: string, body?: object): Promise<unknown> {
    const answer: Answered<unknown> = await rest(fetch, method, `/_security/${path}`, admin, body)
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
    return answer.body
  }
}

type Grant = Credentials | { readonly access_token: string }

interface Answer {
  readonly status: number
  readonly challenges: string | null
  readonly body: unknown
}

/** One way to ask for an activation, and how it says what both doors say. */
interface Door {
  readonly door: 'REST' | 'GraphQL'
  readonly path: string
  readonly bodyOf: (grant: Grant) => object
  readonly profileOf: (answer: Answer) => ProfileBody
  /** The grant proves nobody. */
  readonly assertRejected: (answer: Answer, principal: string) => void
  /** Nobody knows the caller. */
  readonly assertUnauthenticated: (answer: Answer, reason: string | RegExp) => void
  /** The caller may not do this. */
  readonly assertForbidden: (answer: Answer, reason: string) => void
}

const action = 'cluster:admin/xpack/security/profile/activate'
const challenges = ['Basic realm="security", charset="UTF-8"', 'Bearer realm="security"', 'ApiKey']

const atRest: Door = {
  door: 'REST',
  path: '/_security/profile/_activate',
  bodyOf: (grant) => ({ grant_type: 'access_token' in grant ? 'access_token' : 'password', ...grant }),
  profileOf({ status, body }) {
    assert.equal(status, 200, JSON.stringify(body))
    return body as ProfileBody
  },
  assertRejected: (answer, principal) => atRest.assertUnauthenticated(answer, rejection(principal)),
  assertUnauthenticated(answer, expected) {
    const reason = reasonOf(answer)
    assertText(reason, expected)
    const header = { 'WWW-Authenticate': challenges }
    assert.deepEqual(answer.body, envelope(401, 'security_exception', reason, { header }))
    assert.deepEqual([answer.status, answer.challenges], [401, challenges.join(', ')])
  },
  assertForbidden(answer, reason) {
    assert.deepEqual(answer.body, envelope(403, 'security_exception', reason))
    assert.deepEqual([answer.status, answer.challenges], [403, null])
  },
}

type GraphqlResult = GraphqlProfile & { readonly __typename: string }

const atGraphql: Door = {
  door: 'GraphQL',
  path: '/graphql',
  bodyOf(grant) {
    const password = 'access_token' in grant ? undefined : grant
    const accessToken = 'access_token' in grant ? { token: grant.access_token } : undefined
    return { query: activateProfile, variables: { grant: { password, accessToken } } }
  },
  profileOf({ status, body }) {
    const { activateProfile: result } = (body as { data: { activateProfile: GraphqlResult } }).data
    assert.deepEqual([status, result.__typename], [200, 'Profile'], JSON.stringify(body))
    return profileBodyOf(result)
  },
  assertRejected(answer, principal) {
    const reason = 'NOT_AUTHENTICATED'
    const rejected = { __typename: 'GrantRejected', message: rejection(principal), reason, principal }
    assert.deepEqual(answer.body, { data: { activateProfile: rejected } })
    assert.deepEqual([answer.status, answer.challenges], [200, null])
  },
  assertUnauthenticated(answer, expected) {
    const { message, extensions } = graphqlErrorOf(answer)
    assertText(message, expected)
    assert.deepEqual([answer.status, extensions.code], [401, 'UNAUTHENTICATED'])
    assert.doesNotMatch(answer.challenges ?? '', /basic/i)
  },
  assertForbidden(answer, reason) {
    const { message, extensions } = graphqlErrorOf(answer)
    assert.deepEqual([answer.status, extensions.code, message], [403, 'FORBIDDEN', reason])
    assert.equal(answer.challenges, null)
  },
}

/** A gateway seen from one of its doors. */
interface At extends ContractGateway, Door {
  /** Asks as the application, as another caller, as nobody (null), or with an `Authorization` header as it is. */
  readonly ask: (grant: Grant, caller?: Credentials | string | null) => Promise<Answer>
  readonly activate: (user: Credentials) => Promise<ProfileBody>
  /** Reads a profile at REST by its uid, which a query may follow. */
  readonly getProfile: (uid: string) => Promise<ProfileBody>
}

interface DoorCase extends Omit<ContractCase, 'fn'> {
  readonly fn: (at: At) => Promise<void>
}

const jack = { roles: ['zeta', 'admin', 'mid'], full_name: 'Jack Nicholson', email: 'jacknich@example.com' }

/** Elasticsearch's documentation gives the first, the others are computed. `Juan Pérez` is no native username. */
const goldenUids = {
  jacknich: 'u_79HkWkwmnBH5gqFKwoxggWPjEBOur1zLPXQPEl1VBW0_0',
  joe: 'u_eGdcwXYIE3LEOrqz6p-3DHQ4HrAtxuk_ttRNFh2m7rM_0',
  _anonymous: 'u_lH-yD5CbNEBLkpI2dyC5MCF2BvpcwYosoKr_n62l9Wc_0',
}
const goldenUidOfElastic = 'u_mGBROF_q5bmFCATbLXAcCwKa0k8JvONAwSruelyKA5E_0'

const activating: readonly DoorCase[] = [
  ...Object.entries(goldenUids).map(([username, uid]): DoorCase => ({
    id: `uid-${username}`,
    name: `MUST give ${username} the uid ${uid}`,
    evidence: 'D 2.3',
    async fn({ putUser, activate }) {
      const profile = await activate(await putUser({ username }))
      assert.equal(profile.uid, uid)
    },
  })),
  {
    id: 'uid',
    name: 'MUST make the uid of the username alone',
    evidence: 'S 2.3',
    async fn({ putUser, activate }) {
      const user = await putUser()
      const { uid } = await activate(user)
      assert.equal(uid, `u_${hash('sha256', user.username, 'base64url')}_0`)
    },
  },
  {
    id: 'shape',
    name: 'MUST answer 200 with every field, the roles in their order, labels and data empty',
    evidence: 'S 2.4, 2.6',
    async fn({ putUser, activate }) {
      const { username, password } = await putUser({}, { ...jack, metadata: { intelligence: 7 } })
      const { uid, last_synchronized, _doc, ...rest } = await activate({ username, password })
      const user = { username, realm_name: 'native', ...jack }
      assert.deepEqual(rest, { enabled: true, user, labels: {}, data: {} })
      assert.match(uid, /^u_[\w-]{43}_0$/)
      assert.ok(Number.isInteger(last_synchronized))
      assert.deepEqual(Object.keys(_doc), ['_primary_term', '_seq_no'])
    },
  },
  {
    id: 'absent',
    name: 'MUST leave out full_name, email and realm_domain where there are none',
    evidence: 'S 2.6',
    async fn({ putUser, activate }) {
      const { username, password } = await putUser({}, { roles: ['one'], full_name: null, email: null })
      const { user } = await activate({ username, password })
      assert.deepEqual(user, { username, roles: ['one'], realm_name: 'native' })
    },
  },
  {
    id: 'unchanged',
    name: 'MUST answer a second activation at once with the same profile, time and version',
    evidence: 'S 2.5',
    async fn({ putUser, activate }) {
      const user = await putUser({}, jack)
      assert.deepEqual(await activate(user), await activate(user))
    },
  },
  {
    id: 'unchanged-for-30s',
    name: 'MUST write nothing within 30 s of the last write',
    evidence: 'S 2.5',
    needs: 'clock',
    async fn({ putUser, activate, advance }) {
      const user = await putUser({}, jack)
      const first = await activate(user)
      await advance?.(29_999)
      assert.deepEqual(await activate(user), first)
    },
  },
  {
    id: 'refreshed-after-30s',
    name: 'MUST write time and version after 30 s, and nothing else',
    evidence: 'S 2.5',
    needs: 'clock',
    async fn({ putUser, activate, advance }) {
      const user = await putUser({}, jack)
      const first = await activate(user)
      await advance?.(30_000)
      const second = await activate(user)
      const last_synchronized = first.last_synchronized + 30_000
      assert.deepEqual(second, { ...first, last_synchronized, _doc: nextVersion(first) })
    },
  },
  ...[
    { roles: ['zeta', 'admin'] },
    { roles: ['admin', 'zeta', 'mid'] },
    { full_name: 'John Joseph Nicholson' },
    { email: 'jack@example.com' },
  ].map((change): DoorCase => ({
    id: `changed-${JSON.stringify(change)}`,
    name: `MUST write a change to ${JSON.stringify(change)} at once`,
    evidence: 'S 2.5',
    async fn({ putUser, activate }) {
      const user = await putUser({}, jack)
      const first = await activate(user)
      await putUser(user, { ...jack, ...change })
      const { user: changed, _doc } = await activate(user)
      assert.deepEqual(changed, { ...first.user, ...change })
      assert.deepEqual(_doc, nextVersion(first))
    },
  })),
  {
    id: 'changed-otherwise',
    name: 'MUST write nothing for a change that no profile shows',
    evidence: 'S 2.5',
    async fn({ putUser, activate }) {
      const user = await putUser({}, { ...jack, metadata: { intelligence: 7 } })
      const first = await activate(user)
      const renewed = await putUser({ ...user, password: 'another one' }, jack)
      assert.deepEqual(await activate(renewed), first)
    },
  },
  {
    id: 'dropped',
    name: 'MUST drop full_name and email when the user has them no more',
    evidence: 'T 2.5',
    async fn({ putUser, activate }) {
      const credentials = await putUser({}, jack)
      await activate(credentials)
      await putUser(credentials, { roles: [] })
      const { user } = await activate(credentials)
      assert.deepEqual(user, { username: credentials.username, roles: [], realm_name: 'native' })
    },
  },
  {
    id: 'found-again',
    name: 'MUST find the profile again when its user was deleted and put anew',
    evidence: 'S 2.2',
    async fn({ putUser, deleteUser, activate }) {
      const user = await putUser()
      const first = await activate(user)
      await deleteUser(user)
      const { uid, _doc } = await activate(await putUser(user, jack))
      assert.deepEqual([uid, _doc], [first.uid, nextVersion(first)])
    },
  },
  {
    id: 'labels',
    name: 'MUST answer with the labels that are stored and without the data, and change neither',
    evidence: 'S 2.5, 2.6; T PIG',
    async fn({ putUser, activate, operate, getProfile }) {
      const user = await putUser()
      const { uid } = await activate(user)
      const stored = { labels: { app: { tag: 'x' } }, data: { app: { theme: 'dark', list: [1, null] } } }
      await operate('PUT', `profile/${uid}/_data`, stored)
      await putUser(user, jack)
      const { labels, data } = await activate(user)
      assert.deepEqual({ labels, data }, { labels: stored.labels, data: {} })
      assert.deepEqual((await getProfile(`${uid}?data=*`)).data, stored.data)
    },
  },
  {
    id: 'enabled-again',
    name: 'MUST enable a disabled profile again, at once',
    evidence: 'S 2.5',
    async fn({ putUser, activate, operate, getProfile }) {
      const user = await putUser({}, jack)
      const { uid } = await activate(user)
      await operate('PUT', `profile/${uid}/_disable`)
      const disabled = await getProfile(uid)
      assert.equal(disabled.enabled, false)
      const enabled = await activate(user)
      assert.deepEqual(enabled, { ...disabled, enabled: true, _doc: nextVersion(disabled) })
    },
  },
  {
    id: 'read',
    name: 'MUST have written what it answers before it answers',
    evidence: 'T 2.6',
    async fn({ putUser, activate, getProfile }) {
      const user = await putUser({}, jack)
      const first = await activate(user)
      assert.deepEqual(await getProfile(first.uid), first)
      await putUser(user)
      const second = await activate(user)
      assert.deepEqual(await getProfile(second.uid), second)
    },
  },
  {
    id: 'at-once',
    name: 'MUST answer first activations that race with one and the same profile',
    evidence: 'S 2.5',
    async fn({ putUser, activate }) {
      const user = await putUser({}, jack)
      const [first, ...others] = await Promise.all(Array.from({ length: 10 }, () => activate(user)))
      for (const other of others) assert.deepEqual(other, first)
    },
  },
  {
    id: 'elastic',
    name: 'MUST give elastic a profile, of the realm reserved',
    evidence: 'T 2.7, M 2.6',
    async fn({ activate, admin }) {
      const { uid, user } = await activate(admin)
      assert.equal(uid, goldenUidOfElastic)
      assert.deepEqual(user, { username: 'elastic', roles: ['superuser'], realm_name: 'reserved' })
    },
  },
  {
    id: 'subject',
    name: 'MUST ask no privilege of the subject',
    evidence: 'S 1.8',
    async fn({ activate, nobody }) {
      const { user } = await activate(nobody)
      assert.deepEqual([user.username, user.roles], [nobody.username, []])
    },
  },
  {
    id: 'self',
    name: 'MUST let a caller activate its own profile',
    evidence: 'S 1.8',
    async fn({ activate, application }) {
      const { user } = await activate(application)
      assert.equal(user.username, application.username)
    },
  },
]

const rejecting: readonly DoorCase[] = [
  {
    id: 'wrong-password',
    name: 'MUST reject a wrong password',
    evidence: 'S 1.7',
    async fn({ putUser, ask, assertRejected }) {
      const { username } = await putUser()
      assertRejected(await ask({ username, password: 'another' }), username)
    },
  },
  {
    id: 'unknown',
    name: 'MUST reject an unknown user in the same words',
    evidence: 'S 1.7',
    async fn({ ask, assertRejected }) {
      const grant = { username: `unknown-${randomUUID()}`, password: 'whatever' }
      assertRejected(await ask(grant), grant.username)
    },
  },
  {
    id: 'disabled',
    name: 'MUST reject a disabled user in the same words',
    evidence: 'T 1.7',
    async fn({ putUser, ask, assertRejected }) {
      const user = await putUser({}, { enabled: false })
      assertRejected(await ask(user), user.username)
    },
  },
  {
    id: 'deleted',
    name: 'MUST reject a deleted user in the same words',
    evidence: 'inf 1.7',
    async fn({ putUser, deleteUser, activate, ask, assertRejected }) {
      const user = await putUser()
      await activate(user)
      await deleteUser(user)
      assertRejected(await ask(user), user.username)
    },
  },
  {
    id: 'old-password',
    name: 'MUST reject an old password from its change on',
    evidence: 'T 4.1',
    async fn({ putUser, activate, ask, assertRejected }) {
      const user = await putUser()
      await activate(user)
      await putUser({ ...user, password: 'another one' })
      assertRejected(await ask(user), user.username)
    },
  },
  ...['opaque', 'three.parts.only'].map((access_token): DoorCase => ({
    id: `token-${access_token.slice(0, 6)}`,
    name: `MUST reject the access token ${access_token} as _bearer_token`,
    evidence: 'S 1.7; issue 2, deliver 7',
    async fn({ ask, assertRejected }) {
      assertRejected(await ask({ access_token }), '_bearer_token')
    },
  })),
]

const guarding: readonly DoorCase[] = [
  {
    id: 'no-caller',
    name: 'MUST answer 401 to a request without credentials, whatever its grant proves',
    evidence: 'S 1.7, design 2',
    async fn({ path, application, ask, assertUnauthenticated }) {
      const answer = await ask(application, null)
      assertUnauthenticated(answer, `missing authentication credentials for REST request [${path}]`)
    },
  },
  ...[
    { id: 'wrong', what: 'with a wrong password', change: { password: 'wrong' } },
    { id: 'unknown', what: 'that is unknown', change: { username: 'unknown' } },
  ].map(({ id, what, change }): DoorCase => ({
    id: `${id}-caller`,
    name: `MUST answer 401 to a caller ${what}`,
    evidence: 'S 1.7',
    async fn({ path, application, nobody, ask, assertUnauthenticated }) {
      const caller = { ...application, ...change }
      assertUnauthenticated(await ask(nobody, caller), unproven(caller.username, path))
    },
  })),
  {
    id: 'disabled-caller',
    name: 'MUST answer 401 to a disabled caller',
    evidence: 'T 4.1',
    async fn({ path, nobody, putUser, ask, assertUnauthenticated }) {
      const caller = await putUser({}, { roles: ['superuser'], enabled: false })
      assertUnauthenticated(await ask(nobody, caller), unproven(caller.username, path))
    },
  },
  {
    id: 'bearer-caller',
    name: 'MUST answer 401 to a Bearer caller',
    evidence: 'S 1.7; issue 2, deliver 7',
    async fn({ path, nobody, ask, assertUnauthenticated }) {
      assertUnauthenticated(await ask(nobody, 'Bearer opaque'), unproven('_bearer_token', path))
    },
  },
  {
    id: 'key-caller',
    name: 'MUST answer 401 to an ApiKey caller',
    evidence: 'M 4.6; issue 2, deliver 7',
    async fn({ nobody, ask, assertUnauthenticated }) {
      assertUnauthenticated(await ask(nobody, 'ApiKey aWQ6a2V5'), /^unable to authenticate /)
    },
  },
  {
    id: 'forbidden-caller',
    name: 'MUST answer 403 to a caller without the privilege, whatever its grant proves',
    evidence: 'S 1.8',
    async fn({ admin, nobody, ask, assertForbidden }) {
      const reason =
        `action [${action}] is unauthorized for user [${nobody.username}] with effective roles [], ` +
        'this action is granted by the cluster privileges [manage_user_profile,manage_security,all]'
      const unknown = { username: 'unknown', password: 'whatever' }
      for (const grant of [admin, nobody, unknown, { access_token: 'opaque' }]) {
        assertForbidden(await ask(grant, nobody), reason)
      }
    },
  },
]

/** What is wrong with a request, and how it is sent; each hides behind the caller's 401. */
const wrongRequests = [
  { id: 'grant', path: atRest.path, method: 'POST', body: '{}' },
  { id: 'json', path: atRest.path, method: 'POST', body: '{' },
  { id: 'media-type', path: atRest.path, method: 'POST', body: 'x', type: 'text/plain' },
  { id: 'parameter', path: `${atRest.path}?refresh=true`, method: 'POST', body: '{}' },
  { id: 'method', path: atRest.path, method: 'DELETE' },
  { id: 'path', path: '/nowhere', method: 'POST', body: '{}' },
  { id: 'graphql-json', path: atGraphql.path, method: 'POST', body: '{' },
  { id: 'graphql-document', path: atGraphql.path, method: 'POST', body: '{"query":"{"}' },
  { id: 'graphql-field', path: atGraphql.path, method: 'POST', body: '{"query":"{ nothing }"}' },
]

const ordering: readonly ContractCase[] = [
  ...wrongRequests.map(({ id, path, method, body, type = 'application/json' }): ContractCase => ({
    id: `caller-before-${id}`,
    name: `MUST ask who is calling before it looks at the ${id.replaceAll('-', ' ')}`,
    evidence: 'M 1.1; issue 2, deliver 6',
    async fn({ fetch }) {
      const init = body === undefined ? {} : { headers: { 'content-type': type }, body }
      const answer = await answerOf(await fetch(path, { method, ...init }))
      const door = path === atGraphql.path ? atGraphql : atRest
      const reason = `missing authentication credentials for REST request [${path}]`
      door.assertUnauthenticated(answer, reason)
    },
  })),
  {
    id: 'rest-validation-before-privilege',
    name: 'MUST answer 400 to a bad grant of a caller without the privilege, at REST',
    evidence: 'M 1.1',
    async fn({ fetch, nobody }) {
      const { status } = await post(fetch, atRest.path, basic(nobody), {})
      assert.equal(status, 400)
    },
  },
  {
    id: 'graphql-validation-before-privilege',
    name: 'MUST answer 400 to a bad grant of a caller without the privilege, at GraphQL',
    evidence: 'M 1.1; design 5',
    async fn({ fetch, nobody }) {
      const body = atGraphql.bodyOf({ username: '', password: 'x' })
      const answer = await post(fetch, atGraphql.path, basic(nobody), body)
      assert.deepEqual([answer.status, graphqlErrorOf(answer).extensions.code], [400, 'INVALID_INPUT'])
    },
  },
  {
    id: 'same-profile',
    name: 'MUST answer with the same profile at both doors',
    evidence: 'design 1, 5',
    async fn(gateway) {
      const user = await gateway.putUser({}, jack)
      const profile = await seenFrom(atRest, gateway).activate(user)
      assert.deepEqual(await seenFrom(atGraphql, gateway).activate(user), profile)
    },
  },
]

const client = { scheme: 'SharedSecret', value: 'shared' }
const token = { grant_type: 'access_token', access_token: 'opaque' }
const password = { grant_type: 'password', username: 'someone', password: 'whatever' }

const texts = {
  noUsername: '[username] is required for grant_type [password]',
  noPassword: '[password] is required for grant_type [password]',
  noToken: '[access_token] is required for grant_type [access_token]',
  needlessToken: '[access_token] is not supported for grant_type [password]',
  needlessClient: '[client_authentication] is not supported for grant_type [password]',
  needlessUsername: '[username] is not supported for grant_type [access_token]',
  needlessPassword: '[password] is not supported for grant_type [access_token]',
  wrongScheme: '[client_authentication.scheme] must be set to [SharedSecret]',
}
const { noUsername, noPassword, noToken, wrongScheme } = texts
const { needlessToken, needlessClient, needlessUsername, needlessPassword } = texts

/** The table of 1.3, row by row, and how its rows add up: a body, and what is said of it. */
const invalid: readonly (readonly [id: string, body: object, ...problems: string[]])[] = [
  ['no-grant-type', {}, '[grant_type] is required'],
  ['no-grant-type-alone', { access_token: 'x', username: '' }, '[grant_type] is required'],
  ['grant-type', { grant_type: 'x' }, 'grant_type [x] is not supported'],
  ['grant-type-alone', { grant_type: 'x', client_authentication: client }, 'grant_type [x] is not supported'],
  ['grant-type-case', { ...password, grant_type: 'Password' }, 'grant_type [Password] is not supported'],
  [
    'grant-type-newest',
    { grant_type: '_user_managed_service_account' },
    'grant_type [_user_managed_service_account] is not supported',
  ],
  ['password-bare', { grant_type: 'password' }, noUsername, noPassword],
  ['password-no-username', { grant_type: 'password', password: 'x' }, noUsername],
  ['password-empty-username', { ...password, username: '' }, noUsername],
  ['password-no-password', { grant_type: 'password', username: 'x' }, noPassword],
  ['password-empty-password', { ...password, password: '' }, noPassword],
  ['password-with-token', { ...password, access_token: 'x' }, needlessToken],
  ['password-with-client', { ...password, client_authentication: { scheme: '', value: '' } }, needlessClient],
  [
    'password-everything',
    { client_authentication: client, access_token: 'x', password: '', username: '', grant_type: 'password' },
    noUsername,
    noPassword,
    needlessToken,
    needlessClient,
  ],
  ['token-bare', { grant_type: 'access_token' }, noToken],
  ['token-empty', { ...token, access_token: '' }, noToken],
  ['token-with-username', { ...token, username: 'x' }, needlessUsername],
  ['token-with-password', { ...token, password: 'x' }, needlessPassword],
  ['token-scheme', { ...token, client_authentication: { ...client, scheme: 'Basic' } }, wrongScheme],
  [
    'token-scheme-case',
    { ...token, client_authentication: { ...client, scheme: 'sharedsecret' } },
    wrongScheme,
  ],
  ['token-scheme-empty', { ...token, client_authentication: { ...client, scheme: '' } }, wrongScheme],
  [
    'token-everything',
    {
      client_authentication: { scheme: 'x', value: 'x' },
      password: 'x',
      username: 'x',
      access_token: '',
      grant_type: 'access_token',
    },
    noToken,
    needlessUsername,
    needlessPassword,
    wrongScheme,
  ],
]

/** What an empty string or white space does not make invalid: these get as far as the grant's authentication. */
const valid: readonly (readonly [id: string, body: object])[] = [
  ['password-empty-token', { ...password, access_token: '' }],
  ['token-empty-username', { ...token, username: '' }],
  ['token-empty-password', { ...token, password: '' }],
  ['token-padded-scheme', { ...token, client_authentication: { ...client, scheme: ' SharedSecret\t' } }],
]

const validating: readonly ContractCase[] = [
  ...invalid.map(([id, body, ...problems]): ContractCase => ({
    id: `rest-invalid-${id}`,
    name: `MUST refuse ${JSON.stringify(body)} in the words of the table, at REST`,
    evidence: 'S 1.3, M for the prefix',
    async fn({ fetch, application }) {
      const numbered = problems.map((problem, index) => `${index + 1}: ${problem};`).join('')
      const answer = await post(fetch, atRest.path, basic(application), body)
      const type = 'action_request_validation_exception'
      assert.deepEqual(answer.body, envelope(400, type, `Validation Failed: ${numbered}`))
      assert.equal(answer.status, 400)
    },
  })),
  ...valid.map(([id, body]): ContractCase => ({
    id: `rest-valid-${id}`,
    name: `MUST take ${JSON.stringify(body)} for a valid grant, at REST`,
    evidence: 'S 1.3',
    async fn({ fetch, application }) {
      const answer = await post(fetch, atRest.path, basic(application), body)
      assert.doesNotMatch(reasonOf(answer), /^Validation Failed/)
    },
  })),
]

/** What activation promises. */
export const activationContract: readonly ContractCase[] = [
  ...[...activating, ...rejecting, ...guarding].flatMap(atBothDoors),
  ...ordering,
  ...validating,
]

function atBothDoors({ id, name, fn, ...rest }: DoorCase): ContractCase[] {
  return [atRest, atGraphql].map((door) => ({
    id: `${door.door.toLowerCase()}-${id}`,
    name: `${name}, at ${door.door}`,
    ...rest,
    fn: (gateway) => fn(seenFrom(door, gateway)),
  }))
}

function seenFrom(door: Door, gateway: ContractGateway): At {
  return { ...gateway, ...door, ask, activate, getProfile }

  function ask(grant: Grant, caller: Credentials | string | null = gateway.application): Promise<Answer> {
    const authorization = typeof caller === 'string' ? caller : caller && basic(caller)
    return post(gateway.fetch, door.path, authorization, door.bodyOf(grant))
  }

  async function activate({ username, password }: Credentials): Promise<ProfileBody> {
    return door.profileOf(await ask({ username, password }))
  }

  async function getProfile(uid: string): Promise<ProfileBody> {
    const { profiles } = (await gateway.operate('GET', `profile/${uid}`)) as { profiles: ProfileBody[] }
    assert.ok(profiles[0])
    return profiles[0]
  }
}

async function post(fetch: Fetch, path: string, authorization: string | null, body: object): Promise<Answer> {
  const headers = { 'content-type': 'application/json', ...(authorization !== null && { authorization }) }
  return answerOf(await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) }))
}

async function answerOf(response: Response): Promise<Answer> {
  const { status, headers } = response
  return { status, challenges: headers.get('www-authenticate'), body: await response.json() }
}

function envelope(status: number, type: string, reason: string, more: object = {}): object {
  const error = { type, reason, ...more }
  return { error: { root_cause: [error], ...error }, status }
}

function unproven(principal: string, path: string): string {
  return `unable to authenticate user [${principal}] for REST request [${path}]`
}

function nextVersion({ _doc }: ProfileBody): ProfileBody['_doc'] {
  return { ..._doc, _seq_no: _doc._seq_no + 1 }
}

function reasonOf({ body }: Answer): string {
  return (body as { error: { reason: string } }).error.reason
}

interface GraphqlError {
  readonly message: string
  readonly extensions: { readonly code: string }
}

function graphqlErrorOf({ body }: Answer): GraphqlError {
  const { errors: [error, ...others] = [], data } = body as { errors?: GraphqlError[]; data?: unknown }
  assert.ok(error && others.length === 0 && (data ?? null) === null, JSON.stringify(body))
  return error
}

function assertText(actual: string, expected: string | RegExp): void {
  if (typeof expected === 'string') assert.equal(actual, expected)
  else assert.match(actual, expected)
}
