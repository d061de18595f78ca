import type { DocumentNode, GraphQLSchema } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { schema } from '../../src/graphql/schema.ts'
import { createPipeline } from '../../src/graphql/yoga.ts'
import { jacknich, loginBackend, nobody, provision } from '../support/people.ts'
import { basic, createTestApp, elastic, type TestApp } from '../support/testApp.ts'
import { databaseName } from '../support/testDatabase.ts'
import { ask, expectRefused, send, type Answer, type Sent } from './ask.ts'

const app = await createTestApp()
beforeAll(() => provision(app.fetch))
afterAll(app.close)

/** What must never come back: it could be a password, a name of GraphQL, and a part of any other text. */
const secret = 'Zc4n4ryZ'
const digits = '4815162342'

/** Expects that neither an answer nor the log holds a secret, written in any way. */
function expectSilent({ logs }: TestApp, { text, headers }: Answer) {
  const encoded = [`:${secret}`, secret].flatMap((plain) =>
    [0, 1, 2].map((shift) => base64Within(plain, shift)),
  )
  for (const place of [text, JSON.stringify([...headers]), logs()]) {
    for (const written of [secret, secret.toLowerCase(), digits, ...encoded]) {
      expect(place.includes(written), place).toBe(false)
    }
  }
}

/** How a text looks within base64 whose start is not known. */
function base64Within(text: string, shift: number): string {
  const bytes = Buffer.concat([Buffer.alloc(shift), Buffer.from(text)])
  return bytes.toString('base64').slice(shift + 1, -4)
}

describe('variables', () => {
  const password = { username: 'jacknich', password: secret }
  const token = { token: secret }

  it.each<[string, unknown]>([
    ['a string', secret],
    ['a number', Number(digits)],
    ['a list', [secret]],
    ['a list of grants', [{ password }, { password }]],
    ['both members', { password, accessToken: token }],
    ['one member and null', { password, accessToken: null }],
    ['both members, wrong themselves', { password: secret, accessToken: secret }],
    ['a member that is a string', { password: secret }],
    ['a member that is a list', { password: [secret, secret] }],
    ['a member that is a boolean', { accessToken: true, password: secret }],
    ['a password within an object', { password: { ...password, password: { value: secret } } }],
    ['a password within a list', { password: { ...password, password: [secret] } }],
    ['a password that is a number', { password: { ...password, password: Number(digits) } }],
    ['no username', { password: { password: secret } }],
    ['a username that is null', { password: { username: null, password: secret } }],
    ['fields of the other member', { password: { ...password, token: secret } }],
    ['a misspelt field', { password: { username: 'jacknich', pasword: secret } }],
    ['a misspelt member', { pasword: password }],
    ['the fields without their member', { username: 'jacknich', password: secret }],
    ['a token within an object', { accessToken: { token: { value: secret } } }],
    ['a client authentication that is a string', { accessToken: { ...token, clientAuthentication: secret } }],
    [
      'a client authentication of another scheme',
      { accessToken: { ...token, clientAuthentication: { scheme: secret, value: secret } } },
    ],
    [
      'a client authentication without its value',
      { accessToken: { ...token, clientAuthentication: { scheme: 'SHARED_SECRET', secret } } },
    ],
    ['an empty username', { password: { username: '', password: secret } }],
  ])('with a grant that is %s', async (_, grant) => {
    const query = 'mutation ($grant: GrantInput!) { activateProfile(grant: $grant) { __typename } }'
    const answer = await ask(app.fetch, query, { grant })
    expect(answer.status).toBe(400)
    expectSilent(app, answer)
  })

  it.each<[string, object]>([
    ['a password within a list', { roles: [], password: [secret] }],
    ['no roles', { password: secret }],
    ['roles that are none', { password: secret, roles: [5, { a: secret }] }],
    ['metadata that are none', { password: secret, roles: [], metadata: secret }],
    ['metadata of the gateway', { password: secret, roles: [], metadata: { _a: secret } }],
    ['a hash that is none', { passwordHash: secret, roles: [] }],
    ['a password and a hash', { password: secret, passwordHash: secret, roles: [] }],
    ['a field that nobody knows', { password: secret, roles: [], secret }],
  ])('with a user that has %s', async (_, user) => {
    const query = 'mutation ($user: UserInput!) { putUser(username: "new", user: $user) { __typename } }'
    const answer = await ask(app.fetch, query, { user })
    expect(answer.status).toBe(400)
    expectSilent(app, answer)
  })

  it.each<[string, string, object]>([
    ['another type', '($p: Int!) { changePassword(password: $p) { __typename } }', { p: secret }],
    ['an unknown type', '($p: Secret!) { changePassword(password: $p) { __typename } }', { p: secret }],
    ['a scalar that checks', '($p: DateTime) { changePassword(password: $p) { __typename } }', { p: secret }],
    [
      'a scalar that nothing takes',
      '($p: SafeInt) { changePassword(username: "a") { __typename } }',
      { p: secret },
    ],
    ['no definition', '{ changePassword(password: $p) { __typename } }', { p: secret }],
    [
      'a type within a list',
      '($p: [[String!]!]!) { changePassword(password: $p) { __typename } }',
      { p: [[secret]] },
    ],
    [
      'a nullable member that is null',
      '($p: PasswordGrantInput) { activateProfile(grant: { password: $p }) { __typename } }',
      { p: null, unused: secret },
    ],
    [
      'a directive',
      '($p: Boolean!) { changePassword(password: "n3w-p@ssw0rd") @skip(if: $p) { __typename } }',
      { p: secret },
    ],
  ])('with %s', async (_, rest, variables) => {
    const answer = await ask(app.fetch, `mutation ${rest}`, variables as Record<string, unknown>)
    expect(answer.status).toBe(400)
    expectSilent(app, answer)
  })
})

describe('literals', () => {
  it.each([
    [
      'both members',
      `{ password: { username: "a", password: "${secret}" }, accessToken: { token: "${secret}" } }`,
    ],
    ['a string in place of the grant', `"${secret}"`],
    ['a block string in place of the grant', `"""${secret}"""`],
    ['a string in place of a member', `{ password: "${secret}" }`],
    ['a password without quotes', `{ password: { username: "a", password: ${secret} } }`],
    ['a password that is a number', `{ password: { username: "a", password: ${digits} } }`],
    ['a password that is a fraction', `{ password: { username: "a", password: ${digits}.5e1 } }`],
    ['a password within a list', `{ password: { username: "a", password: ["${secret}"] } }`],
    ['a password within an object', `{ password: { username: "a", password: { value: "${secret}" } } }`],
    ['a misspelt field', `{ password: { username: "a", pasword: "${secret}" } }`],
    ['a misspelt member', `{ pasword: { username: "a", password: "${secret}" } }`],
    ['a repeated field', `{ password: { username: "a", password: "${secret}", password: "${secret}" } }`],
    ['no username', `{ password: { password: "${secret}" } }`],
    [
      'an unknown scheme',
      `{ accessToken: { token: "${secret}", clientAuthentication: { scheme: ${secret}, value: "a" } } }`,
    ],
    [
      'a scheme in quotes',
      `{ accessToken: { token: "${secret}", clientAuthentication: { scheme: "${secret}", value: "a" } } }`,
    ],
    ['U+0000', `{ password: { username: "a", password: "${secret}\\u0000" } }`],
    ['a variable that is not defined beside it', `{ password: { username: $name, password: "${secret}" } }`],
  ])('with a grant that is %s', async (_, grant) => {
    const answer = await ask(app.fetch, `mutation { activateProfile(grant: ${grant}) { __typename } }`)
    expect(answer.status).toBe(400)
    expectSilent(app, answer)
  })

  it.each([
    ['a misspelt argument', `mutation { activateProfile(grnt: "${secret}") { __typename } }`],
    ['a misspelt mutation', `mutation { activatProfile(grant: "${secret}") { __typename } }`],
    [
      'a query',
      `{ activateProfile(grant: { password: { username: "a", password: "${secret}" } }) { __typename } }`,
    ],
    ['an argument that no field has', `{ viewer(password: "${secret}") { username } }`],
    [
      'a repeated argument',
      `mutation { changePassword(password: "${secret}", password: "${secret}") { __typename } }`,
    ],
    [
      'two different passwords',
      `mutation { changePassword(password: "${secret}") { __typename } changePassword(password: "a") { __typename } }`,
    ],
    ['a directive', `mutation { changePassword(password: "a") @skip(if: "${secret}") { __typename } }`],
    [
      'an unknown directive',
      `mutation { changePassword(password: "a") @note(that: "${secret}") { __typename } }`,
    ],
    [
      'a default that is a string',
      `mutation ($g: GrantInput! = "${secret}") { activateProfile(grant: $g) { __typename } }`,
    ],
    [
      'a default without quotes',
      `mutation ($p: String = ${secret}) { changePassword(password: $p) { __typename } }`,
    ],
    [
      'a default of another type',
      `mutation ($p: Int = "${secret}") { changePassword(password: $p) { __typename } }`,
    ],
    [
      'a default with both members',
      `mutation ($g: GrantInput! = { password: { username: "a", password: "${secret}" }, accessToken: { token: "${secret}" } }) {
        activateProfile(grant: $g) { __typename } }`,
    ],
    [
      'a default that nothing uses',
      `mutation ($p: String = "${secret}") { changePassword(password: "a") { __typename } }`,
    ],
    ['a default of a checking scalar', `query ($t: DateTime = "${secret}") { viewer { username } }`],
    [
      'a user whose roles are none',
      `mutation { putUser(username: "a", user: { password: "${secret}", roles: {} }) { __typename } }`,
    ],
    [
      'a JSON object that is none',
      `mutation { putUser(username: "a", user: { roles: [], metadata: "${secret}" }) { __typename } }`,
    ],
    [
      'a JSON object without quotes',
      `mutation { putUser(username: "a", user: { roles: [], metadata: { a: ${secret} } }) { __typename } }`,
    ],
    [
      'a JSON object with U+0000',
      `mutation { putUser(username: "a", user: { roles: [], metadata: { a: "${secret}\\u0000" } }) { __typename } }`,
    ],
    [
      'a number beyond doubles',
      `mutation { putUser(username: "a", user: { roles: [], metadata: { a: ${digits}${digits}1 } }) { __typename } }`,
    ],
    ['a filter of data', `{ profile(uid: "a") { data(keys: { a: "${secret}" }) } }`],
  ])('with %s', async (_, query) => {
    const answer = await ask(app.fetch, query)
    expect(answer.status).toBe(400)
    expectSilent(app, answer)
  })
})

describe('syntax errors', () => {
  it.each([
    ['a second string', `"a" "${secret}"`],
    ['a name after the string', `"a"${secret}`],
    ['a string without an end', `"${secret}`],
    ['a string that ends with the line', `"${secret}\n"`],
    ['a block string without an end', `"""${secret}`],
    ['a wrong escape', `"\\${secret}"`],
    ['a wrong escape of Unicode', `"\\u${secret}"`],
    ['a wrong long escape', `"\\u{${secret}}"`],
    ['a lone surrogate', `"${secret}\\ud800"`],
    ['single quotes', `'${secret}'`],
    ['typographic quotes', `“${secret}”`],
    ['a number with letters behind it', `1${secret}`],
    ['a number with leading zeros', `0${digits}`],
    ['a number with half an exponent', `${digits}e${secret}`],
    ['punctuation before it', `-${secret}`],
    ['punctuation behind it', `${secret}-${secret}`],
    ['an at sign', `@${secret}`],
    ['a question mark', `?${secret}`],
    ['a backslash', `\\${secret}`],
    ['a control character', `\u0007${secret}`],
    ['a dollar sign at the end', `$${secret}`],
    ['an unknown bracket', `<${secret}>`],
  ])('at %s', async (_, password) => {
    const query = `mutation { activateProfile(grant: { password: { username: "a", password: ${password}`
    const answer = await ask(app.fetch, query)
    expectRefused(answer, 400, 'GRAPHQL_PARSE_FAILED')
    expectSilent(app, answer)
  })

  it.each([
    ['is the whole document', secret],
    ['is the whole document, in quotes', `"${secret}"`],
    ['stands where the type does', `mutation ($p: "${secret}") { a }`],
    ['is the name of an operation', `mutation ${secret}-x { a }`],
    ['stands where a fragment does', `{ ... "${secret}" }`],
    ['stands behind the document', `{ viewer { username } } ${secret}`],
    ['stands behind too many tokens', `{ ${'a '.repeat(2_000)} "${secret}"`],
  ])('where it %s', async (_, query) => {
    const answer = await ask(app.fetch, query)
    expectRefused(answer, 400, 'GRAPHQL_PARSE_FAILED')
    expectSilent(app, answer)
  })
})

describe('requests', () => {
  const query = 'query A { viewer { username } }'
  const body = (value: object) => ({ body: JSON.stringify({ query, ...value }) })
  const get = { method: 'GET', headers: { 'content-type': null } }
  const literal = `mutation { changePassword(password: "${secret}") { __typename } }`

  it.each<[string, Sent]>([
    ['an operation name', body({ operationName: secret })],
    ['an operation name within an object', body({ operationName: { name: secret } })],
    ['variables that are text', body({ variables: secret })],
    ['variables that are a list', body({ variables: [secret] })],
    ['extensions that are text', body({ extensions: secret })],
    ['a query within an object', body({ query: { text: secret } })],
    ['a parameter that nobody knows', body({ password: secret })],
    ['a batch', { body: JSON.stringify([{ query: literal }]) }],
    ['text in place of an object', { body: JSON.stringify(secret) }],
    ['JSON without quotes', { body: `{"query": ${secret}}` }],
    ['JSON that breaks off', { body: `{"query": "${secret}` }],
    ['JSON with a wrong escape', { body: `{"query": "${secret}\\x"}` }],
    ['a number beyond doubles', { body: `{"query": ${digits}${digits}}` }],
    ['U+0000 beside it', { body: `{"query": "${secret}\\u0000"}` }],
    ['a lone surrogate beside it', { body: `{"query": "\\ud800${secret}"}` }],
    ['invalid UTF-8 beside it', { body: Buffer.concat([Buffer.from(secret), Buffer.from([0xff])]) }],
    ['a duplicate key', { body: `{"query": "a", "query": "${secret}"}` }],
    ['__proto__', { body: `{"query": "a", "variables": {"__proto__": "${secret}"}}` }],
    ['too many levels', { body: `{"query": ${'['.repeat(200)}"${secret}"` }],
    ['too long a body', { body: `{"query": "${secret.repeat(200_000)}"}` }],
    ['another media type', { headers: { 'content-type': 'text/plain' }, body: literal }],
    [
      'a media type that is one',
      { headers: { 'content-type': `application/json; charset=${secret}` }, body: '{}' },
    ],
    ['a media type to answer with', { headers: { accept: `application/${secret}` }, body: '{}' }],
    ['another method', { method: 'PUT', search: { query: literal }, ...body({}) }],
    ['a mutation by GET', { ...get, search: { query: literal } }],
    ['a document by GET that does not parse', { ...get, search: { query: `{ "${secret}` } }],
    [
      'a document by GET that is not valid',
      { ...get, search: { query: `{ viewer(a: "${secret}") { username } }` } },
    ],
    ['variables by GET', { ...get, search: { query, variables: secret } }],
    ['variables by GET that break off', { ...get, search: { query, variables: `{"a": "${secret}` } }],
    ['an operation name by GET', { ...get, search: { query, operationName: secret } }],
    ['extensions by GET', { ...get, search: { query, extensions: `{"a": ${secret}}` } }],
    ['no document by GET', { ...get, search: { password: secret } }],
    [
      'a document by GET from nobody',
      { ...get, headers: { authorization: null }, search: { query: literal } },
    ],
    ['a body from nobody', { headers: { authorization: null }, body: JSON.stringify({ query: literal }) }],
  ])('with %s', async (_, request) => {
    const answer = await send(app.fetch, request)
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    expectSilent(app, answer)
  })

  it.each([
    ['a wrong password', basic({ ...elastic, password: secret })],
    ["an unknown user's password", basic({ username: 'stranger', password: secret })],
    ['a password after a colon', basic({ username: 'elastic', password: `:${secret}` })],
    ['no colon', `Basic ${btoa(secret)}`],
    ['what is not base64', `Basic ?${secret}`],
    ['a token', `Bearer ${secret}`],
    ['an API key', `ApiKey ${btoa(`id:${secret}`)}`],
    ['an unknown scheme', `Digest response="${secret}"`],
    ['nothing but it', secret],
    ['two schemes', `Basic Bearer ${secret}`],
  ])('with an Authorization header of %s', async (_, authorization) => {
    const answer = await send(app.fetch, { headers: { authorization }, ...body({}) })
    expectRefused(answer, 401, 'UNAUTHENTICATED')
    expectSilent(app, answer)
  })
})

describe('sound requests', () => {
  const grant = { password: { ...jacknich, password: secret } }
  const activate = `mutation ($grant: GrantInput!) {
    activateProfile(grant: $grant) { ... on GrantRejected { message reason principal } }
  }`

  it.each([
    ['a grant that proves nobody', activate, { grant }],
    ['a token that proves nobody', activate, { grant: { accessToken: { token: secret } } }],
    [
      'a new password',
      `mutation { changePassword(username: "jacknich", password: "${secret}") { __typename } }`,
      {},
    ],
    [
      'a password for nobody',
      'mutation ($p: String!) { changePassword(username: "nobody-there", password: $p) { __typename } }',
      { p: secret },
    ],
    [
      'a new user',
      `mutation ($p: String!) { putUser(username: "new", user: { password: $p, roles: [] }) {
        ... on UserPut { user { username roles fullName email metadata enabled } }
      } }`,
      { p: secret },
    ],
  ])('with %s', async (_, query, variables) => {
    const answer = await ask(app.fetch, query, variables)
    expect(answer.status).toBe(200)
    expect(answer.errors).toBeUndefined()
    expectSilent(app, answer)
  })

  it.each([
    ['a grant', activate, { grant }],
    ['a password', `mutation { changePassword(username: "a", password: "${secret}") { __typename } }`, {}],
  ])('with %s from a caller who may not', async (_, query, variables) => {
    const answer = await ask(app.fetch, query, variables, nobody)
    expectRefused(answer, 403, 'FORBIDDEN')
    expectSilent(app, answer)
  })
})

describe('failures on our side', () => {
  function expectMasked(answer: Answer) {
    expectRefused(answer, 500, 'INTERNAL')
    expect(answer.errors?.[0]?.message).toBe('internal error')
    expect(answer.text).not.toMatch(/sqlite|prisma|table|broken|at .*\.ts/i)
    expectSilent(app, answer)
  }

  it('are masked, and logged without what was to be written', async () => {
    // PostgreSQL says which row fails, whole.
    const broken = {
      sqlite: "CREATE TRIGGER broken BEFORE INSERT ON users BEGIN SELECT RAISE(ABORT, 'broken'); END",
      postgresql: "ALTER TABLE users ADD CONSTRAINT broken CHECK (username <> 'newer')",
    }
    await app.run(broken[databaseName])
    const user = { password: secret, roles: [], fullName: secret, metadata: { note: secret } }
    const query = 'mutation ($user: UserInput!) { putUser(username: "newer", user: $user) { __typename } }'
    expectMasked(await ask(app.fetch, query, { user }))
    expect(app.logs()).toMatch(/"level":50/)
    expect(app.logs()).not.toContain('$argon2id$')
  })

  it('are masked where a table is gone', async () => {
    await app.run('ALTER TABLE profiles RENAME TO gone')
    const query = 'mutation ($grant: GrantInput!) { activateProfile(grant: $grant) { __typename } }'
    expectMasked(await ask(app.fetch, query, { grant: { password: loginBackend } }))
    await app.run('ALTER TABLE gone RENAME TO profiles')
  })

  it('are logged with what happened', async () => {
    await app.run("UPDATE users SET roles = '5' WHERE username = 'nobody'")
    expectMasked(await ask(app.fetch, '{ users { roles } }'))
    expect(app.logs()).toMatch(/TypeError/)
  })
})

describe('a document that was parsed', () => {
  /** Whether a document, parsed and validated once, is remembered: then parsing it again gives the very same one. */
  function isKept(document: string): boolean {
    const { parse, validate } = pipeline.getEnveloped({}) as {
      parse: (document: string) => DocumentNode
      validate: (schema: GraphQLSchema, document: DocumentNode) => unknown
    }
    validate(schema, parse(document))
    return parse(document) === parse(document)
  }
  const pipeline = createPipeline(schema)
  const grant = (password: string) => `{ password: { username: $name, password: ${password} } }`

  it.each([
    'query ($name: String!) { user(username: $name) { username } }',
    '{ user(username: "jacknich") { username } }',
    'mutation ($grant: GrantInput!) { activateProfile(grant: $grant) { ... on Profile { data(keys: ["a"]) } } }',
  ])('is remembered: %s', (document) => {
    expect(isKept(document)).toBe(true)
  })

  it.each([
    `mutation ($name: String!) { activateProfile(grant: ${grant('"s3cret"')}) { __typename } }`,
    `mutation ($name: String!) { activateProfile(grant: ${grant('"""s3cret"""')}) { __typename } }`,
    'mutation { changePassword(password: "s3cret") { __typename } }',
    'mutation { ...A } fragment A on Mutation { a: changePassword(password: "s3cret") { __typename } }',
    'mutation { putUser(username: "a", user: { password: "s3cret", roles: [] }) { __typename } }',
  ])('is forgotten if a credential is written into it: %s', (document) => {
    expect(isKept(document)).toBe(false)
  })

  it.each([
    [
      'without quotes',
      `mutation ($name: String!) { activateProfile(grant: ${grant('s3cret')}) { __typename } }`,
    ],
    [
      'as a number',
      `mutation ($name: String!) { activateProfile(grant: ${grant('12345678')}) { __typename } }`,
    ],
    ['as a default', 'mutation ($p: String = "s3cret") { changePassword(password: $p) { __typename } }'],
    [
      'in a default',
      'mutation ($g: GrantInput! = { accessToken: { token: "s3cret" } }) { activateProfile(grant: $g) { __typename } }',
    ],
    ['for a misspelt mutation', 'mutation { changPassword(password: "s3cret") { __typename } }'],
    ['in a query', '{ changePassword(password: "s3cret") { __typename } }'],
    ['for a field that takes none', '{ viewer(password: "s3cret") { username } }'],
  ])('is forgotten if a credential is written into it %s', (_, document) => {
    expect(isKept(document)).toBe(false)
  })
})
