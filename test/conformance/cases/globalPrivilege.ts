import assert from 'node:assert/strict'
import { assertForbidden, assertOk, type Answer } from '../answer.ts'
import type { ConformanceCase } from '../case.ts'
import type { ConformanceServer } from '../server.ts'

const done = { acknowledged: true }

const forbidden =
  /^action \[cluster:admin\/xpack\/security\/profile\/put\/data\] is unauthorized for user \[.+\] with effective roles \[.+\], this action is granted by the cluster privileges \[manage_user_profile,manage_security,all\]$/

/** Roles that may write what some applications keep in profiles, and nothing else. */
export const globalPrivilege: readonly ConformanceCase[] = [
  ...[
    { id: 'name', applications: ['app1'], evidence: 'S' } as const,
    { id: 'names', applications: ['other', 'app1'], evidence: 'S' } as const,
    { id: 'wildcard', applications: ['app*'], evidence: 'S' } as const,
    { id: 'everything', applications: ['*'], evidence: 'S' } as const,
    { id: 'regex', applications: ['/app[0-9]/'], evidence: 'S' } as const,
  ].map(({ id, applications, evidence }): ConformanceCase => ({
    id: `data-global-${id}`,
    name: `MUST let a role write app1 whose global privilege names ${applications.join()}`,
    evidence,
    source: 'spec 3, 3.0',
    async fn(server) {
      const { uid } = await server.putProfile()
      const change = { labels: { app1: { a: 'x' } }, data: { app1: { b: 1 } } }
      assertOk(await writeAs(server, applications, uid, change), done)
      const { labels, data } = await server.getProfile(uid, '*')
      assert.deepEqual({ labels, data }, change)
    },
  })),
  ...[
    { id: 'other', applications: ['app1'], change: { data: { app2: 1 } } },
    { id: 'part', applications: ['app1'], change: { data: { app1: 1, app2: 1 } } },
    { id: 'labels', applications: ['app1'], change: { labels: { app2: {} }, data: { app1: 1 } } },
    { id: 'prefix', applications: ['app'], change: { data: { app1: 1 } } },
    { id: 'case', applications: ['App*'], change: { data: { app1: 1 } } },
  ].map(({ id, applications, change }): ConformanceCase => ({
    id: `data-global-refused-${id}`,
    name: `MUST NOT let a role change ${JSON.stringify(change)} whose global privilege names ${applications.join()}`,
    evidence: 'S',
    source: 'spec 1.8, 3, 3.0',
    async fn(server) {
      const profile = await server.putProfile()
      assertForbidden(await writeAs(server, applications, profile.uid, change), forbidden)
      assert.deepEqual(await server.getProfile(profile.uid, '*'), profile)
    },
  })),
  {
    id: 'data-global-apart',
    name: 'MUST NOT add the global privileges of two roles up to one that covers a change',
    evidence: 'inf',
    source: 'spec 3',
    async fn({ send, putUser, putRole, samples: [{ uid }] }) {
      const roles = [await putRole(writing(['one'])), await putRole(writing(['two']))]
      const as = await putUser({}, { roles })
      const body = { data: { one: 1, two: 2 } }
      assertForbidden(await send('PUT', `/_security/profile/${uid}/_data`, { as, body }), forbidden)
    },
  },
  {
    id: 'data-global-else',
    name: 'MUST NOT let a global privilege activate, get, enable or disable profiles',
    evidence: 'S',
    source: 'spec 3',
    async fn({ send, callerWith, samples: [{ uid }] }) {
      const as = await callerWith(writing(['*']))
      const grant = { grant_type: 'password', ...as }
      const answers = [
        await send('POST', '/_security/profile/_activate', { as, body: grant }),
        await send('GET', `/_security/profile/${uid}`, { as }),
        await send('PUT', `/_security/profile/${uid}/_enable`, { as }),
        await send('PUT', `/_security/profile/${uid}/_disable`, { as }),
      ]
      assert.deepEqual(
        answers.map(({ status }) => status),
        [403, 403, 403, 403],
      )
    },
  },
]

function writing(applications: readonly string[]): object {
  return { global: { profile: { write: { applications } } } }
}

async function writeAs(
  { send, callerWith }: ConformanceServer,
  applications: readonly string[],
  uid: string,
  body: object,
): Promise<Answer> {
  const as = await callerWith(writing(applications))
  return send('PUT', `/_security/profile/${uid}/_data`, { as, body })
}
