import assert from 'node:assert/strict'
import { assertOk, assertSimpleError } from '../answer.ts'
import type { ConformanceCase, Evidence } from '../case.ts'

const activate = '/_security/profile/_activate'

/** Paths, a method that each lacks, and those that it has. */
const wrongMethods: readonly (readonly [method: string, uri: string, allowed: string, evidence: Evidence])[] =
  [
    ['PUT', activate, 'GET POST', 'inf'],
    ['DELETE', activate, 'GET POST', 'inf'],
    ['DELETE', `${activate}?pretty=false&x=%20`, 'GET POST', 'inf'],
    ['PUT', '/_security/profile/some-uid', 'GET', 'S'],
    ['POST', '/_security/profile/some-uid,other?data=*', 'GET', 'S'],
    ['GET', '/_security/profile/some-uid/_data', 'POST PUT', 'S'],
    ['DELETE', '/_security/profile/some-uid/_data', 'POST PUT', 'S'],
    ['GET', '/_security/profile/some-uid/_enable', 'POST PUT', 'S'],
    ['DELETE', '/_security/profile/some-uid/_disable', 'POST PUT', 'S'],
  ]

const unknown: readonly (readonly [method: string, uri: string])[] = [
  ['GET', '/nowhere'],
  ['POST', '/nowhere/at/all?x=%20&y'],
  ['POST', `${activate}/more`],
  ['PUT', '/_security/profile/some-uid/_date'],
  ['DELETE', '/_security'],
]

/** Where requests lead. */
export const routing: readonly ConformanceCase[] = [
  ...wrongMethods.map(([method, uri, allowed, evidence]): ConformanceCase => ({
    id: `method-${method}-${uri}`,
    name: `MUST refuse ${method} ${uri}, and tell that there are ${allowed}`,
    evidence,
    source: 'spec 1.6',
    async fn({ send }) {
      const answer = await send(method, uri)
      const named = /, allowed: \[(.*)\]"/.exec(answer.text)?.[1] ?? ''
      const error = `Incorrect HTTP method for uri [${uri}] and method [${method}], allowed: [${named}]`
      assertSimpleError(answer, 405, error)
      assert.equal(sorted(named.split(', ')), allowed)
      assert.equal(sorted(answer.headers.get('allow')?.split(/, ?/)), allowed)
    },
  })),
  ...[
    { uri: activate, allowed: 'GET POST' },
    { uri: '/_security/profile/some-uid/_data', allowed: 'POST PUT' },
  ].map(({ uri, allowed }): ConformanceCase => ({
    id: `options-${uri}`,
    name: `MUST answer OPTIONS ${uri} with the methods that there are: ${allowed}`,
    evidence: 'S',
    source: 'spec 1.6',
    async fn({ send }) {
      const { status, text, headers } = await send('OPTIONS', uri)
      assert.deepEqual([status, text], [200, ''])
      assert.match(headers.get('content-type') ?? '', /^text\/plain/)
      assert.equal(sorted(headers.get('allow')?.split(/, ?/)), allowed)
    },
  })),
  {
    id: 'options-unknown',
    name: 'MUST answer OPTIONS of an unknown path with nothing, not even an Allow',
    evidence: 'S',
    source: 'spec 1.6',
    async fn({ send }) {
      const { status, text, headers } = await send('OPTIONS', '/nowhere')
      assert.deepEqual([status, text, headers.get('allow')], [200, '', null])
    },
  },
  ...unknown.map(([method, uri]): ConformanceCase => ({
    id: `no-handler-${method}-${uri}`,
    name: `MUST answer 400 without a status inside to ${method} ${uri}`,
    evidence: 'S',
    source: 'spec 1.6',
    async fn({ send }) {
      const { status, body } = await send(method, uri)
      assert.deepEqual(body, { error: `no handler found for uri [${uri}] and method [${method}]` })
      assert.equal(status, 400)
    },
  })),
  ...['_activate', '_anything', 'word'].map((word): ConformanceCase => ({
    id: `trap-${word}`,
    name: `MUST take GET /_security/profile/${word} for the question after a profile`,
    evidence: 'inf',
    source: 'spec 1.6',
    async fn({ send }) {
      const notFound = { type: 'resource_not_found_exception', reason: 'profile document not found' }
      const errors = { count: 1, details: { [word]: notFound } }
      assertOk(await send('GET', `/_security/profile/${word}`), { profiles: [], errors })
    },
  })),
  ...['_suggest', '_has_privileges'].flatMap((word) =>
    ['GET', 'POST'].map((method): ConformanceCase => ({
      id: `known-${method}-${word}`,
      name: `MUST NOT take ${method} /_security/profile/${word} for the question after a profile`,
      evidence: 'S',
      source: 'spec 3.2, 3.5',
      async fn({ send }) {
        const { status, body, text } = await send(method, `/_security/profile/${word}`)
        assert.equal(word in (body.errors?.details ?? {}), false)
        assert.ok(status === 200 || status === 400)
        assert.doesNotMatch(text, /no handler found/)
      },
    })),
  ),
]

function sorted(methods: readonly string[] = []): string {
  return methods.toSorted().join(' ')
}
