import assert from 'node:assert/strict'
import { assertOk } from '../answer.ts'
import type { ConformanceCase, Evidence } from '../case.ts'

const path = '/_security/user/'
const password = 'p@ssw0rd'
const user = { password, roles: [] }

const nameRule =
  'User names must be at least 1 and no more than 507 characters. They can contain alphanumeric characters ' +
  '(a-z, A-Z, 0-9), spaces, punctuation, and printable symbols in the Basic Latin (ASCII) block. Leading or ' +
  'trailing whitespace is not allowed.'

const refused: readonly (readonly [
  id: string,
  what: string,
  body: object,
  told: string,
  evidence: Evidence,
])[] = [
  ['no-roles', 'a user without roles', { password }, 'roles are missing', 'S'],
  [
    'no-password',
    'a new user without a password',
    { roles: [] },
    'password must be specified unless you are updating an existing user',
    'M',
  ],
  [
    'short-password',
    'a password of 5 characters',
    { ...user, password: '12345' },
    'passwords must be at least [6] characters long',
    'S',
  ],
  [
    'metadata',
    'metadata that begin with an underscore',
    { ...user, metadata: { _reserved: true } },
    'metadata keys may not start with [_]',
    'S',
  ],
]

/** Native users. */
export const users: readonly ConformanceCase[] = [
  ...['PUT', 'POST'].map((method): ConformanceCase => ({
    id: `user-${method}`,
    name: `MUST create and replace a user with ${method}, and tell which`,
    evidence: 'D',
    source: 'spec 4.1',
    async fn({ send, newName, admin: as }) {
      const uri = path + newName()
      assertOk(await send(method, uri, { as, body: user }), { created: true })
      assertOk(await send(method, uri, { as, body: user }), { created: false })
    },
  })),
  {
    id: 'user-example',
    name: 'MUST take the user of the documentation, and show it without its password',
    evidence: 'D',
    source: 'spec 4.1',
    async fn({ send, newName, admin: as }) {
      const username = newName()
      const fields = {
        roles: ['admin', 'other_role1'],
        full_name: 'Jack Nicholson',
        email: 'jacknich@example.com',
        metadata: { intelligence: 7 },
      }
      const body = { password: 'l0ng-r4nd0m-p@ssw0rd', ...fields }
      assertOk(await send('PUT', path + username, { as, body }), { created: true })
      const shown = { [username]: { username, ...fields, enabled: true } }
      assertOk(await send('GET', path + username, { as }), shown)
    },
  },
  {
    id: 'user-defaults',
    name: 'MUST show null for full_name and email that are not set, and empty metadata',
    evidence: 'D',
    source: 'spec 4.1',
    async fn({ send, putUser, admin: as }) {
      const { username } = await putUser()
      const shown = { username, roles: [], full_name: null, email: null, metadata: {}, enabled: true }
      assertOk(await send('GET', path + username, { as }), { [username]: shown })
    },
  },
  {
    id: 'user-nulls',
    name: 'MUST take null for full_name and email',
    evidence: 'D',
    source: 'spec 4.1',
    async fn({ send, newName, admin: as }) {
      const body = { ...user, full_name: null, email: null }
      assertOk(await send('PUT', path + newName(), { as, body }), { created: true })
    },
  },
  {
    id: 'user-username',
    name: 'MUST ignore the username in the body where it is that of the path',
    evidence: 'S',
    source: 'spec 4.1',
    async fn({ send, newName, admin: as }) {
      const username = newName()
      assertOk(await send('PUT', path + username, { as, body: { ...user, username } }), { created: true })
    },
  },
  ...['', 'true', 'false', 'wait_for'].map((value): ConformanceCase => ({
    id: `user-refresh-${value}`,
    name: `MUST take a user with refresh=${value}`,
    evidence: 'D',
    source: 'spec 4.1',
    async fn({ send, newName, admin: as }) {
      assertOk(await send('PUT', `${path}${newName()}?refresh=${value}`, { as, body: user }), {
        created: true,
      })
    },
  })),
  {
    id: 'user-keeps-password',
    name: 'MUST keep the password of a user who is replaced without one',
    evidence: 'S',
    source: 'spec 4.1',
    async fn({ send, putUser, admin }) {
      const as = await putUser()
      assertOk(await send('PUT', path + as.username, { as: admin, body: { roles: ['x'] } }), {
        created: false,
      })
      assertOk(await send('GET', '/_security/_authenticate', { as }))
    },
  },
  {
    id: 'user-replaced',
    name: 'MUST replace a user whole',
    evidence: 'S',
    source: 'spec 4.1',
    async fn({ send, putUser, admin: as }) {
      const { username } = await putUser(
        {},
        { roles: ['a'], full_name: 'A', email: 'a@b.c', metadata: { a: 1 } },
      )
      assertOk(await send('PUT', path + username, { as, body: { roles: ['b'] } }), { created: false })
      const shown = { username, roles: ['b'], full_name: null, email: null, metadata: {}, enabled: true }
      assertOk(await send('GET', path + username, { as }), { [username]: shown })
    },
  },
  ...refused.map(([id, what, body, told, evidence]): ConformanceCase => ({
    id: `user-refused-${id}`,
    name: `MUST NOT take ${what}`,
    evidence,
    source: 'spec 4.1',
    async fn({ send, newName, admin: as }) {
      const answer = await send('PUT', path + newName(), { as, body })
      assert.equal(answer.status, 400)
      assert.ok(answer.body.error.reason.includes(told), answer.text)
    },
  })),
  ...[
    { id: 'long', what: 'of 508 characters', name: 'x'.repeat(508) },
    { id: 'leading-space', what: 'that begins with a space', name: ' x' },
    { id: 'trailing-space', what: 'that ends with a space', name: 'x ' },
    { id: 'other-script', what: 'beyond ASCII', name: 'Juan Pérez' },
    { id: 'control', what: 'with a control character', name: 'a\tb' },
  ].map(({ id, what, name }): ConformanceCase => ({
    id: `user-name-${id}`,
    name: `MUST NOT take a username ${what}`,
    evidence: id === 'long' ? 'D' : 'S',
    source: 'spec 4.1, 10',
    async fn({ send, admin: as }) {
      const answer = await send('PUT', path + encodeURIComponent(name), { as, body: user })
      assert.equal(answer.status, 400)
      assert.ok(answer.body.error.reason.includes(nameRule), answer.text)
    },
  })),
  {
    id: 'user-name-507',
    name: 'MUST take a username of 507 characters',
    evidence: 'D',
    source: 'spec 4.1',
    async fn({ newName, putUser, activate }) {
      const username = newName().padEnd(507, 'x')
      assert.equal((await activate(await putUser({ username }))).user.username, username)
    },
  },
  {
    id: 'user-reserved',
    name: 'MUST NOT replace elastic',
    evidence: 'S',
    source: 'spec 4.1',
    async fn({ send, admin: as }) {
      const answer = await send('PUT', `${path}elastic`, { as, body: { roles: [], password } })
      assert.equal(answer.status, 400)
      assert.match(answer.body.error.reason, /Username \[elastic\] is reserved and may not be used\./)
    },
  },
  {
    id: 'user-unknown',
    name: 'MUST answer 404 with nothing for a user who is not there',
    evidence: 'M',
    source: 'spec 4.1',
    async fn({ send, newName, admin: as }) {
      const { status, body } = await send('GET', path + newName(), { as })
      assert.deepEqual([status, body], [404, {}])
    },
  },
  {
    id: 'user-some',
    name: 'MUST show those of several users who are there',
    evidence: 'M',
    source: 'spec 4.1',
    async fn({ send, putUser, newName, admin: as }) {
      const [one, two] = [await putUser(), await putUser()]
      const answer = await send('GET', `${path}${one.username},${newName()},${two.username}`, { as })
      assertOk(answer)
      assert.deepEqual(Object.keys(answer.body).sort(), [one.username, two.username].sort())
    },
  },
  {
    id: 'user-deleted',
    name: 'MUST delete a user, and tell whether there was one',
    evidence: 'D',
    source: 'spec 4.1',
    async fn({ send, putUser, admin: as }) {
      const { username } = await putUser()
      assertOk(await send('DELETE', path + username, { as }), { found: true })
      const { status, body } = await send('DELETE', path + username, { as })
      assert.deepEqual([status, body], [404, { found: false }])
    },
  },
  ...['PUT', 'POST'].map((method): ConformanceCase => ({
    id: `user-disabled-${method}`,
    name: `MUST disable and enable a user with ${method}: one who is disabled cannot be authenticated`,
    evidence: 'T',
    source: 'spec 4.1',
    async fn({ send, putUser, admin }) {
      const as = await putUser()
      const authenticate = async () => (await send('GET', '/_security/_authenticate', { as })).status
      assertOk(await send(method, `${path}${as.username}/_disable`, { as: admin }), {})
      assert.equal(await authenticate(), 401)
      assertOk(await send(method, `${path}${as.username}/_enable`, { as: admin }), {})
      assert.equal(await authenticate(), 200)
    },
  })),
  ...['PUT', 'POST'].map((method): ConformanceCase => ({
    id: `user-password-${method}`,
    name: `MUST change a password with ${method}: the old one is refused from then on`,
    evidence: 'T',
    source: 'spec 4.1',
    async fn({ send, putUser, admin }) {
      const as = await putUser()
      const authenticate = async (credentials: typeof as) =>
        (await send('GET', '/_security/_authenticate', { as: credentials })).status
      assert.equal(await authenticate(as), 200)
      const uri = `${path}${as.username}/_password`
      assertOk(await send(method, uri, { as: admin, body: { password: 'another one' } }), {})
      assert.equal(await authenticate(as), 401)
      assert.equal(await authenticate({ ...as, password: 'another one' }), 200)
    },
  })),
]
