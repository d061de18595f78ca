import assert from 'node:assert/strict'
import { parse } from 'yaml'
import { assertError, assertOk, type ProfileBody } from '../answer.ts'
import type { ConformanceCase } from '../case.ts'

const activate = '/_security/profile/_activate'

/** A filter, and what it leaves of a profile with all its data. */
const filters: readonly (readonly [filter: string, left: (profile: ProfileBody) => object])[] = [
  ['profiles.uid', ({ uid }) => ({ profiles: [{ uid }] })],
  ['profiles.user.username', ({ user: { username } }) => ({ profiles: [{ user: { username } }] })],
  ['profiles.user', ({ user }) => ({ profiles: [{ user }] })],
  ['profiles.uid,profiles.enabled', ({ uid, enabled }) => ({ profiles: [{ uid, enabled }] })],
  ['profiles.us*.user*', ({ user: { username } }) => ({ profiles: [{ user: { username } }] })],
  ['*.uid', ({ uid }) => ({ profiles: [{ uid }] })],
  ['**.username', ({ user: { username } }) => ({ profiles: [{ user: { username } }] })],
  ['profiles.**.key1', () => ({ profiles: [{ data: { app1: { key1: 'one' }, app2: { key1: 2 } } }] })],
  ['profiles.data.app1.key2', () => ({ profiles: [{ data: { app1: { key2: ['two', 'three'] } } }] })],
  ['profiles.data.*.key1', () => ({ profiles: [{ data: { app1: { key1: 'one' }, app2: { key1: 2 } } }] })],
  ['profiles,-profiles.data', (profile) => ({ profiles: [without(profile, 'data')] })],
  ['-profiles.data', (profile) => ({ profiles: [without(profile, 'data')] })],
  ['-profiles.data,-profiles.user', (profile) => ({ profiles: [without(profile, 'data', 'user')] })],
  ['profiles.user,-**.roles', ({ user }) => ({ profiles: [{ user: without(user, 'roles') }] })],
  ['nothing.like.that', () => ({})],
]

/** What every endpoint takes in its query. */
export const parameters: readonly ConformanceCase[] = [
  ...['pretty', 'pretty=true'].map((query): ConformanceCase => ({
    id: `parameter-${query}`,
    name: `MUST indent the body with ?${query}, and end its last line`,
    evidence: 'M',
    source: 'spec 1.4',
    async fn({ send, samples: [{ uid }] }) {
      const { status, text, body } = await send('GET', `/_security/profile/${uid}?${query}`)
      assert.equal(status, 200)
      assert.match(text, /^\{\n {2}"profiles"[^]*\n\}\n$/)
      assert.equal(body.profiles[0]?.uid, uid)
    },
  })),
  {
    id: 'parameter-pretty-error',
    name: 'MUST indent the body of an error, too',
    evidence: 'M',
    source: 'spec 1.4',
    async fn({ send }) {
      const { status, text } = await send('POST', `${activate}?pretty`, { body: {} })
      assert.equal(status, 400)
      assert.match(text, /^\{\n {2}"error"/)
    },
  },
  ...[
    'pretty=false',
    'human',
    'human=true',
    'human=false',
    'error_trace',
    'error_trace=false',
    'format=json',
  ].map((query): ConformanceCase => ({
    id: `parameter-${query}`,
    name: `MUST take ?${query}, which changes nothing of a success`,
    evidence: query.startsWith('error_trace') ? 'S' : 'M',
    source: 'spec 1.4',
    async fn({ send, samples: [{ uid }] }) {
      const uri = `/_security/profile/${uid}`
      assert.equal((await send('GET', `${uri}?${query}`)).text, (await send('GET', uri)).text)
    },
  })),
  {
    id: 'parameter-common',
    name: 'MUST take all common parameters with an activation',
    evidence: 'S',
    source: 'spec 1.4',
    async fn({ send, nobody }) {
      const uri = `${activate}?pretty=false&human&error_trace=false&format=json&filter_path=enabled`
      const answer = await send('POST', uri, { body: { grant_type: 'password', ...nobody } })
      assertOk(answer, { enabled: true })
    },
  },
  {
    id: 'parameter-error-trace',
    name: 'MUST add a stack trace to an error and its causes with ?error_trace',
    evidence: 'D',
    source: 'spec 1.3, 1.4',
    async fn({ send }) {
      const body = { client_authentication: {} }
      const { error } = (await send('POST', `${activate}?error_trace`, { body })).body
      for (const traced of [error, error.root_cause?.[0], error.caused_by])
        assert.equal(typeof traced?.stack_trace, 'string')
    },
  },
  ...filters.map(([filter, left]): ConformanceCase => ({
    id: `filter-${filter}`,
    name: `MUST leave of a body what filter_path=${filter} names`,
    evidence: 'M',
    source: 'spec 1.4',
    async fn({ send, getProfile, samples: [{ uid }] }) {
      const profile = await getProfile(uid, '*')
      assertOk(await send('GET', `/_security/profile/${uid}?data=*&filter_path=${filter}`), left(profile))
    },
  })),
  {
    id: 'filter-list',
    name: 'MUST filter each entry of a list',
    evidence: 'M',
    source: 'spec 1.4',
    async fn({ send, samples: [one, two] }) {
      const uri = `/_security/profile/${one.uid},${two.uid}?filter_path=profiles.labels.app1.space`
      assertOk(await send('GET', uri), { profiles: [one, two].map(({ labels }) => ({ labels })) })
    },
  },
  ...[
    { filter: 'error.type', left: { error: { type: 'action_request_validation_exception' } } },
    { filter: 'status', left: { status: 400 } },
    { filter: '-error', left: { status: 400 } },
    {
      filter: 'error.root_cause.type,status',
      left: { error: { root_cause: [{ type: 'action_request_validation_exception' }] }, status: 400 },
    },
  ].map(({ filter, left }): ConformanceCase => ({
    id: `filter-error-${filter}`,
    name: `MUST leave of an error what filter_path=${filter} names`,
    evidence: 'M',
    source: 'spec 1.4',
    async fn({ send }) {
      const { status, body } = await send('POST', `${activate}?filter_path=${filter}`, { body: {} })
      assert.deepEqual(body, left)
      assert.equal(status, 400)
    },
  })),
  {
    id: 'format-yaml',
    name: 'MUST answer in YAML with ?format=yaml',
    evidence: 'M',
    source: 'spec 1.4',
    async fn({ send, samples: [{ uid }] }) {
      const answer = await send('GET', `/_security/profile/${uid}?data=*&format=yaml`)
      const { body } = await send('GET', `/_security/profile/${uid}?data=*`)
      assert.equal(answer.status, 200)
      assert.match(answer.headers.get('content-type') ?? '', /yaml/)
      assert.match(answer.text, /^---\n/)
      assert.deepEqual(parse(answer.text), body)
    },
  },
  {
    id: 'format-yaml-error',
    name: 'MUST tell of an error in YAML with ?format=yaml',
    evidence: 'M',
    source: 'spec 1.4',
    async fn({ send }) {
      const answer = await send('POST', `${activate}?format=yaml`, { body: {} })
      const { body } = await send('POST', activate, { body: {} })
      assert.equal(answer.status, 400)
      assert.deepEqual(parse(answer.text), body)
    },
  },
  ...[
    { query: 'refresh', complaint: 'unrecognized parameter: [refresh]' },
    { query: 'refresh=true', complaint: 'unrecognized parameter: [refresh]' },
    { query: 'data=*', complaint: 'unrecognized parameter: [data]' },
    { query: 'b&a=1', complaint: 'unrecognized parameters: [a], [b]' },
    { query: 'pretty=false&zzz&human&aaa', complaint: 'unrecognized parameters: [aaa], [zzz]' },
    { query: 'prety', complaint: 'unrecognized parameter: [prety] -> did you mean [pretty]?' },
    {
      query: 'zzz&filterpath=x',
      complaint: 'unrecognized parameters: [filterpath] -> did you mean [filter_path]?, [zzz]',
    },
  ].map(({ query, complaint }): ConformanceCase => ({
    id: `parameter-unknown-${query}`,
    name: `MUST refuse ?${query} with an activation`,
    evidence: 'S',
    source: query.startsWith('refresh') ? 'spec 1.2, 1.4' : 'spec 1.4',
    async fn({ send, nobody }) {
      const answer = await send('POST', `${activate}?${query}`, {
        body: { grant_type: 'password', ...nobody },
      })
      assertError(answer, 400, 'illegal_argument_exception', `request [${activate}] contains ${complaint}`)
    },
  })),
  ...[
    { method: 'GET', path: '', query: 'refresh' },
    { method: 'PUT', path: '/_data', query: 'data' },
    { method: 'PUT', path: '/_enable', query: 'if_seq_no' },
    { method: 'POST', path: '/_disable', query: 'data' },
  ].map(({ method, path, query }): ConformanceCase => ({
    id: `parameter-unknown-${method}${path}-${query}`,
    name: `MUST refuse ?${query} with ${method} /_security/profile/{uid}${path}`,
    evidence: 'S',
    source: 'spec 1.4',
    async fn({ send, samples: [{ uid }] }) {
      const uri = `/_security/profile/${uid}${path}`
      const body = path === '/_data' ? { data: { app1: {} } } : undefined
      const answer = await send(method, `${uri}?${query}`, { body })
      const reason = `request [${uri}] contains unrecognized parameter: [${query}]`
      assertError(answer, 400, 'illegal_argument_exception', reason)
    },
  })),
]

function without(object: object, ...names: string[]): object {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)))
}
