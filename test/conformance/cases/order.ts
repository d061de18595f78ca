import assert from 'node:assert/strict'
import { assertErrorWith, assertSimpleError, assertUnauthenticated } from '../answer.ts'
import type { ConformanceCase, Evidence } from '../case.ts'
import type { Sending } from '../wire.ts'

const path = '/_security/profile/_activate'
const data = '/_security/profile/unknown/_data'
const accept = { accept: 'application/vnd.elasticsearch+json; compatible-with=1' }
const parameter = `${path}?unknown`

/** Two things are wrong with each request: which of them is told. Later rows are about later checks. */
const rows: readonly (readonly [
  first: string,
  then: string,
  evidence: Evidence,
  request: readonly [method: string, path: string, sending: Sending, as?: 'nobody'],
  told: readonly [status: number, type: string],
])[] = [
  ['versions', 'path', 'inf', ['GET', '/nowhere', { headers: accept }], [400, 'media_type_header_exception']],
  ['versions', 'method', 'inf', ['DELETE', path, { headers: accept }], [400, 'media_type_header_exception']],
  [
    'versions',
    'media type',
    'inf',
    ['POST', path, { headers: accept, body: '{', type: 'text/plain' }],
    [400, 'media_type_header_exception'],
  ],
  ['body', 'parameters', 'S', ['POST', parameter, { body: '[]' }], [400, 'x_content_parse_exception']],
  ['body', 'privilege', 'inf', ['POST', path, { body: '[]' }, 'nobody'], [400, 'x_content_parse_exception']],
  ['parameters', 'grant', 'S', ['POST', parameter, { body: {} }], [400, 'illegal_argument_exception']],
  [
    'parameters',
    'privilege',
    'inf',
    ['POST', parameter, { body: {} }, 'nobody'],
    [400, 'illegal_argument_exception'],
  ],
  [
    'parameters',
    'uid',
    'S',
    ['GET', '/_security/profile/%20?unknown', {}],
    [400, 'illegal_argument_exception'],
  ],
  [
    'uid',
    'privilege',
    'M',
    ['GET', '/_security/profile/%20', {}, 'nobody'],
    [400, 'action_request_validation_exception'],
  ],
  [
    'change',
    'privilege',
    'M',
    ['PUT', data, { body: {} }, 'nobody'],
    [400, 'action_request_validation_exception'],
  ],
  [
    'privilege',
    'uid',
    'inf',
    ['PUT', data, { body: { data: { app: 1 } } }, 'nobody'],
    [403, 'security_exception'],
  ],
  [
    'privilege',
    'profile',
    'inf',
    ['PUT', '/_security/profile/unknown/_enable', {}, 'nobody'],
    [403, 'security_exception'],
  ],
]

/** Which error wins. That the caller comes before everything else is part of the activation contract. */
export const order: readonly ConformanceCase[] = [
  ...rows.map(([first, then, evidence, [method, uri, sending, as], [status, type]]): ConformanceCase => ({
    id: `order-${first}-${then}-${method}`,
    name: `MUST look at the ${first} before the ${then}: ${method} ${uri}`,
    evidence,
    source: 'spec 1.1',
    async fn({ send, nobody }) {
      const answer = await send(method, uri, { ...sending, ...(as && { as: nobody }) })
      assert.equal(answer.status, status, answer.text)
      assert.equal(answer.body.error.type, type)
    },
  })),
  {
    id: 'order-caller-versions',
    name: 'MUST ask who is calling before it looks at the versions',
    evidence: 'M',
    source: 'spec 1.1',
    async fn({ send }) {
      const answer = await send('POST', path, { as: null, headers: accept, body: {} })
      assertUnauthenticated(answer, `missing authentication credentials for REST request [${path}]`)
    },
  },
  {
    id: 'order-path-media-type',
    name: 'MUST look at the path before the media type of the body',
    evidence: 'inf',
    source: 'spec 1.1',
    async fn({ send }) {
      const { status, body } = await send('POST', '/nowhere', { body: '{', type: 'text/plain' })
      assert.deepEqual(body, { error: 'no handler found for uri [/nowhere] and method [POST]' })
      assert.equal(status, 400)
    },
  },
  {
    id: 'order-method-media-type',
    name: 'MUST look at the method before the media type of the body',
    evidence: 'inf',
    source: 'spec 1.1',
    async fn({ send }) {
      const { status } = await send('PUT', path, { body: '{', type: 'text/plain' })
      assert.equal(status, 405)
    },
  },
  ...[
    { id: 'body', uri: path, evidence: 'S' } as const,
    { id: 'parameters', uri: parameter, evidence: 'inf' } as const,
  ].map(({ id, uri, evidence }): ConformanceCase => ({
    id: `order-media-type-${id}`,
    name: `MUST look at the media type before the ${id}`,
    evidence,
    source: 'spec 1.1',
    async fn({ send }) {
      const answer = await send('POST', uri, { body: '{', type: 'text/plain' })
      assertSimpleError(answer, 406, 'Content-Type header [text/plain] is not supported')
    },
  })),
  {
    id: 'order-error-trace-body',
    name: 'MUST look at error_trace, which is a boolean, before the body',
    evidence: 'inf',
    source: 'spec 1.4',
    async fn({ send }) {
      const answer = await send('POST', `${path}?error_trace=maybe`, { body: '{' })
      const error = 'Failed to parse value [maybe] as only [true] or [false] are allowed.'
      assertSimpleError(answer, 400, error)
    },
  },
  {
    id: 'order-validation-first-problem',
    name: 'MUST tell of a body that does not parse before it tells of a grant that is not valid',
    evidence: 'S',
    source: 'spec 1.1',
    async fn({ send }) {
      const answer = await send('POST', path, { body: { grant_type: 'x', unknown: 1 } })
      assertErrorWith(answer, 400, 'x_content_parse_exception', /unknown field \[unknown\]/)
    },
  },
]
