import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { basic, createTestApp, elastic, rest } from '../support/testApp.ts'
import { answersTo, openSocket } from './rawSocket.ts'

const app = await createTestApp({
  settings: 'http.idle_timeout: 1s',
})
let address: string
beforeAll(async () => {
  address = await app.app.listen()
})
afterAll(app.close)

const authorization = `Authorization: ${basic(elastic)}\r\n`
const body = '{"password":"s3cret-p@ss","roles":[]}'
const length = `Content-Length: ${body.length}\r\n`
const chunks = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`

/** A request that makes a user, up to where its body begins. */
const put = (name: string, headers: string, version = '1.1') =>
  `PUT /_security/user/${name} HTTP/${version}\r\nHost: gateway\r\n${authorization}Content-Type: application/json\r\n${headers}\r\n`
const get = (headers: string, line = 'GET / HTTP/1.1') => `${line}\r\n${headers}${authorization}\r\n`
const host = 'Host: gateway\r\n'

/** What an attacker would have executed behind what is refused. */
const smuggled = put('smuggled', length) + body

async function users(): Promise<string[]> {
  return Object.keys((await rest(app.fetch, 'GET', '/_security/user', elastic)).body as object)
}

describe('bytes that another server could take for another request', () => {
  const te = 'Transfer-Encoding'
  const cases: [name: string, bytes: string][] = [
    ['two lengths', put('first', `${length}Content-Length: 0\r\n`) + body],
    ['one length twice', put('first', length + length) + body],
    ['a list of lengths', put('first', `Content-Length: ${body.length}, ${body.length}\r\n`) + body],
    ['a length with a sign', put('first', `Content-Length: +${body.length}\r\n`) + body],
    ['a negative length', put('first', 'Content-Length: -1\r\n') + body],
    ['a length in hexadecimal', put('first', 'Content-Length: 0x25\r\n') + body],
    ['a length of nothing', put('first', 'Content-Length: \r\n') + body],
    ['a length beyond all numbers', put('first', `Content-Length: ${'9'.repeat(30)}\r\n`) + body],
    ['a length, and chunked', put('first', `${length}${te}: chunked\r\n`) + chunks],
    ['chunked, and a length', put('first', `${te}: chunked\r\n${length}`) + chunks],
    ['chunked in two headers', put('first', `${te}: chunked\r\n${te}: chunked\r\n`) + chunks],
    ['chunked twice', put('first', `${te}: chunked, chunked\r\n`) + chunks],
    ['identity', put('first', `${te}: identity\r\n`) + chunks],
    ['identity with a length', put('first', `${length}${te}: identity\r\n`) + body],
    ['identity, then chunked', put('first', `${te}: identity, chunked\r\n`) + chunks],
    ['gzip, then chunked', put('first', `${te}: gzip, chunked\r\n`) + chunks],
    ['chunked, then gzip', put('first', `${te}: chunked, gzip\r\n`) + chunks],
    ['almost chunked', put('first', `${te}: xchunked\r\n`) + chunks],
    ['chunked behind a vertical tab', put('first', `${te}: \vchunked\r\n`) + chunks],
    ['chunked in quotation marks', put('first', `${te}: "chunked"\r\n`) + chunks],
    ['chunked in HTTP/1.0', put('first', `${te}: chunked\r\n`, '1.0') + chunks],
    ['bare line feeds', get(host).replaceAll('\r\n', '\n')],
    ['a bare line feed behind the first line', get(host).replace('\r\n', '\n')],
    ['a bare line feed behind a header', get(`${host}X-A: b\n`)],
    ['a bare line feed at the end', get(host).replace(/\r\n$/, '\n')],
    ['a bare carriage return', get(`${host}X-A: b\rX-B: c\r\n`)],
    ['a folded header', get(`${host}X-A: b\r\n c\r\n`)],
    ['a header folded by a tab', get(`${host}X-A: b\r\n\tc\r\n`)],
    ['a first header that is folded', get(` ${host}`)],
    ['folded credentials', get(host).replace('Authorization:', 'Authorization:\r\n')],
    ['a space before the colon', get(`${host}X-A : b\r\n`)],
    ['a space before the colon of chunked', put('first', `${te} : chunked\r\n`) + chunks],
    ['a header without a colon', get(`${host}X-A\r\n`)],
    ['a header without a name', get(`${host}: b\r\n`)],
    ['a header with a bracket in its name', get(`${host}X(A: b\r\n`)],
    ['NUL in a header', get(`${host}X-A: a\0b\r\n`)],
    ['a control character in a header', get(`${host}X-A: a\x01b\r\n`)],
    ['DEL in a header', get(`${host}X-A: a\x7fb\r\n`)],
    ['a chunk with a bare line feed', put('first', `${te}: chunked\r\n`) + chunks.replaceAll('\r\n', '\n')],
    ['a chunk longer than it says', put('first', `${te}: chunked\r\n`) + chunks.replace('25\r', '2\r')],
    ['a chunk whose size has a prefix', put('first', `${te}: chunked\r\n`) + `0x${chunks}`],
    ['a chunk whose size has a space', put('first', `${te}: chunked\r\n`) + chunks.replace('25', '25 ')],
    ['a chunk whose size is too large', put('first', `${te}: chunked\r\n`) + 'F'.repeat(17) + chunks],
    ['a chunk with a long extension', put('first', `${te}: chunked\r\n`) + `1;${'a'.repeat(20_000)}\r\n`],
    [
      'a chunk extension with a line feed',
      put('first', `${te}: chunked\r\n`) + chunks.replace('25', '25;a\n'),
    ],
    ['no host', get('')],
    ['two hosts', get('Host: gateway\r\nHost: other\r\n')],
    ['one host twice', get(host + host)],
    ['a host with a path', get('Host: gateway/x\r\n')],
    ['a host with a user', get('Host: user@gateway\r\n')],
    ['a target that is no path', get(host, 'GET x HTTP/1.1')],
    ['a target that is a host', get(host, 'GET gateway:80 HTTP/1.1')],
    ['a target of another scheme', get(host, 'GET ftp://gateway/ HTTP/1.1')],
    ['an asterisk for a target', get(host, 'GET * HTTP/1.1')],
    ['a space in the target', get(host, 'GET /a b HTTP/1.1')],
    ['a control character in the target', get(host, 'GET /\x01 HTTP/1.1')],
    ['a byte beyond ASCII in the target', get(host, 'GET /\xe9 HTTP/1.1')],
    ['a tab in the first line', get(host, 'GET\t/ HTTP/1.1')],
    ['HTTP/0.9', 'GET /\r\n\r\n'],
    ['HTTP/0.9 with its number', get(host, 'GET / HTTP/0.9')],
    ['HTTP/1.2', get(host, 'GET / HTTP/1.2')],
    ['HTTP/2.0', get(host, 'GET / HTTP/2.0')],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0'],
    ['a greeting of TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['a method that there is not', get(host, 'JUNK / HTTP/1.1')],
    ['a method in lower case', get(host, 'get / HTTP/1.1')],
    ['CONNECT', get(host, 'CONNECT gateway:443 HTTP/1.1')],
    ['an expectation of something else', put('first', `${length}Expect: 200-ok\r\n`) + body],
  ]

  it.each(cases)('are refused once, and nothing behind them is done: %s', async (_, bytes) => {
    const answers = await answersTo(address, bytes + smuggled)
    expect(answers).toMatchObject([{ status: 400 }])
    expect(answers[0]?.headers).toContainEqual(['connection', 'close'])
    expect(JSON.parse(answers[0]?.body ?? '')).toMatchObject({ status: 400 })
    expect(await users()).toEqual(['elastic'])
  })

  it.each([
    ['headers', get(`${host}X-A: ${'a'.repeat(17_000)}\r\n`)],
    ['a target', get(host, `GET /${'a'.repeat(17_000)} HTTP/1.1`)],
    [
      'a trailer',
      put('first', `${te}: chunked\r\n`) + chunks.replace(/\r\n$/, `X-A: ${'a'.repeat(17_000)}\r\n\r\n`),
    ],
  ])('are refused once, too large: %s', async (_, bytes) => {
    const answers = await answersTo(address, bytes + smuggled)
    expect(answers).toMatchObject([{ status: 400 }])
    expect(answers[0]?.body).toContain('the headers are larger than 16384 bytes')
    expect(await users()).toEqual(['elastic'])
  })

  it('are seen in the log with where they came from, and are no defect of ours', () => {
    expect(app.logs()).toContain('"address":"127.0.0.1","status":400,"msg":"refused: [Host] is missing"')
    expect(app.logs()).not.toMatch(/"level":[56]0/)
  })
})

describe('a request behind another one', () => {
  it.each([
    ['that is refused for its caller', `GET / HTTP/1.1\r\n${host}\r\n`, [401, 200]],
    [
      'with a body that nobody reads',
      `PUT /_security/user/a HTTP/1.1\r\n${host}${length}\r\n${body}`,
      [401, 200],
    ],
    ['with a body that must not be there', get(host + length) + body, [406, 200]],
  ])('is answered in its turn: one %s', async (_, first, expected) => {
    const answers = await answersTo(address, first + get(`${host}Connection: close\r\n`))
    expect(answers.map(({ status }) => status)).toEqual(expected)
  })

  it('that is refused leaves that one its answer, and comes second', async () => {
    const answers = await answersTo(address, `${get(host)}JUNK\r\n\r\n${smuggled}`)
    expect(answers).toMatchObject([{ status: 200 }, { status: 400 }])
    const hosts = await answersTo(address, get(host) + get(host + host) + smuggled)
    expect(hosts).toMatchObject([{ status: 200 }, { status: 400 }])
  })

  it.each([
    'Connection: close',
    'Connection: Upgrade\r\nUpgrade: websocket',
    'Connection: Upgrade\r\nUpgrade: h2c',
  ])('is never looked at where that one was the last: %s', async (last) => {
    const answers = await answersTo(address, get(`${host}${last}\r\n`) + smuggled)
    expect(answers).toMatchObject([{ status: 200 }])
    expect(answers[0]?.headers).toContainEqual(['connection', 'close'])
    expect(await users()).toEqual(['elastic'])
  })

  it('does not cut off the answer to that one, if it was the last', async () => {
    const large = { metadata: { much: 'x'.repeat(8_000_000) } }
    await rest(app.fetch, 'PUT', '/_security/role/large', elastic, large)
    const { send, until, answers } = await openSocket(address)
    send(get(`${host}Connection: close\r\n`, 'GET /_security/role/large HTTP/1.1'))
    await until(/xxx/)
    send(smuggled)
    const [answer, ...more] = await answers()
    expect([answer?.status, answer?.body.length, more]).toEqual([200, expect.any(Number), []])
    expect(answer?.body.length).toBeGreaterThan(8_000_000)
    expect(await users()).toEqual(['elastic'])
  })

  it('is not looked at where the body of that one is too large to be read', async () => {
    const answers = await answersTo(address, put('first', 'Content-Length: 999999999\r\n') + smuggled)
    expect(answers).toMatchObject([{ status: 413 }])
    expect(await users()).toEqual(['elastic'])
  })
})

describe('a request that was answered before its body came', () => {
  it('has no second answer when the body is none', async () => {
    const { send, until, answers } = await openSocket(address)
    send(`POST /_security/user/a HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n`)
    await until(/ 401 /)
    send(`junk\r\n${smuggled}`)
    expect(await answers()).toMatchObject([{ status: 401 }])
  })
})

describe('a caller who waits to be told to send the body', () => {
  const expecting = (size: number) => put('first', `Content-Length: ${size}\r\nExpect: 100-continue\r\n`)

  it('is told so, once it is known', async () => {
    const { send, until, answers } = await openSocket(address)
    send(expecting(3).replace(host, `${host}Connection: close\r\n`))
    await until(/^HTTP\/1\.1 100 Continue\r\n\r\n/)
    send('{a}')
    expect(await answers()).toMatchObject([{ status: 100 }, { status: 400 }])
  })

  it.each([
    ['too large', expecting(30_000_000), 413],
    ['of nobody', expecting(3).replace(authorization, ''), 401],
    ['packed in an unknown way', expecting(3).replace(host, `${host}Content-Encoding: br\r\n`), 400],
  ])('is not told so for a body that is %s', async (_, bytes, status) => {
    expect(await answersTo(address, bytes)).toMatchObject([{ status }])
  })
})

describe('headers', () => {
  it.each(['/', '/graphql?query=%7Bserver%7Bname%7D%7D'])(
    'of one kind have one value, at %s',
    async (path) => {
      const other = `Authorization: ${basic({ username: 'x', password: 'y' })}\r\n`
      for (const two of [
        other + authorization,
        authorization + other,
        `${authorization}Content-Type: a\r\nContent-Type: b\r\n`,
      ]) {
        const bytes = `GET ${path} HTTP/1.1\r\n${host}${two}Connection: close\r\n\r\n`
        const [answer, ...more] = await answersTo(address, bytes)
        expect([answer?.status, more]).toEqual([400, []])
        expect(answer?.body).toMatch(
          /multiple values for single-valued header \[(Authorization|Content-Type)\]\./,
        )
      }
      const twice = `GET ${path} HTTP/1.1\r\n${host}${authorization}${authorization}Connection: close\r\n\r\n`
      expect(await answersTo(address, twice)).toMatchObject([{ status: 200 }])
    },
  )

  it('are all seen, however many there are', async () => {
    const many = 'a:\r\n'.repeat(3_000)
    const known = get(`${host}Connection: close\r\n${many}`)
    expect(await answersTo(address, known)).toMatchObject([{ status: 200 }])
  })
})

describe('TRACE', () => {
  it.each([authorization, ''])('shows nobody what was sent', async (caller) => {
    const bytes = `TRACE / HTTP/1.1\r\n${host}${caller}X-Secret: s3cret\r\nConnection: close\r\n\r\n`
    const [answer, ...more] = await answersTo(address, bytes)
    expect([answer?.status, more]).toEqual([caller ? 405 : 401, []])
    expect(JSON.stringify(answer)).not.toContain('s3cret')
    expect(JSON.stringify(answer)).not.toContain(basic(elastic))
  })
})
