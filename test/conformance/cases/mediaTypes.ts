import assert from 'node:assert/strict'
import { assertErrorWith, assertOk, assertSimpleError } from '../answer.ts'
import type { ConformanceCase } from '../case.ts'
import type { ConformanceServer } from '../server.ts'

const path = '/_security/profile/_activate'
const both =
  'A compatible version is required on both Content-Type and Accept headers if either one has requested'
const json = 'application/json'

function vnd(version: number): string {
  return `application/vnd.elasticsearch+json; compatible-with=${version}`
}

/** The versions of the wire, by their names here. */
type Versions = Readonly<Record<'current' | 'previous' | 'older', number>>

interface Negotiated {
  accept: string
  /** Null: there is none. */
  type: string | null
}

/** What stands in the two headers of a request with a body, and what is said of it. */
const refused: readonly (readonly [
  id: string,
  what: string,
  headers: (versions: Versions) => Negotiated,
  reason: (versions: Versions, headers: Negotiated) => string,
])[] = [
  [
    'accept-older',
    'an Accept of an older version',
    ({ older }) => ({ accept: vnd(older), type: vnd(older) }),
    ({ older, ...known }, { accept }) =>
      `Accept version ${range(known)}, but found ${older}. Accept=${accept}`,
  ],
  [
    'accept-newer',
    'an Accept of a version to come',
    ({ current }) => ({ accept: vnd(current + 1), type: json }),
    (known, { accept }) => `Accept version ${range(known)}, but found ${known.current + 1}. Accept=${accept}`,
  ],
  [
    'type-older',
    'a Content-Type of an older version',
    ({ current, older }) => ({ accept: vnd(current), type: vnd(older) }),
    (known, { type }) =>
      `Content-Type version ${range(known)}, but found ${known.older}. Content-Type=${type}`,
  ],
  [
    'type-newer-alone',
    'a Content-Type of a version to come and an Accept without one',
    ({ current }) => ({ accept: json, type: vnd(current + 1) }),
    (known, { type }) =>
      `Content-Type version ${range(known)}, but found ${known.current + 1}. Content-Type=${type}`,
  ],
  [
    'previous-current',
    'an Accept of the previous version and a Content-Type of the current one',
    ({ current, previous }) => ({ accept: vnd(previous), type: vnd(current) }),
    differ,
  ],
  [
    'current-previous',
    'an Accept of the current version and a Content-Type of the previous one',
    ({ current, previous }) => ({ accept: vnd(current), type: vnd(previous) }),
    differ,
  ],
  [
    'none-previous',
    'an Accept without a version, which counts as the current one, and a Content-Type of the previous one',
    ({ previous }) => ({ accept: json, type: vnd(previous) }),
    differ,
  ],
  [
    'previous-none',
    'an Accept of the previous version and a Content-Type without one, which counts as the current one',
    ({ previous }) => ({ accept: vnd(previous), type: json }),
    differ,
  ],
  [
    'none-current',
    'an Accept without a version and a Content-Type of the current one',
    ({ current }) => ({ accept: json, type: vnd(current) }),
    onlyOne,
  ],
  [
    'current-none',
    'an Accept of the current version and a Content-Type without one',
    ({ current }) => ({ accept: vnd(current), type: json }),
    onlyOne,
  ],
  [
    'current-missing',
    'an Accept of the current version and no Content-Type',
    ({ current }) => ({ accept: vnd(current), type: null }),
    onlyOne,
  ],
  [
    'previous-missing',
    'an Accept of the previous version and no Content-Type',
    ({ previous }) => ({ accept: vnd(previous), type: null }),
    differ,
  ],
  [
    'older-behind',
    'an older version that stands behind another parameter',
    ({ older }) => ({
      accept: `application/vnd.elasticsearch+json; charset=utf-8; compatible-with=${older}`,
      type: json,
    }),
    ({ older, ...known }, { accept }) =>
      `Accept version ${range(known)}, but found ${older}. Accept=${accept}`,
  ],
  [
    'ndjson-older',
    'an older version of another media type',
    ({ current, older }) => ({
      accept: vnd(current),
      type: `application/vnd.elasticsearch+x-ndjson;compatible-with=${older}`,
    }),
    (known, { type }) =>
      `Content-Type version ${range(known)}, but found ${known.older}. Content-Type=${type}`,
  ],
]

function range({ current, previous }: Omit<Versions, 'older'>): string {
  return `must be either version ${current} or ${previous}`
}

function differ(_: Versions, { accept, type }: Negotiated): string {
  return `${both} a compatible version and the compatible versions must match. Accept=${accept}, Content-Type=${type ?? 'null'}`
}

function onlyOne(_: Versions, { accept, type }: Negotiated): string {
  return `${both} a compatible version. Accept=${accept}, Content-Type=${type ?? 'null'}`
}

/** What real clients send with a body. */
const clients = [
  { id: 'js', what: 'elasticsearch-js', accept: (type: string) => `${type},text/plain`, older: 0 },
  {
    id: 'js-previous',
    what: 'elasticsearch-js, previous',
    accept: (type: string) => `${type},text/plain`,
    older: 1,
  },
  { id: 'py', what: 'elasticsearch-py', accept: (type: string) => type, older: 0 },
]

/** Bodies by their media types, and the versions of the wire. */
export const mediaTypes: readonly ConformanceCase[] = [
  ...[
    { id: 'json', type: json },
    { id: 'charset', type: 'application/json; charset=UTF-8' },
    { id: 'charset-close', type: 'application/json;charset=utf-8' },
    { id: 'case', type: 'Application/JSON' },
  ].map(({ id, type }): ConformanceCase => ({
    id: `type-${id}`,
    name: `MUST take a body of type ${type}`,
    evidence: 'M',
    source: 'spec 1.5',
    async fn(server) {
      assertOk(await activation(server, { type }))
    },
  })),
  {
    id: 'type-missing',
    name: 'MUST NOT take a body without a type',
    evidence: 'S',
    source: 'spec 1.5',
    async fn(server) {
      assertSimpleError(await activation(server, { type: null }), 406, 'Content-Type header is missing')
    },
  },
  ...[
    'text/plain',
    'text/plain; charset=UTF-8',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'application/graphql-response+json',
  ].map((type): ConformanceCase => ({
    id: `type-${type}`,
    name: `MUST NOT take a body of type ${type}`,
    evidence: 'S',
    source: 'spec 1.5',
    async fn(server) {
      assertSimpleError(
        await activation(server, { type }),
        406,
        `Content-Type header [${type}] is not supported`,
      )
    },
  })),
  {
    id: 'type-without-body',
    name: 'MUST NOT look at the type where there is no body',
    evidence: 'S',
    source: 'spec 1.5',
    async fn({ send, samples: [{ uid }] }) {
      assertOk(await send('GET', `/_security/profile/${uid}`, { type: 'text/plain' }))
    },
  },
  ...clients.map(({ id, what, accept, older }): ConformanceCase => ({
    id: `client-${id}`,
    name: `MUST take what ${what} sends, and answer in the versioned type`,
    evidence: 'D',
    source: 'spec 1.5, 10',
    async fn(server) {
      const version = server.major - older
      const answer = await activation(server, { type: vnd(version), accept: accept(vnd(version)) })
      assertOk(answer)
      const answered = `application/vnd.elasticsearch+json;compatible-with=${version}`
      assert.equal(answer.headers.get('content-type'), answered)
    },
  })),
  {
    id: 'version-behind',
    name: 'MUST take a version that stands behind another parameter',
    evidence: 'inf',
    source: 'spec 1.5',
    async fn(server) {
      const type = `application/vnd.elasticsearch+json; charset=UTF-8; compatible-with=${server.major}`
      assertOk(await activation(server, { type, accept: vnd(server.major) }))
    },
  },
  {
    id: 'client-error',
    name: 'MUST tell of an error in the versioned type, too',
    evidence: 'M',
    source: 'spec 1.5',
    async fn({ send, major }) {
      const headers = { accept: `${vnd(major)},text/plain` }
      const answer = await send('POST', path, { body: {}, type: vnd(major), headers })
      const answered = `application/vnd.elasticsearch+json;compatible-with=${major}`
      assert.deepEqual([answer.status, answer.headers.get('content-type')], [400, answered])
    },
  },
  ...[undefined, '*/*', json].map((accept): ConformanceCase => ({
    id: `accept-${accept ?? 'none'}`,
    name: `MUST answer as application/json where Accept is ${accept ?? 'left out'}`,
    evidence: 'M',
    source: 'spec 1.5',
    async fn(server) {
      const answer = await activation(server, { ...(accept && { accept }) })
      assertOk(answer)
      assert.equal(answer.headers.get('content-type'), json)
    },
  })),
  ...[0, 1].map((older): ConformanceCase => ({
    id: `accept-versioned-${older === 0 ? 'current' : 'previous'}`,
    name: `MUST take an Accept of the ${older === 0 ? 'current' : 'previous'} version where there is no body`,
    evidence: 'S',
    source: 'spec 1.5',
    async fn({ send, major, samples: [{ uid }] }) {
      assertOk(await send('GET', `/_security/profile/${uid}`, { headers: { accept: vnd(major - older) } }))
    },
  })),
  {
    id: 'version-type-without-body',
    name: 'MUST NOT look at the version of the type where there is no body',
    evidence: 'S',
    source: 'spec 1.5',
    async fn({ send, major, samples: [{ uid }] }) {
      assertOk(await send('GET', `/_security/profile/${uid}`, { type: vnd(major - 2) }))
    },
  },
  {
    id: 'version-accept-without-body',
    name: 'MUST refuse an Accept of an older version where there is no body, too',
    evidence: 'S',
    source: 'spec 1.5',
    async fn({ send, major, samples: [{ uid }] }) {
      const headers = { accept: vnd(major - 2) }
      const { status, body } = await send('GET', `/_security/profile/${uid}`, { headers })
      assert.equal(status, 400)
      assert.match(body.error.caused_by?.reason ?? '', /^Accept version must be either version /)
    },
  },
  ...refused.map(([id, what, headersOf, reasonOf]): ConformanceCase => ({
    id: `version-${id}`,
    name: `MUST refuse ${what}`,
    evidence: 'M',
    source: 'spec 1.5',
    async fn(server) {
      const { major } = server
      const versions = { current: major, previous: major - 1, older: major - 2 }
      const headers = headersOf(versions)
      const answer = await activation(server, headers)
      const reason = 'Invalid media-type value on headers [Accept, Content-Type]'
      assertErrorWith(answer, 400, 'media_type_header_exception', reason)
      const { caused_by: cause } = answer.body.error
      assert.deepEqual(cause, { type: 'status_exception', reason: reasonOf(versions, headers) })
    },
  })),
]

function activation(
  { send, nobody }: ConformanceServer,
  { type, accept }: { type?: string | null; accept?: string },
) {
  const body = { grant_type: 'password', ...nobody }
  return send('POST', path, {
    body,
    ...(type !== undefined && { type }),
    ...(accept && { headers: { accept } }),
  })
}
