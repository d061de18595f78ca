import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { assertOk, assertUnauthenticated } from '../answer.ts'
import type { ConformanceCase } from '../case.ts'

const path = '/_security/profile/_activate'
const jack = { roles: ['zeta', 'admin', 'mid'], full_name: 'Jack Nicholson', email: 'jacknich@example.com' }

const changes = [
  { roles: ['zeta', 'admin'] },
  { roles: ['admin', 'zeta', 'mid'] },
  { roles: [] },
  { full_name: 'John Joseph Nicholson' },
  { full_name: null },
  { email: 'jack@example.com' },
  { email: null },
]

/** How a profile is built. What the activation contract says, and holds for every server, is not repeated. */
export const documents: readonly ConformanceCase[] = [
  {
    id: 'profile-shape',
    name: 'MUST answer a first activation with 200 and every field',
    evidence: 'S',
    source: 'spec 2.4, 2.6',
    async fn({ send, putUser, activate }) {
      const { username, password } = await putUser({}, { ...jack, metadata: { intelligence: 7 } })
      const { uid, last_synchronized, _doc, ...rest } = await activate({ username, password })
      const { body } = await send('GET', '/_security/_authenticate', { as: { username, password } })
      const { name: realm_name } = body.authentication_realm as { name: string }
      assert.deepEqual(rest, { enabled: true, user: { username, realm_name, ...jack }, labels: {}, data: {} })
      assert.equal(uid, `u_${hash('sha256', username, 'base64url')}_0`)
      assert.ok(Number.isInteger(last_synchronized))
      assert.deepEqual(Object.keys(_doc).sort(), ['_primary_term', '_seq_no'])
      assert.ok(_doc._primary_term >= 1 && _doc._seq_no >= 0)
    },
  },
  {
    id: 'profile-absent',
    name: 'MUST leave out email, full_name and realm_domain where there are none',
    evidence: 'S',
    source: 'spec 2.6',
    async fn({ putProfile }) {
      const { user } = await putProfile({ roles: [], full_name: null, email: null })
      assert.deepEqual(Object.keys(user).sort(), ['realm_name', 'roles', 'username'])
    },
  },
  {
    id: 'profile-empty-names',
    name: 'MUST keep an email and a full_name that are empty',
    evidence: 'inf',
    source: 'spec 2.6',
    async fn({ putProfile }) {
      const { user } = await putProfile({ full_name: '', email: '' })
      assert.deepEqual([user.full_name, user.email], ['', ''])
    },
  },
  {
    id: 'profile-key-order',
    name: 'MUST print the keys of a profile in their order',
    evidence: 'S',
    source: 'spec 2.6',
    async fn({ putProfile }) {
      const profile = await putProfile(jack)
      const keys = ['uid', 'enabled', 'last_synchronized', 'user', 'labels', 'data', '_doc']
      assert.deepEqual(Object.keys(profile), keys)
    },
  },
  ...[
    { id: 'signs', suffix: '~!@#$%^&*()_+-=[]{}|;\':",./<>?`' },
    { id: 'spaces', suffix: 'with spaces inside' },
    { id: 'upper-case', suffix: 'UPPER' },
  ].map(({ id, suffix }): ConformanceCase => ({
    id: `uid-${id}`,
    name: `MUST make a uid of ${JSON.stringify(suffix)} at the end of a username, too`,
    evidence: 'S',
    source: 'spec 2.3',
    async fn({ newName, putUser, activate }) {
      const username = `${newName()}${suffix}`
      const { uid, user } = await activate(await putUser({ username }))
      assert.equal(uid, `u_${hash('sha256', username, 'base64url')}_0`)
      assert.equal(user.username, username)
    },
  })),
  {
    id: 'uid-case',
    name: 'MUST tell usernames apart that differ by case',
    evidence: 'S',
    source: 'spec 2.2, 2.3',
    async fn({ newName, putUser, activate }) {
      const username = `${newName()}-a`
      const lower = await activate(await putUser({ username }))
      const upper = await activate(await putUser({ username: username.toUpperCase() }))
      assert.notEqual(lower.uid, upper.uid)
    },
  },
  {
    id: 'get-equals-activation',
    name: 'MUST answer GET at once with what the activation answered',
    evidence: 'T',
    source: 'spec 2.6',
    async fn({ putProfile, getProfile }) {
      const profile = await putProfile(jack)
      assert.deepEqual(await getProfile(profile.uid), profile)
    },
  },
  {
    id: 'get-equals-reactivation',
    name: 'MUST answer GET with what a later activation answered, its labels too',
    evidence: 'T',
    source: 'spec 2.6',
    async fn({ putUser, activate, update, getProfile }) {
      const user = await putUser({}, jack)
      const { uid } = await activate(user)
      assertOk(await update(uid, { labels: { app1: { a: 1 } }, data: { app1: { b: 2 } } }))
      await putUser(user, { ...jack, roles: ['other'] })
      const profile = await activate(user)
      assert.deepEqual(await getProfile(uid), profile)
    },
  },
  {
    id: 'activation-keeps-labels-data',
    name: 'MUST leave labels and data as they are when it writes an activation',
    evidence: 'T',
    source: 'spec 2.5',
    async fn({ putUser, activate, update, getProfile }) {
      const user = await putUser({}, jack)
      const { uid } = await activate(user)
      const change = { labels: { app1: { a: ['x', { y: null }] } }, data: { app1: { b: 2 }, app2: {} } }
      assertOk(await update(uid, change))
      await putUser(user, { ...jack, roles: ['other'] })
      const { _doc } = await activate(user)
      const { labels, data, _doc: stored } = await getProfile(uid, '*')
      assert.deepEqual({ labels, data }, change)
      assert.deepEqual(stored, _doc)
    },
  },
  {
    id: 'activation-shows-labels-not-data',
    name: 'MUST answer an activation with the stored labels and with empty data',
    evidence: 'S',
    source: 'spec 2.6',
    async fn({ putUser, activate, update }) {
      const user = await putUser()
      const { uid } = await activate(user)
      const labels = { app1: { space: 'default' } }
      assertOk(await update(uid, { labels, data: { app1: { b: 2 } } }))
      const profile = await activate(user)
      assert.deepEqual([profile.labels, profile.data], [labels, {}])
    },
  },
  ...changes.map((change): ConformanceCase => ({
    id: `activation-changed-${JSON.stringify(change)}`,
    name: `MUST write at once that the user has ${JSON.stringify(change)}, and nothing else`,
    evidence: 'S',
    source: 'spec 2.5',
    async fn({ putUser, activate }) {
      const user = await putUser({}, jack)
      const first = await activate(user)
      await putUser(user, { ...jack, ...change })
      const { last_synchronized, _doc, ...rest } = await activate(user)
      const present = Object.entries({ ...first.user, ...change }).filter(([, value]) => value !== null)
      const { uid, enabled, labels, data } = first
      assert.deepEqual(rest, { uid, enabled, user: Object.fromEntries(present), labels, data })
      assert.ok(last_synchronized >= first.last_synchronized)
      assert.ok(_doc._seq_no > first._doc._seq_no)
    },
  })),
  {
    id: 'activation-unchanged-after-update',
    name: 'MUST show the version of the last update when an activation writes nothing',
    evidence: 'S',
    source: 'spec 2.5',
    async fn({ putUser, activate, update, getProfile }) {
      const user = await putUser()
      const first = await activate(user)
      assertOk(await update(first.uid, { data: { app1: { a: 1 } } }))
      const { _doc } = await getProfile(first.uid)
      const { last_synchronized, _doc: shown } = await activate(user)
      assert.deepEqual([last_synchronized, shown], [first.last_synchronized, _doc])
      assert.ok(_doc._seq_no > first._doc._seq_no)
    },
  },
  {
    id: 'profile-user-changed',
    name: 'MUST NOT change a profile when its user changes, until the next activation',
    evidence: 'I',
    source: 'spec 2.7',
    async fn({ putUser, activate, getProfile }) {
      const user = await putUser({}, jack)
      const profile = await activate(user)
      await putUser(user, { roles: ['other'] })
      assert.deepEqual(await getProfile(profile.uid), profile)
    },
  },
  {
    id: 'profile-user-deleted',
    name: 'MUST keep the profile of a user who is deleted, and find it for one who is put anew',
    evidence: 'I',
    source: 'spec 2.2, 2.7',
    async fn({ putUser, deleteUser, activate, getProfile }) {
      const user = await putUser({}, jack)
      const profile = await activate(user)
      await deleteUser(user)
      assert.deepEqual(await getProfile(profile.uid), profile)
      assert.equal((await activate(await putUser(user))).uid, profile.uid)
    },
  },
  {
    id: 'rejected-writes-nothing',
    name: 'MUST NOT write anything for a grant that proves nobody',
    evidence: 'S',
    source: 'spec 1.1, 2.5',
    async fn({ send, putUser, activate, getProfile }) {
      const user = await putUser({}, jack)
      const profile = await activate(user)
      await putUser(user, { roles: ['other'] })
      const body = { grant_type: 'password', username: user.username, password: 'wrong one' }
      assertUnauthenticated(await send('POST', path, { body }), /^unable to authenticate user /)
      assert.deepEqual(await getProfile(profile.uid), profile)
    },
  },
  {
    id: 'activation-others',
    name: 'MUST NOT touch the profile of anybody else',
    evidence: 'S',
    source: 'spec 2.2',
    async fn({ putProfile, getProfile }) {
      const first = await putProfile(jack)
      const second = await putProfile(jack)
      assert.notEqual(first.uid, second.uid)
      assert.deepEqual(await getProfile(first.uid), first)
    },
  },
]
