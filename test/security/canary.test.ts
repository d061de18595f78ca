import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { statusOf } from '../../src/errors.ts'
import { gateway } from '../cliProcess.ts'
import { asking } from '../introspection/realm.ts'
import { hmacRealm, hmacToken } from '../support/hmacTokens.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { basic, createTestApp, type Credentials, type TestApp } from '../support/testApp.ts'
import { databaseName } from '../support/testDatabase.ts'
import { createCanaries, writings, type Place } from './canaries.ts'

const now = 1_800_000_000_000
const { all, hatch, word, caught, foundIn } = createCanaries()

const configured = {
  ELASTIC_PASSWORD: hatch('the password of the superuser'),
  HMAC_KEY: caught('the key of an issuer', 'a-key-of-an-issuer-of-more-than-32-bytes'),
  CLIENT: word('the shared secret of a realm'),
  SECRET: word('the secret at an introspecting server'),
}
const superuser = { username: 'elastic', password: configured.ELASTIC_PASSWORD }
const backend = { username: 'backend', password: hatch('the password of an application') }
const person = { username: 'person', password: hatch('the password of a user') }

/** A server that says everything back that it is sent. */
const talkative = createServer((request, response) => {
  const said: Buffer[] = [Buffer.from(JSON.stringify(request.headers))]
  request.on('data', (chunk: Buffer) => said.push(chunk))
  request.on('end', () =>
    response
      .writeHead(500, { location: String(Buffer.concat(said)).replaceAll(/[^ -~]/g, '') })
      .end(Buffer.concat(said)),
  )
})

let app: TestApp
/** Everything that was answered, but where a secret is handed out. */
const answers: string[] = []
const codes = new Set<string>()

interface Sent {
  readonly method?: string
  readonly path?: string
  readonly as?: Credentials | null
  readonly headers?: Record<string, string>
  readonly body?: string
}

async function send({ method = 'POST', path = '/graphql', as = superuser, headers = {}, body }: Sent) {
  const response = await app.fetch(path, {
    method,
    headers: {
      ...(as && { authorization: basic(as) }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body }),
  })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

/** Sends what must not be handed back. */
async function push(sent: Sent) {
  const answer = await send(sent)
  answers.push(answer.text, JSON.stringify([...answer.headers]))
  for (const [code] of answer.text.matchAll(/(?<="code":")[A-Z_]+/g)) codes.add(code)
  return answer
}

const rest = (path: string, body: unknown, more: Sent = {}) =>
  push({ path: `/_security/${path}`, body: typeof body === 'string' ? body : JSON.stringify(body), ...more })

const graphql = (query: string, variables: object = {}, more: Sent = {}) =>
  push({ body: JSON.stringify({ query, variables }), ...more })

const activate =
  'mutation ($grant: GrantInput!) { activateProfile(grant: $grant) { __typename ... on Error { message } } }'
const explain =
  'mutation ($grant: AccessTokenGrantInput!) { explainGrant(grant: $grant) { ... on GrantExplanation { outcome reason realms { reason } } } }'

/** A grant at both doors. */
async function grant(password: object | null, accessToken: object | null = null, as = backend) {
  await graphql(activate, { grant: password ? { password } : { accessToken } }, { as })
  const { token, clientAuthentication: client } = { ...accessToken } as {
    token?: string
    clientAuthentication?: object
  }
  const body = password
    ? { grant_type: 'password', ...password }
    : {
        grant_type: 'access_token',
        access_token: token,
        ...(client && { client_authentication: { scheme: 'SharedSecret', ...client } }),
      }
  await rest('profile/_activate', body, { as })
}

/** Both doors, as whoever these headers say. */
async function asCaller(headers: Record<string, string>) {
  await push({ as: null, headers, method: 'GET', path: '/_security/_authenticate' })
  await graphql('{ viewer { username } }', {}, { as: null, headers })
}

const base64 = (text: string) => Buffer.from(text).toString('base64')

beforeAll(async () => {
  await new Promise<void>((resolve) => talkative.listen(0, '127.0.0.1', resolve))
  const address = `http://127.0.0.1:${(talkative.address() as AddressInfo).port}`
  app = await createTestApp({
    now,
    environment: configured,
    settings:
      hmacRealm('web', 1, {
        'client_authentication.type': 'shared_secret',
        'client_authentication.shared_secret': '${CLIENT}',
      }) +
      asking(address, `${address}/introspect`, { order: '2' }) +
      'http: { max_content_length: 20kb }\ngraphql: { max_content_length: 20kb }\n' +
      'throttle: { attempts: 1000, attempts_per_caller: 1000000 }\n',
  })
  const put = (path: string, body: object) => rest(path, body, { method: 'PUT' })
  await put('role/backend', { cluster: ['manage_user_profile', 'manage_token', 'manage_own_api_key'] })
  await put('user/backend', { password: backend.password, roles: ['backend'] })
  await put('user/person', { password: person.password, roles: [] })
  await callers()
  await grants()
  await bodies()
  await documents()
  await changes()
  await handedOut()
  await failures()
}, 200_000)

afterAll(async () => {
  await app.close()
  talkative.close()
})

/** What is sent to say who sends it. */
async function callers() {
  await asCaller({ authorization: basic({ username: 'person', password: hatch('a wrong password') }) })
  await asCaller({ authorization: basic({ username: 'nobody', password: hatch('a password of nobody') }) })
  // Elasticsearch's text says the name back, to whoever has sent it.
  const typed = hatch('a password for a username', ['an answer'])
  await asCaller({ authorization: basic({ username: typed, password: 'x' }) })
  await asCaller({ authorization: `Basic ${base64(hatch('a password without a name'))}` })
  await asCaller({ authorization: `Basic ${word('a password in plain')}` })
  await asCaller({ authorization: word('a header without a scheme') })
  await asCaller({ authorization: `Digest ${word('another scheme')}` })
  await asCaller({ authorization: `Bearer ${word('an unknown token')}` })
  await asCaller({ authorization: `Bearer ${word('a token that cannot be one')}` })
  await asCaller({
    authorization: `Bearer ${hmacToken('web', { sub: 'j' }, now)}${word('a wrong signature')}`,
  })
  await asCaller({ authorization: `ApiKey ${base64(`abc:${hatch('an unknown key')}`)}` })
  await asCaller({ authorization: `ApiKey ${base64(`${hatch('a secret for the id of a key')}:x`)}` })
  await asCaller({ authorization: `ApiKey ${word('a key that cannot be one')}` })
  const authorization = `Bearer ${hmacToken('web', { sub: 'j' }, now)}`
  await asCaller({
    authorization,
    'es-client-authentication': `SharedSecret ${word('a wrong shared secret')}`,
  })
  await asCaller({
    authorization,
    'es-client-authentication': `Other ${word('another client authentication')}`,
  })
  await asCaller({
    authorization,
    'es-client-authentication': `SharedSecret ${configured.CLIENT}`,
  })
  for (const name of ['x-password', 'cookie', 'x-api-key', 'proxy-authorization', 'accept-language'])
    await push({ headers: { [name]: word(`a header that nobody reads: ${name}`) }, method: 'GET', path: '/' })
  await push({ headers: { 'subject-address': word('the address of a user') }, method: 'GET', path: '/' })
}

async function grants() {
  await grant({ username: 'person', password: hatch('a wrong password of a grant') })
  await grant({ username: 'nobody', password: hatch('a password of nobody, of a grant') })
  await grant({ username: hatch('a password for a username of a grant', ['an answer']), password: 'x' })
  await grant({ username: 'person', password: hatch('a password that is too long').repeat(200) })
  await grant(person)
  await grant(person, null, { username: 'person', password: person.password })
  const clientAuthentication = (value: string) => ({ clientAuthentication: { value } })
  const jwt = hmacToken('web', { sub: 'jwt-user', jti: 1 }, now)
  caught('the signature of a token', jwt.split('.')[2] ?? '')
  await grant(null, { token: word('an unknown access token') })
  await grant(null, { token: hatch('an access token that cannot be one') })
  await grant(null, { token: jwt })
  await grant(null, { token: jwt, ...clientAuthentication(hatch('a wrong secret of a client')) })
  await grant(null, { token: jwt, ...clientAuthentication(configured.CLIENT) })
  await grant(null, {
    token: `${jwt}${word('a changed signature')}`,
    ...clientAuthentication(configured.CLIENT),
  })
  await grant(null, {
    token: 'opaque',
    ...clientAuthentication(hatch('a secret of a client beside an opaque token')),
  })
  for (const n of Array.from({ length: 61 }).keys())
    await graphql(explain, { grant: { token: `${word('a token that is explained')}${n}` } })
  await rest('oauth2/token', { grant_type: 'password', username: 'person', password: hatch('a wrong login') })
  await rest('oauth2/token', {
    grant_type: 'refresh_token',
    refresh_token: hatch('an unknown refresh token'),
  })
  await rest('oauth2/token', { grant_type: 'client_credentials', password: hatch('a password beside') })
  await rest('oauth2/token', { grant_type: hatch('a type of grant', ['an answer']) })
  await rest('oauth2/token', { token: hatch('a token to invalidate') }, { method: 'DELETE' })
  await rest('oauth2/token', { refresh_token: hatch('a refresh token to invalidate') }, { method: 'DELETE' })
  await graphql('mutation ($t: String!) { refreshToken(refreshToken: $t) { __typename } }', {
    t: hatch('a refresh token'),
  })
}

/** Bodies at Elasticsearch's address that are not what they should be. */
async function bodies() {
  const path = 'profile/_activate'
  const login = { grant_type: 'password', username: 'person' }
  for (const body of [
    { ...login, password: { x: hatch('a password within an object') } },
    { ...login, password: [hatch('a password within a list')] },
    { ...login, pasword: hatch('a password under another name') },
    `{"grant_type":"password","password":${json('a password twice')},"password":${json('a password again')}}`,
    `{"grant_type":"password","username":"person","password":${json('a password that breaks off').slice(0, -1)}`,
    `{"grant_type":"password","password":${word('a password without quotes')}}`,
    `{"password":'${word('a password in single quotes')}'}`,
    `{} ${word('a password behind')}`,
    json('a password that is all'),
    word('a password that is no JSON'),
    `password=${encodeURIComponent(hatch('a password in a form'))}`,
    `{"password":"${word('a password that is escaped wrongly')}\\q"}`,
    { ...login, password: hatch('a password that is too large').repeat(2_000) },
  ]) {
    await rest(path, body, { as: backend })
    await rest('oauth2/token', body)
    await rest('user/other', body, { method: 'PUT' })
    await rest('user/_password', body)
    await rest('api_key', body)
  }
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/yaml',
    'application/cbor',
  ])
    await rest(
      path,
      { ...login, password: hatch(`a password as ${type}`) },
      { headers: { 'content-type': type } },
    )
  // Elasticsearch's texts say the header back, and the path with its query.
  const media = word('a password for a media type', ['an answer'])
  await rest(path, login, { headers: { 'content-type': media } })
  const inQuery = hatch('a password in a query string', ['an answer'])
  for (const as of [superuser, null]) {
    await push({
      as,
      method: 'GET',
      path: `/_security/_authenticate?password=${encodeURIComponent(inQuery)}`,
    })
    await push({ as, method: 'GET', path: `/none?access_token=${encodeURIComponent(inQuery)}` })
  }
}

function json(where: string): string {
  return JSON.stringify(hatch(where))
}

/** What GraphQL documents and variables can do wrong with a password. */
async function documents() {
  const literal = (where: string) => JSON.stringify(hatch(where))
  for (const query of [
    `mutation { activateProfile(grant: { password: { username: "person", password: ${literal('a literal')} } }) { __typename } }`,
    `mutation { activateProfile(grant: ${literal('a literal for a grant')}) { __typename } }`,
    `mutation { activateProfile(grant: { password: ${word('a literal without quotes')} }) { __typename } }`,
    `mutation { changePassword(pasword: ${literal('a literal under another name')}) { __typename } }`,
    `mutation { changPassword(password: ${literal('a literal of a misspelt mutation')}) { __typename } }`,
    `{ viewer(password: ${literal('a literal of a query')}) { username } }`,
    `{ viewer @skip(if: ${literal('a literal of a directive')}) { username } }`,
    `query ($p: Int = ${literal('a default')}) { viewer { username } }`,
    `{ viewer { username } } ${literal('a text behind')}`,
    `{ viewer { username ${literal('a text within')} } }`,
    `mutation { changePassword(password: "${word('a literal that breaks off')}`,
    `# ${hatch('a comment')}\n{ none }`,
    `{ ${'viewer {'.repeat(50)} ${literal('a text too deep')}`,
  ])
    await graphql(query)
  const variables = (where: string) => ({
    grant: { password: { username: 'person', password: hatch(where) } },
  })
  await graphql(activate, { grant: { password: hatch('a variable for a member') } })
  await graphql(activate, { grant: hatch('a variable for a grant') })
  await graphql(activate, {
    ...variables('a variable beside another'),
    unknown: hatch('an unknown variable'),
  })
  await graphql(activate, {
    grant: {
      ...variables('a variable with two members').grant,
      accessToken: { token: hatch('a token with two members') },
    },
  })
  await graphql('mutation ($p: Int!) { changePassword(password: $p) { __typename } }', {
    p: hatch('a variable of another type'),
  })
  const params = (more: object) =>
    push({ body: JSON.stringify({ query: activate, ...variables('variables that are none'), ...more }) })
  await params({ extensions: { persistedQuery: { version: 1, sha256Hash: hatch('a hash of a document') } } })
  await params({ variables: hatch('a text for variables') })
  await params({ password: hatch('an unknown parameter') })
  await push({
    body: `{"query":"{ viewer { username } }","variables":{"p":${json('a variable that breaks off')}`,
  })
  await push({ body: JSON.stringify([{ query: activate, variables: variables('a batch') }]) })
  await push({ body: `password=${word('a form at GraphQL')}`, headers: { 'content-type': 'text/plain' } })
  await push({ body: JSON.stringify({ query: `# ${hatch('a document that is too large').repeat(1_000)}` }) })
  const search = (all: Record<string, string>) =>
    push({ method: 'GET', path: `/graphql?${new URLSearchParams(all).toString()}` })
  await search({ query: activate, variables: JSON.stringify(variables('variables in a URL')) })
  await search({
    query: `mutation { changePassword(password: ${literal('a literal in a URL')}) { __typename } }`,
  })
  await search({ query: '{ viewer { username } }', variables: word('variables in a URL that are none') })
  await search({ query: '{ viewer { username } }', password: hatch('a parameter in a URL') })
  await push({ as: null, method: 'GET', path: `/graphql?token=${word('a token in a URL, of nobody')}` })
}

/** Changes that are made, that are refused, and that may not be made. */
async function changes() {
  const put = (body: object, as = superuser) => rest('user/new', body, { method: 'PUT', as })
  await put({ password: hatch('the password of a new user'), roles: [] })
  await put({ password: hatch('a password of who may not put it'), roles: [] }, backend)
  await put({
    password: hatch('a password beside a hash'),
    password_hash: hatch('a hash beside a password'),
    roles: [],
  })
  await put({ password_hash: hatch('a hash of no format'), roles: [] })
  await put({ password: hatch('a password beside wrong roles'), roles: 5 })
  await put({ password: hatch('a password beside wrong metadata'), roles: [], metadata: { _x: 1 } })
  await rest(
    'user/elastic',
    { password: hatch('a password for the superuser'), roles: [] },
    { method: 'PUT' },
  )
  await rest('user/none/_password', { password: hatch('a password of no user') })
  await rest('user/new/_password', { password: hatch('another password of a user') })
  await rest('user/person/_password', { password: hatch('a password of somebody else') }, { as: backend })
  await graphql('mutation ($p: String!) { changePassword(username: "new", password: $p) { __typename } }', {
    p: hatch('a password by GraphQL'),
  })
  const hash = caught(
    'a hash that is imported',
    '$2a$04$abcdefghijklmnopqrstuv0123456789ABCDEFGHIJKLMNOPQRSTU',
    ['the database'],
  )
  await put({ password_hash: hash, roles: [] })
  await asCaller({
    authorization: basic({ username: 'new', password: hatch('a wrong password for an imported hash') }),
  })
}

/** Tokens and keys that the gateway makes: they stand in the answer that hands them out, and nowhere else. */
async function handedOut() {
  const issue = async (where: string, body: object) => {
    const answer = await send({ path: '/_security/oauth2/token', as: backend, body: JSON.stringify(body) })
    const { access_token: access = '', refresh_token: refresh = '' } = JSON.parse(answer.text) as Record<
      string,
      string
    >
    caught(`the access token of ${where}`, access)
    if (refresh) caught(`the refresh token of ${where}`, refresh)
    return { access, refresh }
  }
  const { access, refresh } = await issue('a login', { grant_type: 'password', ...person })
  await issue('a client', { grant_type: 'client_credentials' })
  await asCaller({ authorization: `Bearer ${access}` })
  await grant(null, { token: access })
  await graphql(explain, { grant: { token: access } })
  await rest('oauth2/token', { token: access }, { method: 'DELETE', as: backend })
  await grant(null, { token: access })
  await asCaller({ authorization: `Bearer ${access}` })
  const next = await issue('a refreshing', { grant_type: 'refresh_token', refresh_token: refresh })
  await app.advance(60_000)
  await rest('oauth2/token', { grant_type: 'refresh_token', refresh_token: refresh }, { as: backend })
  await asCaller({ authorization: `Bearer ${next.access}` })

  const made = await send({ path: '/_security/api_key', body: '{"name":"key"}' })
  const { id = '', api_key: key = '', encoded = '' } = JSON.parse(made.text) as Record<string, string>
  caught('an API key', key)
  caught('an API key with its id', encoded)
  await asCaller({ authorization: `ApiKey ${encoded}` })
  await asCaller({ authorization: `ApiKey ${base64(`${id}:${hatch('a wrong key')}`)}` })
  await grant(null, { token: encoded })
  await push({ method: 'GET', path: '/_security/api_key' })
  await rest('api_key', { ids: [id] }, { method: 'DELETE' })
  await asCaller({ authorization: `ApiKey ${encoded}` })
}

/** What goes wrong on our side, or behind us. */
async function failures() {
  await grant(person)
  const columns =
    'base, username, roles, "realmName", "realmType", enabled, "lastSynchronized", labels, data, "seqNo"'
  await app.run(
    `INSERT INTO profiles (uid, ${columns}) SELECT 'again', ${columns} FROM profiles WHERE username = 'person'`,
  )
  await grant(person)
  await app.run(`DELETE FROM profiles WHERE uid = 'again'`)
  for (const table of ['profiles', 'tokens', 'api_keys', 'users', 'roles']) {
    await app.run(`ALTER TABLE ${table} RENAME TO gone`)
    await grant({ username: 'person', password: hatch(`a password without the table ${table}`) })
    await grant(person)
    await asCaller({ authorization: basic(person) })
    await asCaller({ authorization: `Bearer ${'A'.repeat(43)}` })
    await rest(
      'user/new',
      { password: hatch(`a new password without the table ${table}`), roles: [] },
      { method: 'PUT' },
    )
    await rest('oauth2/token', { grant_type: 'password', ...person }, { as: backend })
    await rest('api_key', { name: 'x' }, { as: backend })
    await app.run(`ALTER TABLE gone RENAME TO ${table}`)
  }
}

/** Every byte that the database has. */
async function databaseBytes(): Promise<Buffer> {
  if (databaseName === 'sqlite') {
    const [[, , file] = []] = await app.run('PRAGMA database_list')
    return Buffer.concat([readFileSync(String(file)), readFileSync(`${String(file)}-wal`)])
  }
  const tables = await app.run(`SELECT tablename FROM pg_tables WHERE schemaname = 'public'`)
  const rows: unknown[] = []
  for (const [table] of tables) rows.push(...(await app.run(`SELECT t::text FROM ${String(table)} t`)).flat())
  return Buffer.from(rows.join('\n'))
}

describe('what is secret and was pushed through both doors', () => {
  function expectNone(place: Place, content: Buffer): void {
    expect(content.length).toBeGreaterThan(5_000)
    expect(foundIn(place, content)).toEqual([])
  }

  it('stands nowhere in the log', () => {
    expectNone('the log', Buffer.from(app.logs()))
  })
  it('stands nowhere in the audit log', () => {
    expectNone('the audit log', Buffer.from(JSON.stringify(app.audit())))
  })
  it('stands nowhere in an answer', () => {
    expectNone('an answer', Buffer.from(answers.join('\n')))
  })
  it('stands nowhere in the metrics, nor does the name of anybody', async () => {
    const { text } = await send({ method: 'GET', path: '/metrics' })
    expectNone('the metrics', Buffer.from(text))
    for (const { username } of [backend, person]) expect(text).not.toContain(username)
  })
  it('stands nowhere in the database', async () => {
    expectNone('the database', await databaseBytes())
  })

  it('has met every way to fail', () => {
    // This one is a connection's: nothing of the request was read.
    const ofConnections = ['TOO_SLOW']
    expect(Object.keys(statusOf).filter((code) => !codes.has(code))).toEqual(ofConnections)
    expect(all.length).toBeGreaterThan(150)
  })

  it('is found where it is, in any writing', () => {
    const where = 'a text'
    const text = hatch(where)
    const { core = '' } = all.at(-1) ?? {}
    const json = JSON.stringify({ a: { b: text } })
    const found = (written: string) => foundIn('the log', Buffer.from(`...${written}...`))
    for (const written of [
      text,
      json,
      JSON.stringify(json),
      encodeURIComponent(text),
      Buffer.from(text).toString('hex'),
    ])
      expect(found(written)).toEqual([where])
    for (const before of ['', 'a', 'ab', 'abc'])
      for (const encoding of ['base64', 'base64url'] as const)
        expect(found(Buffer.from(`${before}${text}`).toString(encoding))).toEqual([where])
    expect(writings(core).every((written) => written.length >= 29)).toBe(true)
  })
})

it('no password of a database is printed, whatever is wrong with it', async () => {
  const secret = 'Cn4ry0fDatabase'
  const folder = await temporaryFolder()
  for (const url of [
    `postgres://gateway:${secret}@127.0.0.1:1/db`,
    `postgres://gateway:${secret}@127.0.0.1:1/db?x=y`,
    `postgres://gateway:${secret}@`,
  ]) {
    const started = gateway(['serve'], folder, { DATABASE_URL: url, ELASTIC_PASSWORD: 'changeme' })
    expect(await started.ended).not.toBe(0)
    expect(started.out + started.err).not.toBe('')
    for (const written of writings(secret)) expect(started.out + started.err).not.toContain(written)
  }
})
