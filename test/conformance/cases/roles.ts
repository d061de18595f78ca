import assert from 'node:assert/strict'
import { assertOk } from '../answer.ts'
import type { ConformanceCase } from '../case.ts'

const path = '/_security/role/'

const bare = {
  cluster: [],
  indices: [],
  applications: [],
  run_as: [],
  metadata: {},
  transient_metadata: { enabled: true },
}

/** Roles. */
export const roles: readonly ConformanceCase[] = [
  ...['PUT', 'POST'].map((method): ConformanceCase => ({
    id: `role-${method}`,
    name: `MUST create and replace a role with ${method}, and tell which`,
    evidence: 'M',
    source: 'spec 4.1, 4.5',
    async fn({ send, newName, admin: as }) {
      const uri = path + newName()
      assertOk(await send(method, uri, { as, body: {} }), { role: { created: true } })
      assertOk(await send(method, uri, { as, body: {} }), { role: { created: false } })
    },
  })),
  {
    id: 'role-defaults',
    name: 'MUST show every field of a role that has none',
    evidence: 'M',
    source: 'spec 4.5',
    async fn({ send, putRole, admin: as }) {
      const name = await putRole({})
      assertOk(await send('GET', path + name, { as }), { [name]: bare })
    },
  },
  {
    id: 'role-fields',
    name: 'MUST show a role as it was put',
    evidence: 'M',
    source: 'spec 4.5',
    async fn({ send, putRole, admin: as }) {
      const role = {
        cluster: ['monitor', 'cluster:admin/xpack/security/profile/*'],
        global: { profile: { write: { applications: ['kibana*'] } } },
        indices: [{ names: ['a', 'b*'], privileges: ['read'], allow_restricted_indices: true }],
        applications: [{ application: 'myapp', privileges: ['read'], resources: ['*'] }],
        run_as: ['somebody'],
        metadata: { version: 1 },
        description: 'A role.',
      }
      const name = await putRole(role)
      const answer = await send('GET', path + name, { as })
      assertOk(answer)
      const { global, ...shown } = answer.body[name] as typeof role
      const { global: put, ...rest } = role
      assert.deepEqual(shown, { ...bare, ...rest })
      assert.deepEqual(global.profile.write, put.profile.write)
    },
  },
  {
    id: 'role-lists',
    name: 'MUST show names and privileges that were given as a string as lists',
    evidence: 'M',
    source: 'spec 4.5',
    async fn({ send, putRole, admin: as }) {
      const name = await putRole({ indices: [{ names: 'a', privileges: 'read' }] })
      const indices = [{ names: ['a'], privileges: ['read'], allow_restricted_indices: false }]
      assertOk(await send('GET', path + name, { as }), { [name]: { ...bare, indices } })
    },
  },
  {
    id: 'role-some',
    name: 'MUST show those of several roles that are there',
    evidence: 'M',
    source: 'spec 4.5',
    async fn({ send, putRole, newName, admin: as }) {
      const [one, two] = [await putRole({}), await putRole({})]
      const answer = await send('GET', `${path}${one},${newName()},${two}`, { as })
      assertOk(answer)
      assert.deepEqual(Object.keys(answer.body).sort(), [one, two].sort())
    },
  },
  {
    id: 'role-unknown',
    name: 'MUST answer 404 with nothing for a role that is not there',
    evidence: 'M',
    source: 'spec 4.5',
    async fn({ send, newName, admin: as }) {
      const { status, body } = await send('GET', path + newName(), { as })
      assert.deepEqual([status, body], [404, {}])
    },
  },
  {
    id: 'role-deleted',
    name: 'MUST delete a role, and tell whether there was one',
    evidence: 'M',
    source: 'spec 4.5',
    async fn({ send, putRole, admin: as }) {
      const name = await putRole({})
      assertOk(await send('DELETE', path + name, { as }), { found: true })
      const { status, body } = await send('DELETE', path + name, { as })
      assert.deepEqual([status, body], [404, { found: false }])
    },
  },
  {
    id: 'role-reserved-shown',
    name: 'MUST mark the reserved role superuser',
    evidence: 'M',
    source: 'spec 4.5',
    async fn({ send, admin: as }) {
      const answer = await send('GET', `${path}superuser`, { as })
      assertOk(answer)
      const { metadata } = answer.body.superuser as { metadata: object }
      assert.deepEqual(metadata, { _reserved: true })
    },
  },
  {
    id: 'role-reserved-put',
    name: 'MUST NOT put the reserved role superuser',
    evidence: 'S',
    source: 'spec 4.1, 4.5',
    async fn({ send, admin: as }) {
      const { status, body } = await send('PUT', `${path}superuser`, { as, body: {} })
      assert.equal(status, 400)
      assert.match(body.error.reason, /Role \[superuser\] is reserved and may not be used\./)
    },
  },
  {
    id: 'role-reserved-deleted',
    name: 'MUST NOT delete the reserved role superuser',
    evidence: 'M',
    source: 'spec 4.5',
    async fn({ send, admin: as }) {
      assert.equal((await send('DELETE', `${path}superuser`, { as })).status, 400)
    },
  },
  ...[
    { id: 'long', what: 'of 508 characters', name: 'x'.repeat(508) },
    { id: 'space', what: 'that begins with a space', name: ' x' },
  ].map(({ id, what, name }): ConformanceCase => ({
    id: `role-name-${id}`,
    name: `MUST NOT take a name of a role ${what}`,
    evidence: 'S',
    source: 'spec 4.1',
    async fn({ send, admin: as }) {
      const { status, body } = await send('PUT', path + encodeURIComponent(name), { as, body: {} })
      assert.equal(status, 400)
      assert.match(body.error.reason, /Role names must be at least 1 and no more than 507 characters\./)
    },
  })),
  {
    id: 'role-description',
    name: 'MUST NOT take a description of more than 1000 characters',
    evidence: 'S',
    source: 'spec 4.1',
    async fn({ send, newName, admin: as }) {
      const description = 'x'.repeat(1001)
      const { status, body } = await send('PUT', path + newName(), { as, body: { description } })
      assert.equal(status, 400)
      assert.match(body.error.reason, /Role description must be less than 1000 characters\./)
    },
  },
  {
    id: 'role-privilege',
    name: 'MUST NOT take a cluster privilege that does not exist, and tell those that do',
    evidence: 'M',
    source: 'spec 3.0',
    async fn({ send, newName, admin: as }) {
      const { status, body } = await send('PUT', path + newName(), {
        as,
        body: { cluster: ['manage_everything'] },
      })
      assert.equal(status, 400)
      assert.match(
        body.error.reason,
        /unknown cluster privilege \[manage_everything\]\. a privilege must be either one of the predefined cluster privilege names \[.*manage_user_profile.*\] or a pattern over one of the available cluster actions/,
      )
    },
  },
]
