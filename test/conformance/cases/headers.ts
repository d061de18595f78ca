import assert from 'node:assert/strict'
import { assertError, assertOk } from '../answer.ts'
import type { ConformanceCase } from '../case.ts'
import type { ConformanceServer } from '../server.ts'

const path = '/_security/profile/_activate'
const who = '/_security/_authenticate'
const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

/** One request for each kind of answer. */
const answers: readonly (readonly [
  id: string,
  status: number,
  request: (server: ConformanceServer) => ReturnType<ConformanceServer['send']>,
])[] = [
  ['success', 200, ({ send }) => send('GET', who)],
  ['options', 200, ({ send }) => send('OPTIONS', path)],
  ['head', 200, ({ send, admin }) => send('HEAD', '/', { as: admin })],
  ['invalid', 400, ({ send }) => send('POST', path, { body: {} })],
  ['unparsed', 400, ({ send }) => send('POST', path, { body: '[]' })],
  ['parameter', 400, ({ send }) => send('POST', `${path}?x`, { body: {} })],
  ['no-handler', 400, ({ send }) => send('GET', '/nowhere')],
  ['caller', 401, ({ send }) => send('GET', who, { as: null })],
  ['grant', 401, ({ send }) => send('POST', path, { body: wrong })],
  ['privilege', 403, ({ send, nobody }) => send('POST', path, { as: nobody, body: wrong })],
  ['missing', 404, ({ send }) => send('PUT', '/_security/profile/unknown/_enable')],
  ['method', 405, ({ send }) => send('DELETE', path)],
  ['media-type', 406, ({ send }) => send('POST', path, { body: '{}', type: 'text/plain' })],
  ['conflict', 409, conflict],
]

const wrong = { grant_type: 'password', username: 'unknown', password: 'whatever' }

function conflict({ update, samples: [{ uid }] }: ConformanceServer) {
  return update(uid, { data: { app1: {} } }, '?if_seq_no=999999999&if_primary_term=1')
}

/** Headers of requests and of answers, and how large a request may be. */
export const headers: readonly ConformanceCase[] = [
  ...answers.map(([id, status, request]): ConformanceCase => ({
    id: `product-${id}`,
    name: `MUST name the product: ${status}, ${id}`,
    evidence: 'S',
    source: 'spec 1.5',
    async fn(server) {
      const answer = await request(server)
      assert.equal(answer.status, status)
      assert.equal(answer.headers.get('x-elastic-product'), 'Elasticsearch')
    },
  })),
  {
    id: 'warning',
    name: 'MUST NOT warn of anything',
    evidence: 'D',
    source: 'spec 1.5',
    async fn({ send, nobody }) {
      const { status, headers } = await send('POST', path, { body: { grant_type: 'password', ...nobody } })
      assert.deepEqual([status, headers.get('warning')], [200, null])
    },
  },
  ...[
    { id: 'success', method: 'GET', uri: who },
    { id: 'error', method: 'DELETE', uri: path },
  ].map(({ id, method, uri }): ConformanceCase => ({
    id: `opaque-id-${id}`,
    name: `MUST repeat X-Opaque-Id in the answer: ${id}`,
    evidence: 'M',
    source: 'spec 1.5',
    async fn({ send }) {
      const { headers } = await send(method, uri, { headers: { 'X-Opaque-Id': 'request 1' } })
      assert.equal(headers.get('x-opaque-id'), 'request 1')
    },
  })),
  {
    id: 'opaque-id-none',
    name: 'MUST NOT make up an X-Opaque-Id',
    evidence: 'M',
    source: 'spec 1.5',
    async fn({ send }) {
      const { headers } = await send('GET', who)
      assert.equal(headers.get('x-opaque-id'), null)
    },
  },
  {
    id: 'traceparent',
    name: 'MUST take a traceparent',
    evidence: 'S',
    source: 'spec 1.5',
    async fn({ send }) {
      assertOk(await send('GET', who, { headers: { traceparent } }))
    },
  },
  ...[
    { name: 'X-Opaque-Id', one: 'one', other: 'two' },
    { name: 'traceparent', one: traceparent, other: traceparent.replace('0af', 'fff') },
  ].flatMap(({ name, one, other }): ConformanceCase[] => [
    {
      id: `repeated-${name}`,
      name: `MUST refuse two values for ${name}`,
      evidence: 'S',
      source: 'spec 1.5',
      needs: 'socket',
      async fn({ sendRaw }) {
        const { status, text } = await sendRaw('GET', who, [
          [name, one],
          [name, other],
        ])
        const error = `multiple values for single-valued header [${name}].`
        assert.deepEqual(JSON.parse(text), { error, status: 400 })
        assert.equal(status, 400)
      },
    },
    {
      id: `repeated-equal-${name}`,
      name: `MUST take the same ${name} twice`,
      evidence: 'S',
      source: 'spec 1.5',
      needs: 'socket',
      async fn({ sendRaw }) {
        const { status, headers } = await sendRaw('GET', who, [
          [name, one],
          [name, one],
        ])
        assert.equal(status, 200)
        const echo = headers.find(([given]) => given.toLowerCase() === 'x-opaque-id')?.[1]
        assert.equal(echo, name === 'X-Opaque-Id' ? one : undefined)
      },
    },
  ]),
  {
    id: 'line-too-long',
    name: 'MUST refuse a request line that is longer than 4096 bytes',
    evidence: 'M',
    source: 'spec 1.5',
    async fn({ send }) {
      const answer = await send('GET', `${who}?${'x'.repeat(4096)}`)
      const reason = 'An HTTP line is larger than 4096 bytes.'
      assertError(answer, 400, 'too_long_http_line_exception', reason)
    },
  },
  {
    id: 'line-long',
    name: 'MUST take a request line of 4,000 bytes: 50 uids and more in one request',
    evidence: 'M',
    source: 'spec 1.5',
    async fn({ send }) {
      const uids = Array.from({ length: 75 }, (_, index) => `u_${'x'.repeat(43)}_${index}`)
      const { status, body } = await send('GET', `/_security/profile/${uids.join(',')}`)
      assert.deepEqual([status, body.errors?.count], [200, 75])
    },
  },
  {
    id: 'headers-too-large',
    name: 'MUST refuse headers that are larger than 16 KB',
    evidence: 'M',
    source: 'spec 1.5',
    needs: 'socket',
    async fn({ sendRaw }) {
      const { status } = await sendRaw('GET', who, [['x-large', 'x'.repeat(17 * 1024)]])
      assert.equal(status, 400)
    },
  },
]
