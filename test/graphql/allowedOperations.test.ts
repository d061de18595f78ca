import { hash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getIntrospectionQuery } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { schema } from '../../src/graphql/schema.ts'
import { createAllowedOperations } from '../../src/graphql/allowedOperations.ts'
import { jacknich, loginBackend, provision } from '../support/people.ts'
import { createTestApp, elastic, rest } from '../support/testApp.ts'
import { ask, expectRefused, send } from './ask.ts'

const whoAmI = 'query WhoAmI { viewer { username } }'
const byName = 'query ByName($name: String!) { user(username: $name) { username } }'
const activate = `mutation Activate($grant: GrantInput!) {
  activateProfile(grant: $grant) { ... on Profile { uid } }
}`

const folder = await mkdtemp(join(tmpdir(), 'gateway-'))
const list = join(folder, 'operations.json')
await writeFile(list, JSON.stringify({ whoAmI, byName, activate, __proto: whoAmI }))
const { fetch, logs, close } = await createTestApp({ settings: `graphql.allowed_operations: ${list}` })
beforeAll(() => provision(fetch))
afterAll(async () => {
  await close()
  await rm(folder, { recursive: true })
})

const sha256 = (document: string) => hash('sha256', document)
const post = (params: unknown, accept = 'application/graphql-response+json') =>
  send(fetch, { headers: { accept }, body: JSON.stringify(params) })
const get = (search: Record<string, string>) =>
  send(fetch, { method: 'GET', headers: { 'content-type': null }, search })
const viewer = { status: 200, data: { viewer: { username: 'elastic' } } }

describe('an operation on the list', () => {
  it.each<[string, object]>([
    ['its id', { documentId: 'whoAmI' }],
    ['its hash', { documentId: sha256(whoAmI) }],
    ['its hash with its kind before it', { documentId: `sha256:${sha256(whoAmI)}` }],
    [
      'its hash among extensions',
      { extensions: { persistedQuery: { version: 1, sha256Hash: sha256(whoAmI) } } },
    ],
    ['its id among extensions', { extensions: { persistedQuery: { version: 1, sha256Hash: 'whoAmI' } } }],
    ['its text', { query: whoAmI }],
    [
      'its text, laid out in another way',
      { query: '# mine\nquery   WhoAmI{viewer{\n  username,\n}}', operationName: 'WhoAmI' },
    ],
    ['both', { query: whoAmI, documentId: 'whoAmI' }],
  ])('is run by %s', async (_, params) => {
    for (const accept of ['application/json', 'application/graphql-response+json'])
      expect(await post(params, accept)).toMatchObject(viewer)
  })

  it('is run by GET, with its variables', async () => {
    expect(await get({ documentId: 'whoAmI' })).toMatchObject(viewer)
    const extensions = JSON.stringify({ persistedQuery: { version: 1, sha256Hash: sha256(byName) } })
    const answer = await get({ extensions, variables: '{"name":"jacknich"}' })
    expect(answer).toMatchObject({ status: 200, data: { user: { username: 'jacknich' } } })
  })

  it('is not run by GET if it is a mutation', async () => {
    expectRefused(await get({ documentId: 'activate', variables: '{}' }), 405, 'BAD_REQUEST')
  })

  it('is told what is wrong with its variables, though it is named only', async () => {
    const answer = await post({ documentId: 'byName', variables: { name: ['a'] } })
    expectRefused(answer, 400, 'INVALID_INPUT')
    expect(answer.errors?.[0]?.message).toBe('name: expected String')
  })
})

describe('any other operation', () => {
  it.each<[string, unknown]>([
    ['written out', { query: '{ viewer { email } }' }],
    ['that introspects', { query: getIntrospectionQuery() }],
    ['that names a type', { query: '{ __typename }' }],
    ['that is on the list but for an alias', { query: 'query WhoAmI { a: viewer { username } }' }],
    ['beside one on the list', { query: `${whoAmI} query Other { server { name } }` }],
    ['of an id that nobody knows', { documentId: 'other' }],
    ['of the name of what every object has', { documentId: 'constructor' }],
    ['of __proto__', { documentId: '__proto__' }],
    ['of an id that is none', { documentId: { whoAmI: 1 } }],
    ['of a hash that nobody knows', { extensions: { persistedQuery: { sha256Hash: sha256('{ a }') } } }],
    ['of an id on the list', { query: '{ viewer { email } }', documentId: 'whoAmI' }],
    ['of another id', { query: whoAmI, documentId: 'byName' }],
    ['of an id that nobody knows, on the list', { query: whoAmI, documentId: 'other' }],
    ['that does not parse', { query: '{ "secret-Zc4n4ryZ' }],
    ['longer than any', { query: `${whoAmI} # ${'a'.repeat(70_000)}` }],
    ['without a document', {}],
    ['that is a number', { query: 5 }],
    ['in a batch', [{ query: whoAmI }]],
    ['that is null', null],
  ])('is refused: one %s', async (_, params) => {
    for (const accept of ['application/json', 'application/graphql-response+json']) {
      const answer = await post(params, accept)
      expectRefused(answer, 403, 'OPERATION_NOT_ALLOWED')
      expect(answer.text + logs()).not.toContain('Zc4n4ryZ')
    }
  })

  it('is refused by GET', async () => {
    expectRefused(await get({ query: '{ viewer { email } }' }), 403, 'OPERATION_NOT_ALLOWED')
    expectRefused(await get({ documentId: 'other' }), 403, 'OPERATION_NOT_ALLOWED')
    expectRefused(await get({}), 403, 'OPERATION_NOT_ALLOWED')
  })

  it('is not run: a mutation changes nothing', async () => {
    const query = 'mutation { putRole(name: "other", role: {}) { __typename } }'
    expectRefused(await ask(fetch, query), 403, 'OPERATION_NOT_ALLOWED')
    expect((await rest(fetch, 'GET', '/_security/role/other', elastic)).status).toBe(404)
  })
})

it("the list says nothing of Elasticsearch's address", async () => {
  const grant = { grant_type: 'password', ...jacknich }
  const answer = await rest(fetch, 'POST', '/_security/profile/_activate', loginBackend, grant)
  expect(answer.status).toBe(200)
})

describe('a list with what cannot be run', () => {
  it.each([
    ['does not parse', '{', 'Syntax Error: Expected Name, found <EOF>.'],
    ['asks for what there is not', '{ nobody }', 'Cannot query field "nobody" on type "Query".'],
    ['subscribes', 'subscription { viewer { username } }', 'There are no subscriptions here.'],
    [
      'is beyond the limits',
      `{ ${'__typename '.repeat(101)} }`,
      'An operation may cost at most 1000: ask for fewer fields, above all below lists.',
    ],
  ])('is a problem of the configuration: one that %s', (_, document, problem) => {
    expect(() => createAllowedOperations(schema, [['mine', document]])).toThrow(
      expect.objectContaining({
        code: 'CONFIGURATION',
        problems: [`graphql.allowed_operations: mine: ${problem}`],
      }),
    )
  })

  it('keeps the gateway from starting', async () => {
    await writeFile(list, '{"mine": "{ nobody }"}')
    const starting = createTestApp({ settings: `graphql.allowed_operations: ${list}` })
    await expect(starting).rejects.toMatchObject({ code: 'CONFIGURATION' })
  })
})
