import { once } from 'node:events'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { text as textOf } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { jacknich, loginBackend, provision } from '../support/people.ts'
import { basic, createTestApp, elastic, overSocket } from '../support/testApp.ts'
import { activatePath, expectRefusal, sendingTo, type Answer } from './naughtyRequests.ts'

const app = await createTestApp()
const send = sendingTo(app.fetch)
const address = await app.app.listen()
const socket = overSocket(address)
const MiB = 1024 * 1024

beforeAll(() => provision(app.fetch))
afterEach(async () => {
  const { status } = await send('GET', '/_security/_authenticate')
  expect(status, 'the process serves on').toBe(200)
})
afterAll(async () => {
  await app.close()
  expect(app.logs()).not.toMatch(/"level":[56]0|\bat .*\.ts:\d+/)
})

describe('a body that is not the JSON we take', () => {
  const endpoints = [
    ['POST', activatePath],
    ['PUT', '/_security/user/naughty'],
    ['PUT', '/_security/role/naughty'],
    ['PUT', '/_security/role_mapping/naughty'],
    ['POST', '/_security/user/jacknich/_password'],
  ] as const
  const bodies: readonly (readonly [string, string | Buffer])[] = [
    ['U+0000, escaped', String.raw`{"password":"a\u0000b"}`],
    ['U+0000, as it is', '{"password":"a\0b"}'],
    ['U+0000 in a name', String.raw`{"a\u0000b":1}`],
    ['a high surrogate alone', String.raw`{"password":"a\ud83db"}`],
    ['a low surrogate alone', String.raw`{"password":"a\ude00"}`],
    ['a surrogate in UTF-8', Buffer.from('7b2261223a22eda080227d', 'hex')],
    ['invalid UTF-8', Buffer.from('7b2261223a22fffe227d', 'hex')],
    ['UTF-8 that breaks off', Buffer.from('7b2261223a22f09f98', 'hex')],
    ['UTF-16', Buffer.from('{"a":1}', 'utf16le')],
    ['a byte order mark', '\uFEFF{}'],
    ['__proto__', '{"__proto__":{"roles":["superuser"]}}'],
    ['__proto__, escaped', String.raw`{"\u005f_proto__":{"roles":["superuser"]}}`],
    ['__proto__ further down', '{"metadata":{"a":[{"__proto__":1}]}}'],
    ['a name twice', '{"password":"a","password":"b"}'],
    ['a name twice further down', '{"metadata":{"a":{"b":1,"b":2}}}'],
    ['50,000 brackets', '['.repeat(50_000)],
    ['50,000 brackets that close', '['.repeat(50_000) + ']'.repeat(50_000)],
    ['50,000 braces', '{"a":'.repeat(50_000)],
    ['101 levels', `{"metadata":${'['.repeat(100)}${']'.repeat(100)}}`],
    ['a number that no double holds', '{"metadata":{"a":12345678901234567890}}'],
    ['a number without end', '{"metadata":{"a":1e999}}'],
    ['a million commas', `[${','.repeat(1_000_000)}]`],
    ['a string without end', `"${'a'.repeat(1_000_000)}`],
    ['a million backslashes', `"${'\\'.repeat(1_000_000)}`],
  ]

  it.each(bodies)('is refused in the envelope: %s', async (_, body) => {
    for (const [method, path] of endpoints) {
      const answer = await send(method, path, { body })
      expectRefusal(answer, 400)
      expect(JSON.parse(answer.text)).toMatchObject({ error: { type: 'x_content_parse_exception' } })
    }
    expect(await send('GET', '/_security/user/naughty')).toMatchObject({ status: 404 })
    expect(await send('GET', '/_security/role/naughty')).toMatchObject({ status: 404 })
    expect(await send('GET', '/_security/role_mapping/naughty')).toMatchObject({ status: 404 })
  })

  it('has no effect on objects that know nothing of it', () => {
    expect(({} as { roles?: unknown }).roles).toBeUndefined()
  })
})

describe('a body that is too large', () => {
  it.each([
    ['in process', app.fetch],
    ['over a socket', socket],
  ])('is answered with 413, 30 MB %s', async (_, fetch) => {
    const body = Buffer.alloc(30_000_000, ' ')
    const answer = await send('POST', activatePath, { body, caller: loginBackend, fetch })
    expectRefusal(answer, 413)
  })

  it('is answered with 413, 30 MB that do not say how many they are', async () => {
    const parts = Array.from({ length: 30 }, () => Buffer.alloc(1_000_000, ' '))
    const body = Readable.toWeb(Readable.from(parts))
    expectRefusal(await send('POST', activatePath, { body, caller: loginBackend, fetch: socket }), 413)
  })

  it('is not read of a caller that is not known', async () => {
    const body = Buffer.alloc(30_000_000, ' ')
    const caller = { username: 'unknown', password: 'whatever' }
    expectRefusal(await send('POST', activatePath, { body, caller, fetch: socket }), 401)
  })

  it('is one beyond 20 MiB', async () => {
    const grant = JSON.stringify({ grant_type: 'password', ...jacknich })
    const largest = Buffer.from(grant.padEnd(20 * MiB))
    const caller = loginBackend
    expect(await send('POST', activatePath, { body: largest, caller })).toMatchObject({ status: 200 })
    const body = Buffer.concat([largest, Buffer.from(' ')])
    expectRefusal(await send('POST', activatePath, { body, caller }), 413)
  })
})

describe('a secret in the wrong shape', () => {
  const secret = 'hunter2-canary'
  const number = 918_273_645_546_372
  const form = 'application/x-www-form-urlencoded'
  const client = { scheme: 'SharedSecret', value: secret }
  const token = { grant_type: 'access_token', access_token: secret }
  const grant = { grant_type: 'password', username: 'jacknich', password: secret }

  it.each<[string, unknown, string?]>([
    ['a number', { ...grant, password: number }],
    ['a number that loses precision', `{"password":${number}${number}}`],
    ['a boolean beside it', { ...grant, username: true }],
    ['an array', { ...grant, password: [secret] }],
    ['an object', { ...grant, password: { value: secret } }],
    ['an unknown place', { ...grant, passphrase: secret }],
    ['an unknown nested place', { ...grant, login: { credentials: [{ password: secret }] } }],
    ['no object', JSON.stringify(secret)],
    ['an array of everything', [grant]],
    ['JSON that breaks off in it', `{"password":"${secret}`],
    ['JSON that breaks off after it', `{"password":"${secret}"`],
    ['JSON without quotes', `{"password":${secret}}`],
    ['JSON with the wrong quotes', `{'password':'${secret}'}`],
    ['JSON with a control character', `{"password":"${secret}\u0001"}`],
    ['JSON with a wrong escape', `{"password":"${secret}\\x"}`],
    ['JSON with U+0000', `{"password":"${secret}\\u0000"}`],
    ['JSON with a lone surrogate', `{"password":"${secret}\\ud800"}`],
    ['JSON with more behind it', `{"password":"${secret}"} ${secret}`],
    ['a name twice', `{"password":"${secret}","password":"${secret}"}`],
    ['invalid UTF-8', Buffer.from(`{"password":"${secret}\xff"}`, 'latin1')],
    ['a form', `grant_type=password&password=${secret}`, form],
    ['text', secret, 'text/plain'],
    ['a body that is too large', JSON.stringify(grant).padEnd(21 * MiB)],
    ['a wrong password', grant],
    ['an empty username', { ...grant, username: '' }],
    ['a grant of another type', { ...grant, grant_type: 'access_token' }],
    ['a token beside a password', { ...grant, access_token: secret }],
    ['a client beside a password', { ...grant, client_authentication: client }],
    ['an unknown token', token],
    ['an unknown token of a client', { ...token, client_authentication: client }],
    ['a token as a number', { ...token, access_token: number }],
    ['a token as an object', { ...token, access_token: { [secret.length]: secret } }],
    ['a client as a string', { ...token, client_authentication: secret }],
    ['a client as an array', { ...token, client_authentication: [secret] }],
    ['a client without a scheme', { ...token, client_authentication: { value: secret } }],
    ['a client of another scheme', { ...token, client_authentication: { ...client, scheme: 'Basic' } }],
    ['a client with more', { ...token, client_authentication: { ...client, secret } }],
    ['a secret as a number', { ...token, client_authentication: { ...client, value: number } }],
    ['a secret as an array', { ...token, client_authentication: { ...client, value: [secret] } }],
  ])('is never repeated by an activation: %s', async (_, body, type) => {
    const answer = await send('POST', activatePath, { body, caller: loginBackend, ...(type && { type }) })
    expectRefusal(answer)
    expectSilence(answer.text)
  })

  it.each<[string, unknown]>([
    ['a number', { password: number, roles: [] }],
    ['an array', { password: [secret], roles: [] }],
    ['an object', { password: { value: secret }, roles: [] }],
    ['an unknown place', { passphrase: secret, roles: [] }],
    ['a hash that is none', { password_hash: secret, roles: [] }],
    ['a hash beside it', { password: secret, password_hash: secret, roles: [] }],
    ['roles twice', `{"password":"${secret}","roles":[],"roles":[]}`],
    ['wrong roles beside it', { password: secret, roles: [1] }],
    ['no object', JSON.stringify(secret)],
    ['JSON that breaks off', `{"password":"${secret}"`],
  ])('is never repeated by putting a user or a password: %s', async (_, body) => {
    for (const path of ['/_security/user/careless', '/_security/user/jacknich/_password']) {
      const answer = await send('PUT', path, { body })
      expectRefusal(answer, 400)
      expectSilence(answer.text)
    }
    expect(await send('GET', '/_security/user/careless')).toMatchObject({ status: 404 })
  })

  it.each([
    `Basic ${secret}`,
    `Basic ${Buffer.from(secret).toString('base64')}`,
    `Bearer ${secret}`,
    `ApiKey ${secret}`,
    `Digest ${secret}`,
    secret,
    basic({ username: 'elastic', password: secret }),
  ])('is never repeated by a caller: %s', async (authorization) => {
    const answer = await send('GET', '/', { caller: authorization })
    expectRefusal(answer, 401)
    expectSilence(answer.text)
    expect(app.logs()).not.toContain(Buffer.from(secret).toString('base64').replaceAll('=', ''))
  })

  it('is never repeated by a query', async () => {
    const path = `${activatePath}?password=${secret}`
    const answer = await send('POST', path, { body: grant, caller: loginBackend })
    expectRefusal(answer, 400)
    expectSilence(answer.text)
  })

  function expectSilence(answer: string): void {
    for (const place of [answer, app.logs()]) {
      expect(place).not.toContain(secret)
      expect(place).not.toContain(String(number))
    }
  }
})

describe('a path that is junk', () => {
  it.each([
    '/_security/user/%',
    '/_security/user/%zz',
    '/_security/user/%ff',
    '/_security/user/%ed%a0%80',
    '/_security/user/a%00b',
    '/_security/_authenticate?pretty=%00',
    '/_security/user/%c0%af',
    '/_security/profile/%_activate',
  ])('is refused: %s', async (path) => {
    for (const fetch of [app.fetch, socket]) expectRefusal(await send('GET', path, { fetch }), 400)
  })

  it.each(['/_security/user/%0d%0aa:b', '/_security/user/%252e%252e', '/_security/role/%F0%9F%98%80'])(
    'names nothing: %s',
    async (path) => {
      for (const fetch of [app.fetch, socket]) {
        expect(await send('GET', path, { fetch })).toMatchObject({ status: 404, text: '{}' })
      }
    },
  )

  it.each([
    '?%',
    '?%ff=%zz',
    '?__proto__=1',
    '?constructor',
    '?a[b]=1&a[c]=2',
    '?pretty=1&%00',
    '?' + '&'.repeat(1000) + 'x',
  ])('is refused with the query %s', async (query) => {
    for (const fetch of [app.fetch, socket]) expectRefusal(await send('GET', `/${query}`, { fetch }), 400)
  })

  it.each(['human=%zz', 'human=%', 'human=%ff', 'error_trace=%00'])(
    'is refused before anything else, with ?%s, where it takes the parameter',
    async (query) => {
      const answer = await send('POST', `${activatePath}?${query}`, { body: '{' })
      expectRefusal(answer, 400)
      expect(answer.text).toContain('a parameter holds U+0000, or an escape that is not UTF-8')
    },
  )
})

describe('a query', () => {
  it.each([
    ['?pretty=maybe&pretty=false', 200],
    ['?pretty=false&pretty=maybe', 400],
    ['?filter_path=roles&filter_path=username', 200],
    ['?human;filter_path=username;pretty=false', 200],
    ['?filter_path=roles%3Busername', 200],
    ['?filter_path=nothing,%20username%20,', 200],
    ['?;&;', 200],
  ])('is read as Elasticsearch reads it: %s', async (query, status) => {
    for (const fetch of [app.fetch, socket]) {
      const answer = await send('GET', `/_security/_authenticate${query}`, { fetch })
      expect(answer.status).toBe(status)
      if (/(=|,%20)username/.test(query)) expect(answer.text).toBe('{"username":"elastic"}')
      if (query.includes('%3B')) expect(answer.text).toBe('{}')
    }
  })
})

describe('a path with escapes', () => {
  it('is decoded where an error names it, but not where one names the URI', async () => {
    const uri = '/_security/user/Ren%C3%A9%2Fe'
    const told = async (...[method, path, sending]: Parameters<typeof send>) =>
      (await send(method, path, sending)).text
    expect(await told('GET', `${uri}?x=%20`)).toContain(
      'request [/_security/user/René/e] contains unrecognized parameter: [x]',
    )
    expect(await told('DELETE', uri, { body: {} })).toContain(
      'request [DELETE /_security/user/René/e] does not support having a body',
    )
    expect(await told('PATCH', `${uri}?x=%20`)).toContain(`for uri [${uri}?x=%20] and method [PATCH]`)
  })
})

describe('a path that is spelled otherwise', () => {
  it.each([
    '/%5fsecurity/_authenticate',
    '/_security/%5Fauthenticate',
    '//_security/_authenticate',
    '/_security//_authenticate',
    '/_security/user//_password',
    '/_security/profile//_data',
    '/_security/profile/u_a_0/_%64ata',
    '/_security%2Fuser',
    '/%',
    '/%zz',
    '/%2',
  ])('leads nowhere: %s', async (path) => {
    for (const fetch of [app.fetch, socket])
      for (const method of ['GET', 'POST']) {
        const { status, text } = await send(method, path, { fetch })
        expect(status).toBe(400)
        expect(JSON.parse(text)).toEqual({
          error: `no handler found for uri [${path}] and method [${method}]`,
        })
      }
  })

  it('is the name of a profile, where any word is one', async () => {
    expect(await send('POST', '/_security/profile/%5factivate')).toMatchObject({ status: 405 })
    const { status, text } = await send('GET', '/_security/profile/%5factivate')
    expect([status, text]).toEqual([200, expect.stringContaining('"_activate":{"type"')])
  })

  it.each(['/_security/_authenticate/', '/_security/_authenticate//', '//'])(
    'is the same with slashes at its end: %s',
    async (path) => {
      for (const fetch of [app.fetch, socket])
        expect(await send('GET', path, { fetch })).toMatchObject({ status: 200 })
    },
  )
})

describe('a name that is very long', () => {
  const long = 'n'.repeat(10_000)

  it('names nothing in a path', async () => {
    const path = `/_security/user/${long.slice(0, 3_000)}`
    expectRefusal(await send('PUT', path, { body: { password: 'p@ssw0rd', roles: [] }, fetch: socket }), 400)
    expect(await send('GET', path, { fetch: socket })).toMatchObject({ status: 404, text: '{}' })
  })

  it.each([10_000, 20_000])(
    'is refused in a path that Elasticsearch does not read, of %i',
    async (length) => {
      const path = `/_security/user/${'n'.repeat(length)}`
      expectRefusal(await send('GET', path, { fetch: socket }), 400)
    },
  )

  it.each([1_025, 1_000_000])('is refused in a grant, of %i characters', async (length) => {
    const body = { grant_type: 'password', username: 'n'.repeat(length), password: 'p@ssw0rd' }
    expectRefusal(await send('POST', activatePath, { body, caller: loginBackend }), 400)
  })

  it('proves nobody in a Basic header', async () => {
    const caller = { username: long, password: 'p@ssw0rd' }
    expectRefusal(await send('GET', '/', { caller, fetch: socket }), 401)
  })

  it('is refused in a header that is not read', async () => {
    const caller = { username: 'n'.repeat(20_000), password: 'p@ssw0rd' }
    expectRefusal(await send('GET', '/', { caller, fetch: socket }), 400)
  })
})

describe('an Authorization header that is junk', () => {
  const base64 = (content: string | Buffer) => Buffer.from(content).toString('base64')

  it.each([
    '',
    ' ',
    'x',
    'Basic',
    'Basic ',
    'Basic :',
    'Basic =',
    'Basic a===',
    'Basic !!!!',
    'Basic é',
    `Basic ${base64('nocolon')}`,
    `Basic ${base64('')}`,
    `Basic ${base64(':')}`,
    `Basic ${base64('elastic:')}`,
    `Basic ${base64(`:${elastic.password}`)}`,
    `Basic ${base64(`elastic:${elastic.password}\0`)}`,
    `Basic ${base64(`elastic\0:${elastic.password}`)}`,
    `Basic ${base64('\0\u0001\u001f\u007f:\r\n')}`,
    `Basic ${base64(Buffer.from('fffe3afffe', 'hex'))}`,
    `Basic ${base64('__proto__:constructor')}`,
    `Basic ${base64(`'; DROP TABLE users; --:' OR 1=1 --`)}`,
    `Basic ${base64(`ELASTIC:${elastic.password}`)}`,
    `Basic ${base64(`elastic :${elastic.password}`)}`,
    `${basic(elastic)},`,
    `${basic(elastic)} x`,
    `x ${basic(elastic)}`,
    `Basic${base64(`elastic:${elastic.password}`)}`,
    'Bearer',
    'Bearer ',
    'ApiKey',
    'ApiKey !!!!',
    'Digest username="elastic"',
    'Negotiate x',
  ])('proves nobody: %j', async (authorization) => {
    const answer = await send('GET', '/', { caller: authorization })
    expectRefusal(answer, 401)
    expect(answer.challenges).toBe('Basic realm="security", charset="UTF-8", Bearer realm="security", ApiKey')
  })

  it('proves nobody, and is told that it is malformed, as a token that cannot be one', async () => {
    const answer = await send('GET', '/', { caller: 'Bearer é' })
    expectRefusal(answer, 401)
    expect(answer.challenges).toBe(
      'Bearer realm="security", error="invalid_token", error_description="The access token is malformed"',
    )
  })

  it.each(['\u0000', '\u0001', '\u007f', '\n '])('is refused where it holds %j', async (character) => {
    const head = `GET / HTTP/1.1\r\nhost: x\r\nauthorization: Basic a${character}b\r\n`
    const answer = await overWire(head)
    expectRefusal(answer)
    expect([400, 401]).toContain(answer.status)
  })
})

describe('a method that nobody expects', () => {
  it.each(['PATCH', 'TRACE', 'QUERY', 'PROPFIND', 'SEARCH', 'M-SEARCH'])('is refused: %s', async (method) => {
    const head = `${method} ${activatePath} HTTP/1.1\r\nhost: x\r\nauthorization: ${basic(elastic)}\r\n`
    const { status, product } = await overWire(head)
    expect([status, product]).toEqual([405, 'Elasticsearch'])
  })

  it('is refused where it is none', async () => {
    expectRefusal(await overWire('NONE / HTTP/1.1\r\nhost: x\r\n'), 400)
  })
})

/** Sends a request head as it is, which no client would. */
async function overWire(head: string): Promise<Answer> {
  const { hostname, port } = new URL(address)
  const connection = connect(Number(port), hostname)
  await once(connection, 'connect')
  connection.write(`${head}connection: close\r\n\r\n`, 'latin1')
  const [answered = '', ...body] = (await textOf(connection)).split('\r\n\r\n')
  const header = (name: string) => new RegExp(`^${name}: (.*)$`, 'im').exec(answered)?.[1] ?? null
  return {
    status: Number(answered.split(' ')[1]),
    text: body.join('\r\n\r\n'),
    challenges: header('www-authenticate'),
    product: header('x-elastic-product'),
  }
}
