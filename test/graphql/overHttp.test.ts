import { hash } from 'node:crypto'
import { serverAudits } from 'graphql-http'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { basic, createTestApp, elastic } from '../support/testApp.ts'
import { ask, expectRefused, send } from './ask.ts'

const { fetch, logs, close } = await createTestApp()
afterAll(close)

const viewer = '{ viewer { username } }'
const sound = { data: { viewer: { username: elastic.username } } }
const json = (value: unknown) => ({ body: JSON.stringify(value) })

let logged = 0
beforeEach(() => {
  logged = logs().length
})
afterEach(async () => {
  expect(await ask(fetch, viewer), 'serves on').toMatchObject({ status: 200, ...sound })
  expect(logs().slice(logged), 'nothing went wrong on our side').not.toMatch(/"level":[56]0/)
})

describe('an audit of graphql-http, for an authenticated caller', () => {
  const audits = serverAudits({
    url: 'http://gateway/graphql',
    fetchFn: (url: string, { headers, ...init }: RequestInit = {}) => {
      const { pathname, search } = new URL(url)
      return fetch(pathname + search, {
        ...init,
        headers: { authorization: basic(elastic), ...(headers as Record<string, string>) },
      })
    },
  })

  it('is one of 61', () => {
    expect(audits).toHaveLength(61)
  })

  it.each(audits)('$name', async ({ fn }) => {
    expect(await fn()).toMatchObject({ status: 'ok' })
  })
})

describe('200', () => {
  it.each([
    'application/json',
    'application/json;charset=utf-8',
    'Application/JSON; Charset="UTF-8"',
    'application/json; charset=utf8',
    'application/json;',
    'application/json; odata=verbose; charset=utf-8',
  ])('answers a POST of %s', async (contentType) => {
    const answer = await send(fetch, {
      headers: { 'content-type': contentType },
      ...json({ query: viewer }),
    })
    expect(answer).toMatchObject({ status: 200, ...sound })
  })

  it.each([
    ['application/json', 'application/json'],
    ['application/*', 'application/json'],
    ['*/*', 'application/json'],
    ['image/png, */*;q=0.1', 'application/json'],
    ['application/json; charset=utf-8', 'application/json'],
    ['application/json;charset=utf8', 'application/json'],
    ['application/graphql-response+json', 'application/graphql-response+json'],
    ['application/graphql-response+json; charset="UTF-8", text/plain', 'application/graphql-response+json'],
    ['text/event-stream, application/json', 'application/json'],
  ])('answers accept: %s with %s in UTF-8', async (accept, mediaType) => {
    const answer = await send(fetch, { headers: { accept }, ...json({ query: viewer }) })
    expect(answer).toMatchObject({ status: 200, ...sound })
    expect(answer.headers.get('content-type')).toBe(`${mediaType}; charset=utf-8`)
  })

  it('answers a query by GET, with its variables', async () => {
    const query = 'query ($name: String!) { user(username: $name) { username } }'
    const search = { query, variables: JSON.stringify({ name: 'elastic' }) }
    const answer = await send(fetch, { method: 'GET', headers: { 'content-type': null }, search })
    expect(answer).toMatchObject({ status: 200, data: { user: { username: 'elastic' } } })
  })

  it('takes names, strings and comments beyond ASCII as they are', async () => {
    const answer = await ask(fetch, '# 🙂\nquery ($n: String!) { a: user(username: $n) { username } }', {
      n: '名前🙂',
    })
    expect(answer).toMatchObject({ status: 200, data: { a: null } })
  })

  it('takes U+0000 where nothing is stored: nowhere but in a block string does GraphQL let it through', async () => {
    const query = `{ user(username: """\\u0000""") { username } }`
    expect(await ask(fetch, query)).toMatchObject({ status: 200, data: { user: null } })
  })
})

describe('400', () => {
  it.each([
    ['nothing', ''],
    ['white space', ' \n'],
    ['half an object', '{"query":'],
    ['two values', '{"query":"{viewer{username}}"}{}'],
    ['a trailing comma', '{"query":"{viewer{username}}",}'],
    ['single quotes', "{'query':'{viewer{username}}'}"],
    ['NaN', '{"query":"{viewer{username}}","variables":{"a":NaN}}'],
    ['a duplicate key', '{"query":"{viewer{username}}","query":"{viewer{email}}"}'],
    ['a duplicate key by escape', '{"query":"{viewer{username}}","\\u0071uery":"{viewer{email}}"}'],
    ['a duplicate key below', '{"query":"{viewer{username}}","variables":{"a":{"b":1,"b":2}}}'],
    ['__proto__', '{"query":"{viewer{username}}","__proto__":{}}'],
    ['__proto__ below', '{"query":"{viewer{username}}","variables":{"a":{"__proto__":{}}}}'],
    ['50,000 nested brackets', '['.repeat(50_000)],
    ['50,000 closed brackets', '['.repeat(50_000) + ']'.repeat(50_000)],
    ['50,000 nested braces', '{"query":'.repeat(50_000)],
    [
      '50,000 brackets in variables',
      `{"query":"{viewer{username}}","variables":{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}}`,
    ],
    [
      'a number that would be altered',
      '{"query":"{viewer{username}}","variables":{"a":12345678901234567890}}',
    ],
    ['U+0000 in a variable', '{"query":"{viewer{username}}","variables":{"a":"\\u0000"}}'],
    ['U+0000 in a name', '{"query":"{viewer{username}}","variables":{"\\u0000":1}}'],
    ['a lone surrogate in a variable', '{"query":"{viewer{username}}","variables":{"a":"\\ud83d"}}'],
    ['a lone surrogate in the document', '{"query":"# \\ude00"}'],
    ['a byte order mark', '\uFEFF{"query":"{viewer{username}}"}'],
    ['invalid UTF-8', new Uint8Array([...Buffer.from('{"query":"'), 0xc3, 0x28, ...Buffer.from('"}')])],
    ['UTF-16', new Uint8Array(Buffer.from('{"query":"{viewer{username}}"}', 'utf16le'))],
  ])('refuses a body of %s', async (_, body) => {
    expectRefused(await send(fetch, { body }), 400, 'INVALID_INPUT')
  })

  it.each([
    ['a batch', [{ query: viewer }, { query: viewer }]],
    ['an empty batch', []],
    ['null', null],
    ['a number', 5],
    ['a string', viewer],
    ['an object without a query', {}],
    ['a query that is a number', { query: 5 }],
    ['a query that is a document', { query: { kind: 'Document', definitions: [] } }],
    ['variables that are a list', { query: viewer, variables: [] }],
    ['variables that are text', { query: viewer, variables: '{}' }],
    ['extensions that are text', { query: viewer, extensions: '{}' }],
    ['a parameter that nobody knows', { query: viewer, doc_id: 1 }],
  ])('refuses %s, whichever type is accepted', async (_, value) => {
    for (const accept of ['application/graphql-response+json', 'application/json'])
      expectRefused(await send(fetch, { headers: { accept }, ...json(value) }), 400, 'BAD_REQUEST')
  })

  it('tells whoever only names a document by its hash to send the document', async () => {
    const extensions = { persistedQuery: { version: 1, sha256Hash: hash('sha256', viewer) } }
    const search = { extensions: JSON.stringify(extensions) }
    for (const sent of [json({ extensions }), { method: 'GET', search }]) {
      const answer = await send(fetch, sent)
      expectRefused(answer, 400, 'PERSISTED_QUERY_NOT_SUPPORTED')
      expect(answer.errors?.map(({ message }) => message)).toEqual(['PersistedQueryNotSupported'])
    }
    expect(await send(fetch, json({ query: viewer, extensions }))).toMatchObject({ status: 200, ...sound })
  })

  it.each([
    ['an operation that is not there', { query: 'query A { viewer { username } }', operationName: 'B' }],
    ['an operation name that is an object', { query: viewer, operationName: {} }],
    ['several operations and no name', { query: `query A ${viewer} query B ${viewer}` }],
    ['fragments and no operation', { query: 'fragment A on Viewer { username }' }],
  ])('refuses %s', async (_, value) => {
    expectRefused(await send(fetch, json(value)), 400, 'OPERATION_RESOLUTION_FAILURE')
  })

  it.each([
    ['50,000 nested braces', '{'.repeat(50_000)],
    ['50,000 nested list types', `query ($a: ${'['.repeat(50_000)}`],
    ['a lone surrogate by escape', '{ user(username: "\\ud83d") { username } }'],
    ['a lone surrogate by long escape', '{ user(username: "\\u{d83d}") { username } }'],
    ['an unterminated string', '{ user(username: "a) { username } }'],
  ])('refuses a document with %s', async (_, query) => {
    expectRefused(await ask(fetch, query), 400, 'GRAPHQL_PARSE_FAILED')
  })

  it.each([
    ['U+0000', '{ user(username: "\\u0000") { username } }'],
    ['U+0000 by long escape', '{ user(username: "\\u{0}") { username } }'],
    ['U+0000 in an object', '{ user(username: {a: ["\\u0000"]}) { username } }'],
    ['900 nested lists', `{ user(username: ${'['.repeat(900)}${']'.repeat(900)}) { username } }`],
    ['a field that nobody knows', '{ password }'],
  ])('refuses a document with %s', async (_, query) => {
    expectRefused(await ask(fetch, query), 400, 'GRAPHQL_VALIDATION_FAILED')
  })

  it('refuses a U+0000 that came by GET into a block string', async () => {
    const search = { query: '{ user(username: """\0""") { username } }' }
    expectRefused(await send(fetch, { method: 'GET', search }), 400, 'GRAPHQL_VALIDATION_FAILED')
  })

  it.each([
    ['that are not JSON', { variables: 'a' }],
    ['with a duplicate key', { variables: '{"a":1,"a":2}' }],
    ['with U+0000', { variables: '{"a":"\\u0000"}' }],
    ['with 50,000 brackets', { variables: '['.repeat(50_000) }],
    ['among extensions', { extensions: '{' }],
  ])('refuses variables by GET %s', async (_, search) => {
    const answer = await send(fetch, { method: 'GET', search: { query: viewer, ...search } })
    expectRefused(answer, 400, 'INVALID_INPUT')
    const [name = ''] = Object.keys(search)
    expect(answer.errors?.[0]?.message).toContain(`[${name}] is not the JSON that we take: `)
  })

  it('refuses a subscription: there are none', async () => {
    expectRefused(await ask(fetch, `subscription ${viewer}`), 400, 'GRAPHQL_VALIDATION_FAILED')
  })

  it.each([
    ['is not defined', '{ user(username: $name) { username } }'],
    ['is never used', 'query ($name: String) { viewer { username } }'],
    ['is of the wrong type', 'query ($name: Int!) { user(username: $name) { username } }'],
  ])('names the variable that %s', async (_, query) => {
    const answer = await ask(fetch, query, { name: 1 })
    expectRefused(answer, 400, 'GRAPHQL_VALIDATION_FAILED')
    expect(answer.errors?.[0]?.message).toContain('$name')
  })
})

describe('405', () => {
  it.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD'])(
    'refuses %s, and says what is allowed',
    async (method) => {
      const answer = await send(fetch, { method, ...(method === 'PUT' && json({ query: viewer })) })
      expect(answer.status).toBe(405)
      expect(answer.headers.get('allow')).toBe('GET, POST')
      if (method !== 'HEAD') expectRefused(answer, 405, 'BAD_REQUEST')
    },
  )

  it('refuses a mutation by GET, and does not run it', async () => {
    const search = { query: 'mutation { putRole(name: "by-get", role: {}) { __typename } }' }
    const answer = await send(fetch, { method: 'GET', search })
    expectRefused(answer, 405, 'BAD_REQUEST')
    expect(answer.headers.get('allow')).toBe('POST')
    expect(await ask(fetch, '{ role(name: "by-get") { name } }')).toMatchObject({ data: { role: null } })
  })

  it('refuses a mutation by GET that stands beside a query and is asked for by name', async () => {
    const query = `query A ${viewer} mutation B { deleteRole(name: "a") { __typename } }`
    const answer = await send(fetch, { method: 'GET', search: { query, operationName: 'B' } })
    expectRefused(answer, 405, 'BAD_REQUEST')
  })
})

describe('406', () => {
  it.each([
    'text/plain',
    'application/xml',
    'text/event-stream',
    'multipart/mixed',
    'application/json; charset=iso-8859-1',
    'application/graphql-response+json; charset=utf-16',
    'application/json; q=0',
  ])('refuses to answer with %s', async (accept) => {
    expectRefused(await send(fetch, { headers: { accept }, ...json({ query: viewer }) }), 406, 'BAD_REQUEST')
  })
})

describe('413', () => {
  const mebibyte = 1_048_576
  const bodyOf = (size: number) => {
    const start = `{"query":"${viewer}","variables":{"a":"`
    return `${start}${'a'.repeat(size - start.length - 3)}"}}`
  }

  it('takes a body of 1 MiB', async () => {
    expect(await send(fetch, { body: bodyOf(mebibyte) })).toMatchObject({ status: 200, ...sound })
  })

  it.each([mebibyte + 1, 30 * mebibyte])('refuses a body of %i bytes', async (size) => {
    expectRefused(await send(fetch, { body: bodyOf(size) }), 413, 'TOO_LARGE')
  })
})

describe('415', () => {
  it.each([
    null,
    '',
    'text/plain',
    'text/plain;charset=UTF-8',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=a',
    'application/graphql',
    'application/graphql+json',
    'application/jsonp',
    'application/json; charset=iso-8859-1',
    'application/json; charset=utf-16',
    'application/json; charset=utf-8; charset = utf-16',
    'application/json, application/json',
    'application/vnd.elasticsearch+json; compatible-with=9',
  ])('refuses a POST of %s', async (contentType) => {
    const body = Buffer.from(JSON.stringify({ query: viewer }))
    const answer = await send(fetch, { headers: { 'content-type': contentType }, body })
    expectRefused(answer, 415, 'BAD_REQUEST')
  })
})

describe('a document that comes again, and is not looked at anew', () => {
  const document = `
    query A($name: String!) { user(username: $name) { username } }
    query B { viewer { username } }
    mutation C { deleteUser(username: "nobody") { __typename } }`
  let others = 0

  it.each([
    ['one of its operations', { operationName: 'A', variables: { name: 'elastic' } }],
    ['another one', { operationName: 'B' }],
    ['a mutation', { operationName: 'C' }],
    ['null for what is not needed', { operationName: 'B', variables: null, extensions: null }],
    ['no name', {}],
    ['an empty name', { operationName: '' }],
    ['a name that it has not', { operationName: 'D' }],
    ['a name that is none', { operationName: ['B'] }],
    ['a variable that is missing', { operationName: 'A' }],
    ['a variable of another type', { operationName: 'A', variables: { name: 5 } }],
    ['a variable too many', { operationName: 'B', variables: { more: 1 } }],
    ['variables that are a list', { operationName: 'B', variables: [] }],
    ['extensions that are text', { operationName: 'B', extensions: '{}' }],
    ['a parameter that nobody knows', { operationName: 'B', doc_id: 1 }],
  ])('is answered as the first time: with %s', async (_, params) => {
    const query = `${document} # ${++others}`
    const first = await send(fetch, json({ query, ...params }))
    const again = await send(fetch, json({ query, ...params }))
    expect([again.status, again.text]).toEqual([first.status, first.text])
  })

  it.each([
    ['a field that there is not', '{ nothing }'],
    [
      'too deep',
      `{ __schema { types { fields { type ${'{ ofType '.repeat(20)}{ name }${' }'.repeat(20)} } } } }`,
    ],
    ['too costly', `{ ${Array.from({ length: 101 }, (_, n) => `a${n}: viewer { username }`).join(' ')} }`],
    ['three directives', '{ viewer @skip(if: false) @include(if: true) @include(if: true) { username } }'],
    [
      'two fields that take a credential',
      `mutation ($a: String!) {
        a: changePassword(username: "nobody", password: $a) { __typename }
        b: changePassword(username: "nobody", password: $a) { __typename }
      }`,
    ],
    ['a subscription', 'subscription { viewer { username } }'],
    [
      'a subscription beside a query',
      'query A { viewer { username } } subscription B { viewer { username } }',
    ],
    ['U+0000 in a string', '{ user(username: "\\u0000") { username } }'],
  ])('is refused as the first time: %s', async (_, query) => {
    const params = {
      query,
      variables: { a: 'n3w-p@ssw0rd' },
      operationName: query.startsWith('query') ? 'A' : null,
    }
    const [first, again] = [await send(fetch, json(params)), await send(fetch, json(params))]
    expectRefused(again, 400, 'GRAPHQL_VALIDATION_FAILED')
    expect(again.text).toBe(first.text)
  })

  it('is refused by GET if it is a mutation', async () => {
    expect((await send(fetch, json({ query: document, operationName: 'C' }))).status).toBe(200)
    const search = { query: document, operationName: 'C' }
    const answer = await send(fetch, { method: 'GET', headers: { 'content-type': null }, search })
    expectRefused(answer, 405, 'BAD_REQUEST')
  })
})
