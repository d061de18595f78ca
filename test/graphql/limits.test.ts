import { getIntrospectionQuery } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { schema } from '../../src/graphql/schema.ts'
import { jacknich, provision } from '../support/people.ts'
import { createTestApp, elastic, rest } from '../support/testApp.ts'
import { ask, expectRefused, send, type Answer } from './ask.ts'

const { fetch, run, close } = await createTestApp()
beforeAll(() => provision(fetch))
afterAll(close)

const aliases = (count: number, field: string) =>
  Array.from({ length: count }, (_, n) => `a${n}: ${field}`).join(' ')

function expectInvalid(answer: Answer, message: string) {
  expectRefused(answer, 400, 'GRAPHQL_VALIDATION_FAILED')
  expect(answer.errors?.map((error) => error.message)).toContain(message)
}

describe('one field that takes a credential', () => {
  const tooMany = 'A document may have one field that takes a credential.'
  const variables = { grant: { password: jacknich }, user: { password: 'n3w-p@ssw0rd', roles: [] } }
  const activate = 'activateProfile(grant: $grant) { __typename }'
  const change = 'changePassword(username: "a", password: "n3w-p@ssw0rd") { __typename }'
  const put = 'putUser(username: "a", user: $user) { __typename }'
  const run = (document: string) => ask(fetch, document, variables)

  it('is what every mutation with a credential among its arguments is', () => {
    const fields = Object.values(schema.getMutationType()?.getFields() ?? {})
    const taking = fields.filter(({ extensions }) => extensions.takesCredential)
    expect(taking.map(({ name }) => name)).toEqual([
      'activateProfile',
      'putUser',
      'changePassword',
      'createToken',
      'refreshToken',
      'invalidateTokens',
      'explainGrant',
    ])
  })

  it.each([
    ['aliases', `mutation ($grant: GrantInput!) { a: ${activate} b: ${activate} }`],
    ['a repetition', `mutation ($grant: GrantInput!) { ${activate} ${activate} }`],
    ['125 aliases', `mutation { ${aliases(125, change)} }`],
    ['different fields', `mutation ($grant: GrantInput!, $user: UserInput!) { ${activate} ${put} }`],
    ['inline fragments', `mutation ($user: UserInput!) { ... { ${change} } ... on Mutation { ${put} } }`],
    [
      'nested inline fragments',
      `mutation ($grant: GrantInput!) { ${activate} ... { ... { ... on Mutation { b: ${activate} } } } }`,
    ],
    [
      'two fragments',
      `mutation { ...A ...B } fragment A on Mutation { a: ${change} } fragment B on Mutation { b: ${change} }`,
    ],
    [
      'a fragment within a fragment',
      `mutation { ...A } fragment A on Mutation { a: ${change} ...B } fragment B on Mutation { b: ${change} }`,
    ],
    ['a fragment beside a field', `mutation { ${change} ...B } fragment B on Mutation { b: ${change} }`],
    [
      'directives that leave one out',
      `mutation { a: ${change} b: ${change.replace('{', '@skip(if: true) {')} }`,
    ],
    [
      'directives that leave all out',
      `mutation ($no: Boolean = false) { ... @include(if: $no) { a: ${change} } ... @include(if: $no) { b: ${change} } }`,
    ],
    ['a field between them', `mutation { a: ${change} deleteRole(name: "a") { __typename } b: ${change} }`],
  ])('is the only one: refuses %s', async (_, document) => {
    expectInvalid(await run(document), tooMany)
  })

  it('is the only one: refuses two operations, whichever is run', async () => {
    const query = `mutation A { ${change} } mutation B { ${change} }`
    for (const operationName of ['A', 'B']) {
      expectInvalid(await send(fetch, { body: JSON.stringify({ query, operationName }) }), tooMany)
    }
  })

  it('is the only one: refuses an operation that is not even run', async () => {
    const query = `query A { viewer { username } } mutation B { a: ${change} b: ${change} }`
    expectInvalid(await send(fetch, { body: JSON.stringify({ query, operationName: 'A' }) }), tooMany)
  })

  it.each([
    ['alone', `mutation ($grant: GrantInput!) { ${activate} }`],
    ['with fields that take none', `mutation { ${change} deleteRole(name: "a") { __typename } }`],
    ['in a fragment', `mutation { ...A } fragment A on Mutation { ${change} }`],
    ['in a fragment that is spread twice', `mutation { ...A ...A } fragment A on Mutation { ${change} }`],
  ])('is run %s', async (_, document) => {
    const answer = await run(document)
    expect(answer.errors).toBeUndefined()
    expect(answer).toMatchObject({ status: 200, data: expect.anything() as unknown })
  })
})

describe.each(['POST', 'GET'])('by %s', (method) => {
  const run = (query: string) =>
    method === 'GET' ? send(fetch, { method, search: { query } }) : ask(fetch, query)

  describe('a document of 2,000 tokens', () => {
    const ofTokens = (count: number) => `{ users(usernames: [${'"a"'.repeat(count - 12)}]) { username } }`

    it('is run', async () => {
      expect(await run(ofTokens(2_000))).toMatchObject({
        status: 200,
        data: { users: expect.anything() as unknown },
      })
    })

    it('is the longest', async () => {
      const answer = await run(ofTokens(2_001))
      expectRefused(answer, 400, 'GRAPHQL_PARSE_FAILED')
      expect(answer.errors?.[0]?.message).toMatch(/2000 tokens/)
    })
  })

  describe('selections nested 20 deep', () => {
    const tooDeep = 'Selections may nest at most 20 deep.'
    const within = (levels: number, inner: string) =>
      `${'ofType { '.repeat(levels)}${inner}${' }'.repeat(levels)}`

    it.each([
      ['fields', `{ __schema { types { ${within(17, 'name')} } } }`],
      [
        'fields within inline fragments',
        `{ ... { __schema { types { ... { ${within(17, '... { name }')} } } } } }`,
      ],
      [
        'fragments',
        `{ __schema { types { ...A } } } fragment A on __Type { ${within(9, '...B')} }
         fragment B on __Type { ${within(8, 'name')} }`,
      ],
      [
        'a fragment that stands at different depths',
        `{ __schema { types { ...A ${within(9, '...A')} } } } fragment A on __Type { ${within(8, 'name')} }`,
      ],
    ])('are run, by %s', async (_, document) => {
      expect(await run(document)).toMatchObject({
        status: 200,
        data: { __schema: expect.anything() as unknown },
      })
    })

    it.each([
      ['fields', `{ __schema { types { ${within(18, 'name')} } } }`],
      [
        'fields within inline fragments',
        `{ ... { __schema { types { ... { ${within(18, '... { name }')} } } } } }`,
      ],
      [
        'fragments',
        `{ __schema { types { ...A } } } fragment A on __Type { ${within(9, '...B')} }
         fragment B on __Type { ${within(9, 'name')} }`,
      ],
      [
        'a fragment that stands at different depths',
        `{ __schema { types { ...A ${within(10, '...A')} } } } fragment A on __Type { ${within(8, 'name')} }`,
      ],
    ])('are the deepest, by %s', async (_, document) => {
      expectInvalid(await run(document), tooDeep)
    })
  })

  it('the deepest introspection query that tools send is run', async () => {
    const options = {
      inputValueDeprecation: true,
      oneOf: true,
      schemaDescription: true,
      specifiedByUrl: true,
    }
    const answer = await run(getIntrospectionQuery(options))
    expect(answer).toMatchObject({ status: 200, data: { __schema: expect.anything() as unknown } })
  })

  it.each([
    ['by aliases', (n: number) => `{ ${aliases(n, '__schema { types { name } }')} }`],
    ['within one description', (n: number) => `{ __schema { ${aliases(n, 'types { name }')} } }`],
  ])('all types are described twice at most, %s', async (_, document) => {
    expect(await run(document(2))).toMatchObject({ status: 200 })
    expectInvalid(
      await run(document(3)),
      'An operation may cost at most 1000: ask for fewer fields, above all below lists.',
    )
  })

  it.each([
    ['at once', '{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }'],
    [
      'by fragments',
      `{ __schema { types { ...A } } } fragment A on __Type { fields { type { ...B } } }
       fragment B on __Type { fields { type { ...C } } } fragment C on __Type { fields { name } }`,
    ],
    [
      'by possible types',
      '{ __type(name: "Error") { possibleTypes { interfaces { possibleTypes { interfaces { name } } } } } }',
    ],
  ])('introspection that goes in circles %s is refused', async (_, document) => {
    expectInvalid(await run(document), 'Maximum introspection depth exceeded')
  })
})

describe('application data', () => {
  const change =
    'mutation ($uid: ID!, $data: JSONObject) { updateProfileData(uid: $uid, data: $data) { __typename } }'
  const selections = (count: number, uid: string, inner: string) =>
    Array.from({ length: count }, (_, n) => `a${n}: profile(uid: "${uid}") { ${inner} }`).join(' ')

  /** The uid of a profile with this much data. */
  async function profileOf(bytes: number): Promise<string> {
    const activate =
      'mutation ($grant: GrantInput!) { activateProfile(grant: $grant) { ... on Profile { uid } } }'
    const { data } = await ask(fetch, activate, { grant: { password: jacknich } })
    const { uid } = (data as { activateProfile: { uid: string } }).activateProfile
    for (const app of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'].slice(0, Math.ceil(bytes / 1_000_000))) {
      const answer = await ask(fetch, change, { uid, data: { [app]: 'x'.repeat(1_000_000) } })
      expect(answer.errors).toBeUndefined()
    }
    return uid
  }

  it.each([
    ['aliases', (uid: string) => `{ ${selections(40, uid, 'data(keys: ["*"])')} }`],
    [
      'a fragment',
      (uid: string) => `{ ${selections(40, uid, '...A')} } fragment A on Profile { data(keys: ["*"]) }`,
    ],
  ])('is answered up to 64 MiB, however often it is selected by %s', async (_, document) => {
    const answer = await ask(fetch, document(await profileOf(2_000_000)))
    expect(answer.status).toBe(200)
    expect(new Set(answer.errors?.map(({ extensions }) => extensions.code))).toEqual(new Set(['TOO_LARGE']))
  })
})

describe('what is kept of roles', () => {
  it.each([
    ['metadata', { metadata: { app: 'x'.repeat(4_000_000) } }],
    ['runAs', { run_as: ['x'.repeat(4_000_000)] }],
  ])('is answered up to 64 MiB: %s', async (field, role) => {
    const put = await rest(fetch, 'PUT', '/_security/role/large', elastic, role)
    expect(put.status).toBe(200)
    const selected = (count: number) =>
      Array.from({ length: count }, (_, n) => `a${n}: role(name: "large") { ${field} }`).join(' ')
    expect((await ask(fetch, `{ ${selected(16)} }`)).errors).toBeUndefined()
    const { errors } = await ask(fetch, `{ ${selected(17)} }`)
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['TOO_LARGE'])
  })
})

describe('documents in a list, of which one is too much', () => {
  const unhandled: unknown[] = []
  const note = (reason: unknown) => unhandled.push(reason)
  beforeAll(() => process.on('unhandledRejection', note))
  afterAll(() => process.off('unhandledRejection', note))

  it('are refused together, and nothing that was under way fails without being heard', async () => {
    const uids = Array.from({ length: 16 }, (_, n) => `u_${n}`)
    const labels = JSON.stringify({ app: 'x'.repeat(4_500_000) })
    for (const uid of uids) {
      await run(
        `INSERT INTO profiles (uid, base, enabled, "lastSynchronized", "seqNo", username, roles, labels, data, "realmName", "realmType")
         VALUES ('${uid}', '${uid}', true, 0, 0, 'name', '[]', '${labels}', '{}', 'native', 'native')`,
      )
    }
    const query = 'query ($uids: [ID!]!) { profiles(uids: $uids) { profiles { labels data(keys: ["*"]) } } }'
    expectRefused(await ask(fetch, query, { uids }), 413, 'TOO_LARGE')
    const atRest = await rest(fetch, 'GET', `/_security/profile/${uids.join()}?data=*`, elastic)
    expect(atRest.status).toBe(413)
    await ask(fetch, '{ profile(uid: "u_1") { data(keys: ["*"]) } }')
    expect(unhandled).toEqual([])
  })
})

describe('fragments', () => {
  /** So many that spread the next one each, twice or with the one after: 2^180 ways to the last. */
  const chain = (fields: (n: number) => string, type = 'Query') =>
    Array.from({ length: 180 }, (_, n) => `fragment F${n} on ${type} { ${fields(n)} }`).join(' ')

  it.each([
    [
      'each spread twice',
      `{ ...F0 } ${chain((n) => `...F${n + 1} ...F${n + 1}`)} fragment F180 on Query { server { name } }`,
    ],
    [
      'each spread by the two before',
      `{ ...F0 } ${chain((n) => `...F${n + 1} ...F${n + 2}`)}
       fragment F180 on Query { server { name } } fragment F181 on Query { server { version } }`,
    ],
  ])('that would take for ever to follow one by one are run: %s', async (_, document) => {
    const answer = await ask(fetch, document)
    expect(answer).toMatchObject({ status: 200, data: { server: { name: 'profile-gateway' } } })
  })

  it.each([
    ['profile', '{ profile(uid: "a") { ...F0 } }', 'Profile', 'uid'],
    ['profiles', '{ profiles(uids: ["a"]) { ...F0 } }', 'ProfilesResult', 'errors { uid }'],
    [
      'activateProfile',
      'mutation { activateProfile(grant: { accessToken: { token: "a" } }) { ...F0 } }',
      'ActivateProfileResult',
      '__typename',
    ],
  ])('that would take for ever to follow one by one are run below %s', async (_, operation, type, fields) => {
    const twice = chain((n) => `...F${n + 1} ...F${n + 1}`, type)
    const answer = await ask(fetch, `${operation} ${twice} fragment F180 on ${type} { ${fields} }`)
    expect(answer.errors).toBeUndefined()
    expect(answer.status).toBe(200)
  })

  it.each([
    ['itself', '{ ...A } fragment A on Query { ...A }'],
    [
      'itself below a field',
      '{ viewer { ...A } } fragment A on Viewer { authenticationRealm { name } ... { ...A } }',
    ],
    ['another that contains it', '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }'],
    ['itself, and is not used', '{ server { name } } fragment A on Query { ...A }'],
    ['itself through its type', '{ __schema { types { ...A } } } fragment A on __Type { ofType { ...A } }'],
  ])('are refused where one contains %s', async (_, document) => {
    const answer = await ask(fetch, document)
    expectRefused(answer, 400, 'GRAPHQL_VALIDATION_FAILED')
    expect(answer.text).toMatch(/Cannot spread fragment \\"A\\" within itself/)
  })

  it('are refused where 180 contain each other', async () => {
    const document = `{ ...F0 } ${chain((n) => `...F${(n + 1) % 180} ...F${(n + 2) % 180}`)}`
    expectRefused(await ask(fetch, document), 400, 'GRAPHQL_VALIDATION_FAILED')
  })
})
