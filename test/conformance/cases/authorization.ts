import assert from 'node:assert/strict'
import { assertForbidden, assertOk, type Answer } from '../answer.ts'
import type { ConformanceCase, Evidence } from '../case.ts'
import type { ConformanceServer } from '../server.ts'
import type { Sending } from '../wire.ts'

const manageProfiles = ['manage_user_profile', 'manage_security', 'all']
const readProfiles = ['read_security', ...manageProfiles]
const readSecurity = ['read_security', 'manage_security', 'all']
const manageSecurity = ['manage_security', 'all']

/** Privileges that each row is tried with, and which never grant anything here. */
const privileges = ['manage_user_profile', 'read_security', 'manage_security', 'all', 'manage', 'monitor']

const user = '/_security/user/'
const role = '/_security/role/'
const profile = '/_security/profile/'
const nobodyKnows = { grant_type: 'password', username: 'unknown', password: 'whatever' }

/** What can be done, what it is called, what grants it, and how it is tried without doing anything. */
const operations: readonly {
  readonly what: string
  readonly action: string
  readonly grantedBy: readonly string[]
  readonly evidence: Evidence
  readonly attempt: (server: ConformanceServer, as: NonNullable<Sending['as']>) => Promise<Answer>
}[] = [
  {
    what: 'activate',
    action: 'profile/activate',
    grantedBy: manageProfiles,
    evidence: 'S',
    attempt: ({ send }, as) => send('POST', `${profile}_activate`, { as, body: nobodyKnows }),
  },
  {
    what: 'get a profile',
    action: 'profile/get',
    grantedBy: readProfiles,
    evidence: 'S',
    attempt: ({ send }, as) => send('GET', `${profile}unknown`, { as }),
  },
  {
    what: 'update data',
    action: 'profile/put/data',
    grantedBy: manageProfiles,
    evidence: 'S',
    attempt: ({ send }, as) => send('PUT', `${profile}unknown/_data`, { as, body: { data: { app: 1 } } }),
  },
  {
    what: 'enable a profile',
    action: 'profile/set_enabled',
    grantedBy: manageProfiles,
    evidence: 'M',
    attempt: ({ send }, as) => send('PUT', `${profile}unknown/_enable`, { as }),
  },
  {
    what: 'disable a profile',
    action: 'profile/set_enabled',
    grantedBy: manageProfiles,
    evidence: 'M',
    attempt: ({ send }, as) => send('PUT', `${profile}unknown/_disable`, { as }),
  },
  {
    what: 'get users',
    action: 'user/get',
    grantedBy: readSecurity,
    evidence: 'M',
    attempt: ({ send }, as) => send('GET', `${user}unknown`, { as }),
  },
  {
    what: 'put a user',
    action: 'user/put',
    grantedBy: manageSecurity,
    evidence: 'M',
    attempt: ({ send, newName }, as) =>
      send('PUT', user + newName(), { as, body: { password: 'p@ssw0rd', roles: [] } }),
  },
  {
    what: 'delete a user',
    action: 'user/delete',
    grantedBy: manageSecurity,
    evidence: 'M',
    attempt: ({ send, newName }, as) => send('DELETE', user + newName(), { as }),
  },
  {
    what: 'change the password of another user',
    action: 'user/change_password',
    grantedBy: manageSecurity,
    evidence: 'M',
    attempt: ({ send, newName }, as) =>
      send('POST', `${user}${newName()}/_password`, { as, body: { password: 'p@ssw0rd' } }),
  },
  {
    what: 'disable a user',
    action: 'user/set_enabled',
    grantedBy: manageSecurity,
    evidence: 'M',
    attempt: ({ send, newName }, as) => send('PUT', `${user}${newName()}/_disable`, { as }),
  },
  {
    what: 'get roles',
    action: 'role/get',
    grantedBy: readSecurity,
    evidence: 'M',
    attempt: ({ send }, as) => send('GET', `${role}unknown`, { as }),
  },
  {
    what: 'put a role',
    action: 'role/put',
    grantedBy: manageSecurity,
    evidence: 'M',
    attempt: ({ send, newName }, as) => send('PUT', role + newName(), { as, body: {} }),
  },
  {
    what: 'delete a role',
    action: 'role/delete',
    grantedBy: manageSecurity,
    evidence: 'M',
    attempt: ({ send, newName }, as) => send('DELETE', role + newName(), { as }),
  },
]

/** Patterns over action names, and which of the operations on profiles each grants. */
const patterns: readonly (readonly [pattern: string, granted: readonly string[]])[] = [
  [
    'cluster:admin/xpack/security/profile/*',
    ['activate', 'get a profile', 'update data', 'enable a profile'],
  ],
  ['cluster:admin/xpack/security/profile/activate', ['activate']],
  ['cluster:admin/xpack/security/profile/put/*', ['update data']],
]

/** Who may do what, and how the others are refused. */
export const authorization: readonly ConformanceCase[] = [
  ...operations.flatMap(({ what, action, grantedBy, evidence, attempt }): ConformanceCase[] => {
    const others = privileges.filter((privilege) => !grantedBy.includes(privilege))
    return [
      {
        id: `privilege-granted-${what}`,
        name: `MUST let ${grantedBy.join(', ')} ${what}`,
        evidence,
        source: 'spec 3, 3.0',
        async fn(server) {
          for (const privilege of grantedBy) {
            assertGranted(await attempt(server, await server.callerWith({ cluster: [privilege] })))
          }
        },
      },
      {
        id: `privilege-refused-${what}`,
        name: `MUST NOT let ${others.join(', ')} ${what}, and tell who may`,
        evidence,
        source: 'spec 1.8, 3.0',
        async fn(server) {
          const granting = `this action is granted by the cluster privileges [${grantedBy.join(',')}]`
          for (const privilege of others) {
            const caller = await server.callerWith({ cluster: [privilege] })
            assertForbidden(await attempt(server, caller), refusal(action, caller.username, granting))
          }
        },
      },
    ]
  }),
  ...patterns.map(([pattern, granted]): ConformanceCase => ({
    id: `privilege-pattern-${pattern}`,
    name: `MUST let the privilege ${pattern} ${granted.join(', ')}`,
    evidence: 'M',
    source: 'spec 1.8, 3.0',
    async fn(server) {
      const as = await server.callerWith({ cluster: [pattern] })
      for (const { what, action, attempt } of operations.filter(({ action }) =>
        action.startsWith('profile/'),
      )) {
        const isGranted = granted.includes(what.replace('disable', 'enable'))
        const answer = await attempt(server, as)
        if (isGranted) assertGranted(answer)
        else assertForbidden(answer, refusal(action, as.username))
      }
    },
  })),
  {
    id: 'forbidden-roles',
    name: 'MUST list the effective roles of a caller whom it refuses, sorted',
    evidence: 'S',
    source: 'spec 1.8',
    async fn({ send, putUser, putRole }) {
      const [one, other] = [await putRole({}), await putRole({ cluster: ['monitor'] })]
      const as = await putUser({}, { roles: [other, one].sort().reverse() })
      const roles = ` with effective roles [${[one, other].sort().join()}], this action is granted by`
      await assertRefused(send('GET', `${profile}unknown`, { as }), as.username, roles)
    },
  },
  {
    id: 'forbidden-missing-roles',
    name: 'MUST list the roles of a caller that do not exist apart, sorted',
    evidence: 'S',
    source: 'spec 1.8',
    async fn({ send, putUser, putRole, newName }) {
      const there = await putRole({})
      const missing = [newName(), newName()].sort()
      const as = await putUser({}, { roles: [...missing.toReversed(), there] })
      const roles =
        ` with effective roles [${there}] (assigned roles [${missing.join()}] were not found), ` +
        'this action is granted by'
      await assertRefused(send('GET', `${profile}unknown`, { as }), as.username, roles)
    },
  },
  {
    id: 'forbidden-no-roles',
    name: 'MUST say that a caller has no roles',
    evidence: 'S',
    source: 'spec 1.8',
    async fn({ send, nobody }) {
      const roles = ' with effective roles [], this action is granted by'
      await assertRefused(send('GET', `${profile}unknown`, { as: nobody }), nobody.username, roles)
    },
  },
  {
    id: 'privilege-several-roles',
    name: 'MUST let a caller do what any of its roles grants',
    evidence: 'M',
    source: 'spec 1.8',
    async fn({ send, putUser, putRole }) {
      const roles = [await putRole({}), await putRole({ cluster: ['monitor', 'read_security'] })]
      assertOk(await send('GET', `${profile}unknown`, { as: await putUser({}, { roles }) }))
    },
  },
  {
    id: 'privilege-lost',
    name: 'MUST refuse a caller as soon as its role grants nothing any more',
    evidence: 'M',
    source: 'spec 1.8',
    async fn({ send, putUser, putRole, admin }) {
      const name = await putRole({ cluster: ['read_security'] })
      const as = await putUser({}, { roles: [name] })
      assertOk(await send('GET', `${profile}unknown`, { as }))
      assertOk(await send('PUT', role + name, { as: admin, body: {} }))
      assert.equal((await send('GET', `${profile}unknown`, { as })).status, 403)
    },
  },
  {
    id: 'privilege-self',
    name: 'MUST let everybody ask who they are',
    evidence: 'M',
    source: 'spec 3.0',
    async fn({ send, nobody }) {
      const answer = await send('GET', '/_security/_authenticate', { as: nobody })
      assertOk(answer)
      assert.equal(answer.body.username, nobody.username)
    },
  },
  {
    id: 'privilege-own-password',
    name: 'MUST let everybody change their own password',
    evidence: 'M',
    source: 'spec 3.0',
    async fn({ send, putUser }) {
      const as = await putUser()
      assertOk(await send('POST', `${user}_password`, { as, body: { password: 'another one' } }), {})
      assertOk(await send('GET', '/_security/_authenticate', { as: { ...as, password: 'another one' } }))
    },
  },
  {
    id: 'privilege-root',
    name: 'MUST let everybody ask what the server is',
    evidence: 'M',
    source: 'spec 3.0',
    async fn({ send, nobody }) {
      assertOk(await send('GET', '/', { as: nobody }))
    },
  },
]

/** Whether it failed later, or not at all. */
function assertGranted({ status, text }: Answer): void {
  assert.ok(status !== 403, text)
  assert.ok(status < 500 && !text.includes('for REST request'), text)
}

async function assertRefused(answer: Promise<Answer>, username: string, roles: string): Promise<void> {
  const action = 'action [cluster:admin/xpack/security/profile/get] is unauthorized for user'
  const granting = 'the cluster privileges [read_security,manage_user_profile,manage_security,all]'
  assertForbidden(await answer, `${action} [${username}]${roles} ${granting}`)
}

function refusal(action: string, username: string, granting = ''): RegExp {
  const start = `action [cluster:admin/xpack/security/${action}] is unauthorized for user [${username}]`
  const end = granting === '' ? '' : ', '
  return new RegExp(`^${escaped(start)} with effective roles \\[.+\\]${end}${escaped(granting)}`)
}

function escaped(text: string): string {
  return text.replace(/[[\]*.]/g, '\\$&')
}
