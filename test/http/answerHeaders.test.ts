import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { basic, createTestApp, elastic } from '../support/testApp.ts'
import { answersTo, type RawAnswer } from './rawSocket.ts'

const page = 'https://app.example.com'
const app = await createTestApp({
  settings: `cors.allowed_origins: ${page}\nhttp: { max_content_length: 100b, header_timeout: 3s }`,
})
let address: string
beforeAll(async () => {
  address = await app.app.listen()
})
afterAll(app.close)

const authorization = `Authorization: ${basic(elastic)}\r\n`
const json = 'Content-Type: application/json\r\n'
const send = (line: string, headers = '', body = '') =>
  `${line} HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n${headers}Content-Length: ${body.length}\r\n\r\n${body}`

function valuesOf({ headers }: RawAnswer, name: string): string[] {
  return headers.flatMap(([one, value]) => (one === name ? [value] : []))
}

async function answerTo(bytes: string): Promise<RawAnswer> {
  const [answer, ...more] = await answersTo(address, bytes)
  if (!answer || more.length > 0) throw new Error('expected one answer')
  return answer
}

describe('every answer', () => {
  const query = '{"query":"{ server { name } }"}'
  const preflight = `Origin: ${page}\r\nAccess-Control-Request-Method: POST\r\n`
  it.each([
    ['of REST', send('GET /', authorization), 200],
    ['of REST, as YAML', send('GET /?format=yaml', authorization), 200],
    ['to nobody', send('GET /'), 401],
    ['of nothing found', send('GET /_security/user/nobody', authorization), 404],
    ['at no address', send('GET /nowhere', authorization), 400],
    ['to a wrong method', send('PATCH /', authorization), 405],
    ['to OPTIONS', send('OPTIONS /', authorization), 200],
    ['to a wrong body', send('PUT /_security/role/a', authorization + json, '{'), 400],
    [
      'to a body that is too large',
      send('PUT /_security/role/a', authorization + json, ' '.repeat(101)),
      413,
    ],
    ['of GraphQL', send('POST /graphql', authorization + json, query), 200],
    ['of GraphQL to nobody', send('POST /graphql', json, query), 401],
    ['of GraphQL to a wrong method', send('PUT /graphql', authorization), 405],
    ['of GraphQL to a wrong body', send('POST /graphql', authorization, query), 415],
    ['of GraphQL to a page', send('POST /graphql', `Origin: ${page}\r\n${authorization}${json}`, query), 200],
    ['to a preflight', send('OPTIONS /graphql', preflight), 204],
    ['to a probe', send('GET /health/live'), 200],
    ['to a path that cannot be read', send('GET /%', authorization), 400],
    ['to what is no HTTP', 'JUNK\r\n\r\n', 400],
    ['to what has two hosts', send('GET /', 'Host: other\r\n'), 400],
    ['to headers that are too large', send('GET /', `X-A: ${'a'.repeat(17_000)}\r\n`), 400],
    ['to what does not come', 'GET /', 408],
    ['to CONNECT', send('CONNECT gateway:443'), 400],
  ])('stays where it belongs, and says nothing of us: one %s', async (_, bytes, status) => {
    const answer = await answerTo(bytes)
    expect(answer.status).toBe(status)
    const said = Object.fromEntries(
      ['cache-control', 'content-security-policy', 'referrer-policy', 'x-content-type-options'].map(
        (name) => [name, valuesOf(answer, name)],
      ),
    )
    expect(said).toEqual({
      'cache-control': ['no-store'],
      'content-security-policy': [
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
      ],
      'referrer-policy': ['no-referrer'],
      'x-content-type-options': ['nosniff'],
    })
    const names = answer.headers.map(([name]) => name)
    for (const name of ['server', 'x-powered-by', 'strict-transport-security'])
      expect(names).not.toContain(name)
  })

  it('is that of the page for GraphiQL too, which has a policy of its own', async () => {
    const answer = await answerTo(send('GET /graphql', 'Accept: text/html\r\n'))
    expect(valuesOf(answer, 'content-security-policy')).toEqual([expect.stringContaining("'sha256-")])
    expect(valuesOf(answer, 'cache-control')).toEqual(['no-store'])
    expect(valuesOf(answer, 'referrer-policy')).toEqual(['no-referrer'])
    expect(valuesOf(answer, 'x-content-type-options')).toEqual(['nosniff'])
  })
})

describe('what is sent', () => {
  const injected = 'Set-Cookie: stolen=1'
  const values = [
    ['escaped', `a%0d%0a${injected.replace(' ', '%20')}`],
    ['escaped for a script', `a\\r\\n${injected}`],
    // U+010D U+010A in UTF-8: cut to a byte each, they would end the line.
    ['with letters that end a line if they are cut', `a\xc4\x8d\xc4\x8a${injected}`],
    ['behind a tab', `a\t${injected}`],
    ['behind what some take for the end of a line', `a\x85${injected}`],
  ] as const
  const places = (value: string): [place: string, bytes: string][] => [
    ['X-Opaque-Id', send('GET /', `${authorization}X-Opaque-Id: ${value}\r\n`)],
    [
      'Accept',
      send(
        'GET /',
        `${authorization}Accept: application/vnd.elasticsearch+json;compatible-with=9${value}\r\n`,
      ),
    ],
    [
      'Content-Type',
      send('PUT /_security/role/a', `${authorization}Content-Type: application/json;${value}\r\n`, '{}'),
    ],
    [
      'Origin',
      send('OPTIONS /graphql', `Origin: ${page}${value}\r\nAccess-Control-Request-Method: POST\r\n`),
    ],
    [
      'the method that a preflight asks for',
      send('OPTIONS /graphql', `Origin: ${page}\r\nAccess-Control-Request-Method: ${value}\r\n`),
    ],
    ['Authorization', send('GET /', `Authorization: Bearer ${value}\r\n`)],
    ['Subject-Address', send('GET /', `${authorization}Subject-Address: ${value}\r\n`)],
    ['X-Forwarded-For', send('GET /', `${authorization}X-Forwarded-For: ${value}\r\n`)],
  ]
  const known =
    /^(cache-control|content-(length|security-policy|type)|connection|date|keep-alive|referrer-policy|vary|www-authenticate|x-(content-type-options|elastic-product|opaque-id)|access-control-(allow-(headers|methods|origin)|expose-headers|max-age))$/

  it.each(values)('never becomes a header of the answer: %s', async (_, value) => {
    for (const [place, bytes] of places(value)) {
      const { headers } = await answerTo(bytes)
      expect(
        headers.filter(([name]) => !known.test(name)),
        place,
      ).toEqual([])
    }
    const opaque = await answerTo(send('GET /', `${authorization}X-Opaque-Id: ${value}\r\n`))
    expect(valuesOf(opaque, 'x-opaque-id')).toEqual([value])
  })

  it.each(values.slice(0, 1))('in a path or a query neither: %s', async (_, value) => {
    for (const target of [
      `/${value}`,
      `/_security/user/${value}`,
      `/?format=${value}`,
      `/graphql?query=${value}`,
    ]) {
      const { headers } = await answerTo(send(`GET ${target}`, authorization))
      expect(
        headers.filter(([name]) => !known.test(name)),
        target,
      ).toEqual([])
    }
  })

  it('is no request with a line end of its own', async () => {
    for (const end of ['\r', '\n', '\0']) {
      for (const [place, bytes] of places(`a${end}${injected}`)) {
        const { status, headers } = await answerTo(bytes)
        // Behind a line feed, it is a header of the request.
        expect([status, headers.filter(([name]) => !known.test(name))], place).toEqual([400, []])
      }
    }
  })
})
