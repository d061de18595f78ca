import fc from 'fast-check'
import { getIntrospectionQuery } from 'graphql'
import { documents, type Document } from './documents.ts'
import { anyJson } from './json.ts'
import { bytesLike, mutated, naughtyText } from './mutations.ts'
import { anyAuthorization } from './rest.ts'
import { placeholders } from './session.ts'
import type { WireRequest } from './wire.ts'

/** What is dear to parse, to validate or to run, or would be. */
const dear: readonly string[] = [
  getIntrospectionQuery(),
  `{ ${'a: viewer { username } '.repeat(300)} }`,
  `{ viewer { ...A } } fragment A on Viewer { ...B } fragment B on Viewer { ...A }`,
  `{ ${'... { '.repeat(400)} __typename ${'}'.repeat(400)} }`,
  `query (${Array.from({ length: 300 }, (_, n) => `$v${n}: Int`).join(' ')}) { __typename }`,
  `{ users(usernames: ${'['.repeat(500)}"a"${']'.repeat(500)}) { username } }`,
  `{ __typename ${'@skip(if: false) '.repeat(200)} }`,
  `{ viewer { ${'username '.repeat(500)} } }`,
  `subscription { viewer { username } }`,
  `{ a: profile(uid: "a") { uid } a: profile(uid: "b") { uid } }`,
]

const sentences: fc.Arbitrary<Document> = fc.oneof(
  { weight: 6, arbitrary: documents },
  {
    weight: 4,
    arbitrary: documents.chain(({ query, variables }) =>
      mutated(fc.constant(query)).map((text) => ({ query: text, variables })),
    ),
  },
  {
    weight: 2,
    arbitrary: documents.chain(({ query, variables }) =>
      mutated(fc.constant(variables)).map((text) => ({ query, variables: text })),
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .oneof(fc.constantFrom(...dear), mutated(fc.constantFrom(...dear)), naughtyText)
      .map((query) => ({ query, variables: '{}' })),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(documents, anyJson).map(([{ query }, variables]) => ({ query, variables })),
  },
)

const operationName = fc.oneof(
  { weight: 6, arbitrary: fc.constant(undefined) },
  fc.constantFrom('"Name"', '"None"', 'null', '""', '7', '{}'),
  naughtyText.map((text) => JSON.stringify(text)),
)

/** Documents and variables, by POST. */
export const graphqlPosts: fc.Arbitrary<WireRequest> = fc
  .record({
    sentence: sentences,
    name: operationName,
    caller: fc.constantFrom('<admin>', '<admin>', '<application>', ...placeholders),
    accept: fc.constantFrom('application/json', 'application/graphql-response+json', '*/*'),
    other: fc.oneof(
      { weight: 8, arbitrary: fc.constant('') },
      anyJson.map((text) => `,"extensions":${text}`),
    ),
  })
  .map(({ sentence: { query, variables }, name, caller, accept, other }) => {
    const operation = name === undefined ? '' : `,"operationName":${name}`
    const text = `{"query":${JSON.stringify(query)},"variables":${variables}${operation}${other}}`
    return posted(Buffer.from(text), [
      ['authorization', caller],
      ['accept', accept],
      ['content-type', 'application/json'],
    ])
  })

/** Bodies that are no operations, and headers that go with none. */
export const graphqlBodies: fc.Arbitrary<WireRequest> = fc
  .record({
    body: bytesLike(
      fc.oneof(
        anyJson,
        mutated(fc.constant('{"query":"{ viewer { username } }","variables":{"a":1},"operationName":null}')),
        anyJson.map((text) => `{"query":${text}}`),
        documents.map(({ query }) => `[{"query":${JSON.stringify(query)}}]`),
      ),
    ),
    authorization: anyAuthorization,
    type: fc.oneof(
      { weight: 6, arbitrary: fc.constant('application/json') },
      fc.constantFrom(
        'application/json; charset=utf-16',
        'application/graphql',
        'multipart/form-data; boundary=a',
        'text/plain',
      ),
      fc.constantFrom(
        'application/x-www-form-urlencoded',
        'application/json;',
        'APPLICATION/JSON; charset="UTF-8"',
        '',
      ),
    ),
    accept: fc.oneof(
      { weight: 3, arbitrary: fc.constant('*/*') },
      fc.constantFrom(
        'text/html',
        'text/event-stream',
        'application/json;q=0',
        'multipart/mixed',
        ',,;;',
        '',
      ),
    ),
    method: fc.constantFrom('POST', 'POST', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD', 'PATCH'),
  })
  .map(({ body, authorization, type, accept, method }) => ({
    ...posted(body, [
      ['authorization', authorization],
      ['accept', accept],
      ['content-type', type],
    ]),
    method,
  }))

/** By GET. */
export const graphqlGets: fc.Arbitrary<WireRequest> = fc
  .record({
    sentence: sentences,
    name: operationName,
    caller: fc.constantFrom('<admin>', ...placeholders),
    accept: fc.constantFrom('application/json', 'application/graphql-response+json', '*/*'),
    others: fc.array(
      fc.tuple(fc.constantFrom('query', 'variables', 'extensions', 'operationName', '', '%'), naughtyText),
      { maxLength: 2 },
    ),
  })
  .chain(({ sentence: { query, variables }, name, caller, accept, others }) => {
    const pairs = [['query', query], ['variables', variables], ...others].map(pairOf)
    const target = `/graphql?${[...pairs, ...(name === undefined ? [] : [pairOf(['operationName', name])])].join('&')}`
    return fc
      .oneof({ weight: 4, arbitrary: fc.constant(target) }, mutated(fc.constant(target)))
      .map((text) => ({
        method: 'GET',
        target: firstLine(text),
        headers: [['authorization', caller] as const, ['accept', accept] as const],
        body: null,
      }))
  })

function posted(body: Buffer, headers: WireRequest['headers']): WireRequest {
  return { method: 'POST', target: '/graphql', headers, body }
}

function pairOf([name = '', value = '']: readonly string[]): string {
  return `${name}=${encodeURIComponent(value.toWellFormed())}`
}

/** The headers may have 16 KiB. */
function firstLine(text: string): string {
  const bytes = Buffer.from(text).toString('latin1')
  const target = bytes.replaceAll(/[\0-\x20\x7f]/g, '').slice(0, 12_000)
  return target.startsWith('/graphql') ? target : `/graphql?${target}`
}
