import assert from 'node:assert/strict'
import { assertErrorWith, assertError, assertOk } from '../answer.ts'
import type { ConformanceCase } from '../case.ts'

const done = { acknowledged: true }
const verbs = [
  { verb: '_enable', enabled: true },
  { verb: '_disable', enabled: false },
]

function of(uid: string, verb: string): string {
  return `/_security/profile/${uid}/${verb}`
}

/** `PUT|POST /_security/profile/{uid}/_enable` and `/_disable` */
export const profileEnabled: readonly ConformanceCase[] = [
  ...['PUT', 'POST'].map((method): ConformanceCase => ({
    id: `enabled-${method}`,
    name: `MUST take a profile out of use and back with ${method}, and acknowledge it`,
    evidence: 'S',
    source: 'spec 3.4',
    async fn({ send, putProfile, getProfile }) {
      const { uid } = await putProfile()
      assertOk(await send(method, of(uid, '_disable')), done)
      assert.equal((await getProfile(uid)).enabled, false)
      assertOk(await send(method, of(uid, '_enable')), done)
      assert.equal((await getProfile(uid)).enabled, true)
    },
  })),
  ...verbs.flatMap(({ verb, enabled }): ConformanceCase[] => [
    {
      id: `enabled-twice-${verb}`,
      name: `MUST acknowledge ${verb} twice in a row`,
      evidence: 'S',
      source: 'spec 3.4',
      async fn({ send, putProfile, getProfile }) {
        const { uid } = await putProfile()
        for (let time = 0; time < 2; time++) assertOk(await send('PUT', of(uid, verb)), done)
        assert.equal((await getProfile(uid)).enabled, enabled)
      },
    },
    {
      id: `enabled-missing-${verb}`,
      name: `MUST answer 404 to ${verb} of a profile that is not there`,
      evidence: 'T',
      source: 'spec 3.4',
      async fn({ send, newName }) {
        const answer = await send('PUT', of(newName(), verb))
        assertErrorWith(answer, 404, 'document_missing_exception', /: document missing$/)
      },
    },
    {
      id: `enabled-body-${verb}`,
      name: `MUST NOT take a body with ${verb}`,
      evidence: 'inf',
      source: 'spec 3.1, 3.4',
      async fn({ send, samples: [{ uid }] }) {
        const answer = await send('PUT', of(uid, verb), { body: {} })
        const reason = `request [PUT ${of(uid, verb)}] does not support having a body`
        assertError(answer, 400, 'illegal_argument_exception', reason)
      },
    },
    ...['true', 'false', 'wait_for'].map((refresh): ConformanceCase => ({
      id: `enabled-refresh-${refresh}-${verb}`,
      name: `MUST take refresh=${refresh} with ${verb}`,
      evidence: 'S',
      source: 'spec 3.4',
      async fn({ send, putProfile }) {
        const { uid } = await putProfile()
        assertOk(await send('PUT', `${of(uid, verb)}?refresh=${refresh}`), done)
      },
    })),
    {
      id: `enabled-refresh-maybe-${verb}`,
      name: `MUST NOT take another refresh with ${verb}`,
      evidence: 'M',
      source: 'spec 3.4',
      async fn({ send, samples: [{ uid }] }) {
        const { status, body } = await send('PUT', `${of(uid, verb)}?refresh=maybe`)
        assert.deepEqual([status, body.error.type], [400, 'illegal_argument_exception'])
      },
    },
  ]),
  {
    id: 'disabled-kept',
    name: 'MUST keep everything else of a profile that it disables',
    evidence: 'S',
    source: 'spec 3.4',
    async fn({ send, putProfile, update, getProfile }) {
      const { uid } = await putProfile({ roles: ['one'], email: 'a@b.c' })
      assertOk(await update(uid, { labels: { app1: { a: 'x' } }, data: { app1: { b: 1 } } }))
      const { _doc: past, ...before } = await getProfile(uid, '*')
      assertOk(await send('PUT', of(uid, '_disable')), done)
      const { _doc, ...after } = await getProfile(uid, '*')
      assert.deepEqual(after, { ...before, enabled: false })
      assert.ok(_doc._seq_no > past._seq_no)
    },
  },
  {
    id: 'disabled-activated',
    name: 'MUST enable a disabled profile by an activation, at once, with labels and data as they were',
    evidence: 'S',
    source: 'spec 2.5, 3.4',
    async fn({ send, putUser, activate, update, getProfile }) {
      const user = await putUser()
      const { uid } = await activate(user)
      const change = { labels: { app1: { a: 'x' } }, data: { app1: { b: 1 } } }
      assertOk(await update(uid, change))
      assertOk(await send('PUT', of(uid, '_disable')), done)
      const { _doc: disabled } = await getProfile(uid)
      const activated = await activate(user)
      const { enabled, labels, data, _doc } = await getProfile(uid, '*')
      assert.deepEqual([activated.enabled, enabled, { labels, data }], [true, true, change])
      assert.deepEqual(_doc, activated._doc)
      assert.ok(_doc._seq_no > disabled._seq_no)
    },
  },
  {
    id: 'disabled-user',
    name: 'MUST NOT keep the user of a disabled profile from being authenticated',
    evidence: 'inf',
    source: 'spec 3.4',
    async fn({ send, putUser, activate }) {
      const as = await putUser()
      const { uid } = await activate(as)
      assertOk(await send('PUT', of(uid, '_disable')), done)
      assertOk(await send('GET', '/_security/_authenticate', { as }))
    },
  },
  {
    id: 'disabled-others',
    name: 'MUST NOT disable the profile of anybody else',
    evidence: 'S',
    source: 'spec 3.4',
    async fn({ send, putProfile, getProfile }) {
      const [one, two] = [await putProfile(), await putProfile()]
      assertOk(await send('PUT', of(one.uid, '_disable')), done)
      assert.deepEqual(await getProfile(two.uid), two)
    },
  },
]
