import assert from 'node:assert/strict'
import { assertError, assertInvalid, assertOk } from '../answer.ts'
import type { ConformanceCase } from '../case.ts'

const done = { acknowledged: true }
const someData = { data: { app1: {} } }
const parser = '[update_profile_data_request_payload]'

/** What is stored, what it is changed with, and what it is then. */
const merges: readonly (readonly [id: string, before: object, change: object, after: object])[] = [
  ['new-key', { app: { a: 1 } }, { app: { b: 2 } }, { app: { a: 1, b: 2 } }],
  ['new-application', { one: { a: 1 } }, { two: { b: 2 } }, { one: { a: 1 }, two: { b: 2 } }],
  [
    'deep',
    { app: { a: { b: { c: 1, d: 2 } } } },
    { app: { a: { b: { c: 3 } } } },
    { app: { a: { b: { c: 3, d: 2 } } } },
  ],
  ['scalar', { app: { a: 1 } }, { app: { a: 'two' } }, { app: { a: 'two' } }],
  ['boolean', { app: { a: true } }, { app: { a: false } }, { app: { a: false } }],
  ['array', { app: { a: [1, 2, 3] } }, { app: { a: [4] } }, { app: { a: [4] } }],
  ['array-emptied', { app: { a: [1, 2, 3] } }, { app: { a: [] } }, { app: { a: [] } }],
  ['array-of-objects', { app: { a: [{ b: 1 }] } }, { app: { a: [{ c: 2 }] } }, { app: { a: [{ c: 2 }] } }],
  ['null', { app: { a: 1, b: 2 } }, { app: { a: null } }, { app: { a: null, b: 2 } }],
  ['null-overwritten', { app: { a: null } }, { app: { a: { b: 1 } } }, { app: { a: { b: 1 } } }],
  ['object-by-scalar', { app: { a: { b: 1 } } }, { app: { a: 2 } }, { app: { a: 2 } }],
  ['scalar-by-object', { app: { a: 2 } }, { app: { a: { b: 1 } } }, { app: { a: { b: 1 } } }],
  ['object-by-array', { app: { a: { b: 1 } } }, { app: { a: [2] } }, { app: { a: [2] } }],
  ['empty-object', { app: { a: { b: 1 } } }, { app: { a: {} } }, { app: { a: { b: 1 } } }],
  ['application-scalar', { app: 1 }, { app: 'two' }, { app: 'two' }],
  ['application-null', { app: { a: 1 } }, { app: null }, { app: null }],
]

/** Changes that change nothing of `{ app: { a: 1, b: [1, { c: 2 }] } }`. */
const nothing = [
  { app: { a: 1 } },
  { app: { b: [1, { c: 2 }] } },
  { app: {} },
  { app: { b: [1, { c: 2 }], a: 1 } },
]

const invalid: readonly (readonly [id: string, change: object, ...problems: string[]])[] = [
  ['empty', {}, 'update request is empty'],
  ['empty-labels', { labels: {} }, 'update request is empty'],
  ['empty-data', { data: {} }, 'update request is empty'],
  ['empty-both', { labels: {}, data: {} }, 'update request is empty'],
  ['dot-data', { data: { 'a.b': 1 } }, dot('a.b')],
  ['dot-labels', { labels: { '.': 1 } }, dot('.')],
  ['underscore-data', { data: { _x: 1 } }, underscore('_x')],
  ['underscore-labels', { labels: { _: 1 } }, underscore('_')],
  ['same-in-both', { labels: { 'a.b': 1 }, data: { 'a.b': 2 } }, dot('a.b')],
  ['one-of-several', { labels: { app: 1 }, data: { app: 1, 'a.b': 1 } }, dot('a.b')],
  ['dot-and-underscore', { data: { '_a.b': 1 } }, dot('_a.b'), underscore('_a.b')],
  ['dot-before-underscore', { labels: { _x: 1 }, data: { 'a.b': 1 } }, dot('a.b'), underscore('_x')],
]

function dot(name: string): string {
  return `application name must not contain dot, but found [${name}]`
}

function underscore(name: string): string {
  return `application name must not start with underscore, but found [${name}]`
}

const unfit: readonly (readonly [id: string, body: string, at: string, what: string])[] = [
  ['unknown', '{"data":{},"foo":1}', '1:12', 'unknown field [foo]'],
  ['similar', '{"lables":{}}', '1:2', 'unknown field [lables] did you mean [labels]?'],
  ['user', '{"user":{}}', '1:2', 'unknown field [user]'],
  ['enabled', '{"enabled":true}', '1:2', 'unknown field [enabled]'],
  ['labels-array', '{"labels":[]}', '1:11', "labels doesn't support values of type: START_ARRAY"],
  ['data-string', '{"data":"x"}', '1:9', "data doesn't support values of type: VALUE_STRING"],
  ['data-null', '{\n"data":null}', '2:8', "data doesn't support values of type: VALUE_NULL"],
]

/** `PUT|POST /_security/profile/{uid}/_data`: what is stored, and what is refused. */
export const profileData: readonly ConformanceCase[] = [
  ...['PUT', 'POST'].map((method): ConformanceCase => ({
    id: `data-${method}`,
    name: `MUST store labels and data with ${method}, and acknowledge it`,
    evidence: 'S',
    source: 'spec 3.3',
    async fn({ send, putProfile, getProfile }) {
      const { uid } = await putProfile()
      const change = { labels: { app1: { a: 1 } }, data: { app1: { b: 'x' }, app2: [null] } }
      assertOk(await send(method, `/_security/profile/${uid}/_data`, { body: change }), done)
      const { labels, data } = await getProfile(uid, '*')
      assert.deepEqual({ labels, data }, change)
    },
  })),
  ...['labels', 'data'].map((part): ConformanceCase => ({
    id: `data-only-${part}`,
    name: `MUST take ${part} alone, and leave the rest as it is`,
    evidence: 'S',
    source: 'spec 3.3',
    async fn({ putProfile, update, getProfile }) {
      const { uid } = await putProfile()
      assertOk(await update(uid, { labels: { app: { a: 1 } }, data: { app: { a: 1 } } }), done)
      assertOk(await update(uid, { [part]: { app: { b: 2 } } }), done)
      const { labels, data } = await getProfile(uid, '*')
      const whole = { labels: { app: { a: 1 } }, data: { app: { a: 1 } } }
      assert.deepEqual({ labels, data }, { ...whole, [part]: { app: { a: 1, b: 2 } } })
    },
  })),
  ...merges.map(([id, before, change, after]): ConformanceCase => ({
    id: `data-merge-${id}`,
    name: `MUST merge ${JSON.stringify(change)} into ${JSON.stringify(before)} as ${JSON.stringify(after)}`,
    evidence: 'T',
    source: 'spec 3.3',
    async fn({ putProfile, update, getProfile }) {
      const { uid } = await putProfile()
      assertOk(await update(uid, { labels: before, data: before }), done)
      assertOk(await update(uid, { data: change }), done)
      const { labels, data } = await getProfile(uid, '*')
      assert.deepEqual([data, labels], [after, before])
    },
  })),
  {
    id: 'data-merge-labels',
    name: 'MUST merge labels as it merges data',
    evidence: 'T',
    source: 'spec 3.3',
    async fn({ putProfile, update, getProfile }) {
      const { uid } = await putProfile()
      assertOk(
        await update(uid, { labels: { app: { tags: ['a', 'b'], deep: { x: '1' } }, other: { y: '2' } } }),
        done,
      )
      assertOk(await update(uid, { labels: { app: { tags: ['c'], deep: { z: '3' } } } }), done)
      const labels = { app: { tags: ['c'], deep: { x: '1', z: '3' } }, other: { y: '2' } }
      assert.deepEqual((await getProfile(uid)).labels, labels)
    },
  },
  ...nothing.map((change): ConformanceCase => ({
    id: `data-no-op-${JSON.stringify(change)}`,
    name: `MUST acknowledge ${JSON.stringify(change)} where it changes nothing, and keep the version`,
    evidence: 'inf',
    source: 'spec 3.3',
    async fn({ putProfile, update, getProfile }) {
      const { uid } = await putProfile()
      assertOk(await update(uid, { data: { app: { a: 1, b: [1, { c: 2 }] } } }), done)
      const before = await getProfile(uid, '*')
      assertOk(await update(uid, { data: change }), done)
      assert.deepEqual(await getProfile(uid, '*'), before)
    },
  })),
  {
    id: 'data-untouched',
    name: 'MUST NOT touch last_synchronized, user and enabled',
    evidence: 'S',
    source: 'spec 3.3',
    async fn({ putProfile, update, getProfile }) {
      const { last_synchronized, user, enabled, uid, _doc } = await putProfile({
        roles: ['b', 'a'],
        email: 'a@b.c',
      })
      assertOk(await update(uid, someData), done)
      const now = await getProfile(uid)
      assert.deepEqual([now.last_synchronized, now.user, now.enabled], [last_synchronized, user, enabled])
      assert.ok(now._doc._seq_no > _doc._seq_no)
    },
  },
  {
    id: 'data-disabled',
    name: 'MUST change a disabled profile, and leave it disabled',
    evidence: 'S',
    source: 'spec 3.3',
    async fn({ send, putProfile, update, getProfile }) {
      const { uid } = await putProfile()
      assertOk(await send('PUT', `/_security/profile/${uid}/_disable`), done)
      assertOk(await update(uid, { data: { app1: { a: 1 } } }), done)
      const { enabled, data } = await getProfile(uid, '*')
      assert.deepEqual([enabled, data], [false, { app1: { a: 1 } }])
    },
  },
  {
    id: 'data-others',
    name: 'MUST NOT touch the profile of anybody else',
    evidence: 'S',
    source: 'spec 3.3',
    async fn({ putProfile, update, getProfile }) {
      const [one, two] = [await putProfile(), await putProfile()]
      assertOk(await update(one.uid, { labels: { app: { a: 1 } }, data: { app: { a: 1 } } }), done)
      assert.deepEqual(await getProfile(two.uid, '*'), two)
    },
  },
  {
    id: 'data-unicode',
    name: 'MUST keep names and values of any script, and numbers as they are',
    evidence: 'S',
    source: 'spec 3.3',
    async fn({ putProfile, update, getProfile }) {
      const { uid } = await putProfile()
      const data = {
        'приложение-1': { 名前: 'Jürgen 🎉 \u2028', numbers: [0.1, -5, 1e300, 9007199254740991] },
      }
      assertOk(await update(uid, { data }), done)
      assert.deepEqual((await getProfile(uid, '*')).data, data)
    },
  },
  ...invalid.map(([id, change, ...problems]): ConformanceCase => ({
    id: `data-invalid-${id}`,
    name: `MUST refuse ${JSON.stringify(change)}`,
    evidence: 'S',
    source: 'spec 3.3',
    async fn({ update }) {
      assertInvalid(await update('some-uid', change), ...problems)
    },
  })),
  {
    id: 'data-invalid-several',
    name: 'MUST list all names with a dot in one message, and all with an underscore in the next',
    evidence: 'S',
    source: 'spec 3.3',
    async fn({ update }) {
      const answer = await update('some-uid', { labels: { 'a.b': 1, _x: 1 }, data: { 'c.d': 1, _y: 1 } })
      const text = /^Validation Failed: 1: (.*) found \[(.*)\];2: (.*) found \[(.*)\];$/
      const [, dots, dotted, underscores, underscored] = text.exec(answer.body.error.reason) ?? []
      assert.deepEqual([dots, underscores], [dot('').split(' found')[0], underscore('').split(' found')[0]])
      assert.deepEqual([sorted(dotted), sorted(underscored)], ['a.b,c.d', '_x,_y'])
    },
  },
  {
    id: 'data-inner-names',
    name: 'MUST take dots and underscores below the names of applications',
    evidence: 'S',
    source: 'spec 3.3',
    async fn({ putProfile, update, getProfile }) {
      const { uid } = await putProfile()
      const data = { app: { _a: { 'b.c': 1 } }, 'a-b_c': 1 }
      assertOk(await update(uid, { data }), done)
      assert.deepEqual((await getProfile(uid, '*')).data, data)
    },
  },
  ...unfit.map(([id, body, at, what]): ConformanceCase => ({
    id: `data-body-${id}`,
    name: `MUST say of ${JSON.stringify(body)} where and what does not fit`,
    evidence: 'M',
    source: 'spec 1.3, 3.3',
    async fn({ send }) {
      const answer = await send('PUT', '/_security/profile/some-uid/_data', { body })
      assertError(answer, 400, 'x_content_parse_exception', `[${at}] ${parser} ${what}`)
    },
  })),
  {
    id: 'data-body-absent',
    name: 'MUST ask for a body',
    evidence: 'M',
    source: 'spec 1.3, 3.3',
    async fn({ send }) {
      const answer = await send('PUT', '/_security/profile/some-uid/_data')
      assertError(answer, 400, 'parse_exception', 'request body is required')
    },
  },
  ...['', 'true', 'false', 'wait_for'].map((value): ConformanceCase => ({
    id: `data-refresh-${value}`,
    name: `MUST take refresh=${value}`,
    evidence: value === '' ? 'M' : 'S',
    source: 'spec 3.3',
    async fn({ putProfile, update }) {
      const { uid } = await putProfile()
      assertOk(await update(uid, someData, `?refresh=${value}`), done)
    },
  })),
  {
    id: 'data-refresh-maybe',
    name: 'MUST NOT take another refresh',
    evidence: 'M',
    source: 'spec 3.3',
    async fn({ update }) {
      const answer = await update('some-uid', someData, '?refresh=maybe')
      assertError(answer, 400, 'illegal_argument_exception', 'Unknown value for refresh: [maybe].')
    },
  },
  {
    id: 'data-size',
    name: 'MUST refuse a change after which labels and data would be larger than 10 MB',
    evidence: 'M',
    source: 'spec 3.3',
    async fn({ putProfile, update, getProfile }) {
      const profile = await putProfile()
      const answer = await update(profile.uid, { data: { app1: 'x'.repeat(10.5 * 1024 * 1024) } })
      const reason =
        /^cannot update profile \[.+\] because the combined profile size of \[.+\] exceeds the maximum of \[.+\]$/
      assert.equal(answer.status, 400)
      assert.match(answer.body.error.reason, reason)
      assert.deepEqual(await getProfile(profile.uid, '*'), profile)
    },
  },
]

function sorted(list = ''): string {
  return list.split(/, ?/).sort().join()
}
