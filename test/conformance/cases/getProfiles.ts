import assert from 'node:assert/strict'
import { assertError, assertInvalid, assertOk } from '../answer.ts'
import type { ConformanceCase } from '../case.ts'

const path = '/_security/profile/'
const notFound = { type: 'resource_not_found_exception', reason: 'profile document not found' }

/** What the samples hold is in server.ts. */
const app1 = { key1: 'one', key2: ['two', 'three'] }
const app2 = { key1: 2 }
const other = { deep: { key: 3 } }

const filters: readonly (readonly [data: string, left: object])[] = [
  ['*', { app1, app2, other }],
  ['app1', { app1 }],
  ['app1,other', { app1, other }],
  ['app1.key1', { app1: { key1: 'one' } }],
  ['app1.key1,app2', { app1: { key1: 'one' }, app2 }],
  ['app*', { app1, app2 }],
  ['*1', { app1, app2 }],
  ['app*.key2', { app1: { key2: ['two', 'three'] } }],
  ['other.deep', { other }],
  ['other.deep.key', { other }],
  ['app1,*', { app1, app2, other }],
  ['app', {}],
  ['unknown', {}],
  ['app1.unknown', {}],
  ['', {}],
]

/** `GET /_security/profile/{uid}[,{uid}…]?data=…` */
export const getProfiles: readonly ConformanceCase[] = [
  {
    id: 'get-one',
    name: 'MUST answer with a list of one, and no errors',
    evidence: 'S',
    source: 'spec 3.1',
    async fn({ send, putProfile }) {
      const profile = await putProfile()
      assertOk(await send('GET', path + profile.uid), { profiles: [profile] })
    },
  },
  ...[
    { id: 'forward', indexes: [0, 1] as const },
    { id: 'backward', indexes: [1, 0] as const },
  ].map(({ id, indexes: [first, second] }): ConformanceCase => ({
    id: `get-order-${id}`,
    name: `MUST answer in the order of the request: ${id}`,
    evidence: 'S',
    source: 'spec 3.1',
    async fn({ send, samples }) {
      const profiles = [samples[first], samples[second]]
      assertOk(await send('GET', path + profiles.map(({ uid }) => uid).join()), { profiles })
    },
  })),
  {
    id: 'get-many',
    name: 'MUST answer with five profiles in the order of the request',
    evidence: 'S',
    source: 'spec 3.1',
    async fn({ send, putProfile }) {
      const profiles = await Promise.all(Array.from({ length: 5 }, () => putProfile()))
      assertOk(await send('GET', path + profiles.map(({ uid }) => uid).join()), { profiles })
    },
  },
  {
    id: 'get-missing',
    name: 'MUST answer 200 for a profile that is not there, with an error',
    evidence: 'T',
    source: 'spec 3.1',
    async fn({ send, newName }) {
      const uid = newName()
      const errors = { count: 1, details: { [uid]: notFound } }
      assertOk(await send('GET', path + uid), { profiles: [], errors })
    },
  },
  {
    id: 'get-some-missing',
    name: 'MUST keep found profiles in order, and sort the missing ones',
    evidence: 'S',
    source: 'spec 3.1',
    async fn({ send, samples: [one, two] }) {
      const answer = await send('GET', `${path}zz,${two.uid},b,${one.uid},a`)
      assertOk(answer)
      assert.deepEqual(answer.body.profiles, [two, one])
      assert.deepEqual(Object.entries(answer.body.errors?.details ?? {}), [
        ['a', notFound],
        ['b', notFound],
        ['zz', notFound],
      ])
      assert.equal(answer.body.errors?.count, 3)
    },
  },
  {
    id: 'get-exact',
    name: 'MUST NOT find a profile by part of its uid, or by another case of it',
    evidence: 'S',
    source: 'spec 3.1',
    async fn({ send, samples: [{ uid }] }) {
      const uids = [uid.slice(0, -1), uid.toUpperCase(), `${uid}0`, '*']
      const answer = await send('GET', path + uids.join())
      assertOk(answer)
      assert.deepEqual([answer.body.profiles, answer.body.errors?.count], [[], 4])
    },
  },
  {
    id: 'get-disabled',
    name: 'MUST answer with a disabled profile, too',
    evidence: 'T',
    source: 'spec 3.1, 3.4',
    async fn({ send, putProfile }) {
      const { uid, user } = await putProfile()
      assertOk(await send('PUT', `${path}${uid}/_disable`))
      const { profiles } = (await send('GET', path + uid)).body
      assert.deepEqual([profiles[0]?.enabled, profiles[0]?.user], [false, user])
    },
  },
  ...filters.map(([data, left]): ConformanceCase => ({
    id: `get-data-${data}`,
    name: `MUST show of the data what ?data=${data} names`,
    evidence: 'T',
    source: 'spec 3.1',
    async fn({ getProfile, samples: [profile] }) {
      assert.deepEqual(await getProfile(profile.uid, data), { ...profile, data: left })
    },
  })),
  {
    id: 'get-no-data',
    name: 'MUST show no data, and all labels, where ?data is left out',
    evidence: 'S',
    source: 'spec 3.1',
    async fn({ getProfile, samples: [{ uid }] }) {
      const { data, labels } = await getProfile(uid)
      assert.deepEqual([data, labels], [{}, { app1: { space: 'one' } }])
    },
  },
  {
    id: 'get-data-of-each',
    name: 'MUST show the data of each profile',
    evidence: 'S',
    source: 'spec 3.1',
    async fn({ send, samples: [one, two] }) {
      const answer = await send('GET', `${path}${one.uid},${two.uid}?data=app2`)
      assertOk(answer, { profiles: [one, two].map((profile) => ({ ...profile, data: { app2 } })) })
    },
  },
  ...[
    { id: 'space', list: '%20' },
    { id: 'first', list: ',some-uid' },
    { id: 'middle', list: 'some-uid,,other' },
    { id: 'spaces', list: 'some-uid,%20%20' },
    { id: 'tab', list: 'some-uid,%09' },
  ].map(({ id, list }): ConformanceCase => ({
    id: `get-blank-${id}`,
    name: `MUST refuse a blank uid: ${list}`,
    evidence: 'S',
    source: 'spec 3.1',
    async fn({ send }) {
      assertInvalid(await send('GET', path + list), 'Profile UID cannot be empty')
    },
  })),
  {
    id: 'get-none',
    name: 'MUST ask for uids where there is only a comma',
    evidence: 'inf',
    source: 'spec 3.1',
    async fn({ send }) {
      assertInvalid(await send('GET', `${path},`), 'profile UIDs must be provided')
    },
  },
  {
    id: 'get-body',
    name: 'MUST NOT take a body',
    evidence: 'S',
    source: 'spec 3.1',
    needs: 'socket',
    async fn({ sendRaw }) {
      const json = ['content-type', 'application/json'] as const
      const { status, text } = await sendRaw('GET', `${path}some-uid?pretty=false`, [json], '{}')
      const type = 'illegal_argument_exception'
      const reason = 'request [GET /_security/profile/some-uid] does not support having a body'
      const error = { type, reason }
      assert.deepEqual(JSON.parse(text), { error: { root_cause: [error], ...error }, status: 400 })
      assert.equal(status, 400)
    },
  },
  {
    id: 'get-real-time',
    name: 'MUST show a change at once, whatever its refresh',
    evidence: 'inf',
    source: 'spec 3.1',
    async fn({ putProfile, update, getProfile }) {
      const { uid } = await putProfile()
      assertOk(await update(uid, { data: { app1: { a: 1 } } }, '?refresh=false'))
      assert.deepEqual((await getProfile(uid, '*')).data, { app1: { a: 1 } })
    },
  },
  {
    id: 'get-parameter-order',
    name: 'MUST refuse an unknown parameter before it looks for profiles',
    evidence: 'S',
    source: 'spec 1.4',
    async fn({ send }) {
      const answer = await send('GET', `${path}a,b?dat=*`)
      const reason =
        'request [/_security/profile/a,b] contains unrecognized parameter: [dat] -> did you mean [data]?'
      assertError(answer, 400, 'illegal_argument_exception', reason)
    },
  },
]
