import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { activationContract, createContractGateway } from '../support/activationContract.ts'
import { jacknich, jacknichUid, loginBackend, nobody, provision } from '../support/people.ts'
import { basic, createTestApp, elastic, overSocket, rest } from '../support/testApp.ts'
import { databaseName } from '../support/testDatabase.ts'

const [inProcess, onSocket, app] = await Promise.all([createTestApp(), createTestApp(), createTestApp()])
beforeAll(() => provision(app.fetch))
afterAll(() => Promise.all([inProcess.close(), onSocket.close(), app.close()]))

const path = '/_security/profile/_activate'
const grant = { grant_type: 'password', ...jacknich }
const json = { 'content-type': 'application/json' }

const ways = [
  { way: 'in process', fetch: inProcess.fetch, advance: inProcess.advance },
  { way: 'over a socket', fetch: overSocket(await onSocket.app.listen()), advance: onSocket.advance },
]
// A socket sees nothing of the database.
if (databaseName === 'postgresql') ways.pop()

describe.each(ways)('activation, $way,', async ({ fetch, advance }) => {
  const gateway = await createContractGateway(fetch, elastic, advance)

  for (const { name, needs, fn } of activationContract) {
    it(name, async ({ skip }) => {
      if (needs === 'clock') skip(!gateway.advance, 'there is no clock to move')
      await fn(gateway)
    })
  }
})

describe('200', () => {
  it('is the documented answer, its keys in the order of Elasticsearch', async () => {
    const { response, body } = await send(grant)
    const { last_synchronized: time } = JSON.parse(body) as { last_synchronized: number }
    expect(response.status).toBe(200)
    expect(body).toBe(
      `{"uid":"${jacknichUid}","enabled":true,"last_synchronized":${time},"user":{"username":"jacknich",` +
        '"roles":["admin","other_role1"],"realm_name":"native","email":"jacknich@example.com",' +
        '"full_name":"Jack Nicholson"},"labels":{},"data":{},"_doc":{"_primary_term":1,"_seq_no":0}}',
    )
  })

  it.each(['pretty', 'pretty=true'])('is indented with ?%s, and ends its last line', async (query) => {
    const { body } = await send(grant, { path: `${path}?${query}` })
    expect(body).toMatch(/^{\n {2}"uid"/)
    expect(body).toBe(`${JSON.stringify(JSON.parse(body), null, 2)}\n`)
  })

  it.each(['pretty=false', 'human', 'error_trace=false'])('stays on one line with ?%s', async (query) => {
    const { response, body } = await send(grant, { path: `${path}?${query}` })
    expect(response.status).toBe(200)
    expect(body).not.toContain('\n')
  })

  it.each(['application/json', 'application/json; charset=UTF-8', 'APPLICATION/JSON;charset=utf-8'])(
    'answers a body of type %s as application/json',
    async (type) => {
      const { response } = await send(grant, { headers: { 'content-type': type } })
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toBe('application/json')
    },
  )

  it.each([8, 9])(
    'speaks version %i of the media type, as the clients of that version do',
    async (version) => {
      const type = `application/vnd.elasticsearch+json; compatible-with=${version}`
      const headers = { 'content-type': type, accept: `${type},text/plain` }
      const answered = `application/vnd.elasticsearch+json;compatible-with=${version}`
      for (const [body, status] of [[grant, 200] as const, [{}, 400] as const]) {
        const { response } = await send(body, { headers })
        expect(response.status).toBe(status)
        expect(response.headers.get('content-type')).toBe(answered)
      }
    },
  )
})

describe('400 for a body that does not parse', () => {
  it.each([
    ['{"foo":1}', '[1:2] [activate_profile_request] unknown field [foo]'],
    [`{"${'z'.repeat(9_999)}":1}`, `[1:2] [activate_profile_request] unknown field [${'z'.repeat(64)}…]`],
    ['{"run_as":"x"}', '[1:2] [activate_profile_request] unknown field [run_as]'],
    ['{"api_key":"x"}', '[1:2] [activate_profile_request] unknown field [api_key]'],
    ['{\n  "grant_type": "x",\n  "foo": 1}', '[3:3] [activate_profile_request] unknown field [foo]'],
    ['{"passwrd":"x"}', '[1:2] [activate_profile_request] unknown field [passwrd] did you mean [password]?'],
    [
      '{"user_name":"x"}',
      '[1:2] [activate_profile_request] unknown field [user_name] did you mean [username]?',
    ],
    ['{"username":1,"foo":1}', wrongType('1:13', 'username', 'VALUE_NUMBER')],
    ['{"foo":1,"username":1}', '[1:2] [activate_profile_request] unknown field [foo]'],
    ['{"username":1}', wrongType('1:13', 'username', 'VALUE_NUMBER')],
    ['{"password":null}', wrongType('1:13', 'password', 'VALUE_NULL')],
    ['{"grant_type":true}', wrongType('1:15', 'grant_type', 'VALUE_BOOLEAN')],
    ['{"access_token":["x"]}', wrongType('1:17', 'access_token', 'START_ARRAY')],
    ['{\n"password":\n {}}', wrongType('3:2', 'password', 'START_OBJECT')],
    ['{"client_authentication":"x"}', wrongType('1:26', 'client_authentication', 'VALUE_STRING')],
    ['{"client_authentication":null}', wrongType('1:26', 'client_authentication', 'VALUE_NULL')],
    ['{"client_authentication":[]}', wrongType('1:26', 'client_authentication', 'START_ARRAY')],
  ])('says of %j where and what is wrong', async (body, reason) => {
    expect(await errorOf(body)).toEqual(error('x_content_parse_exception', reason))
  })

  it.each([
    ['{"scheme":"SharedSecret"}', 'illegal_argument_exception', /^Required \[value\]$/],
    ['{"value":"x"}', 'illegal_argument_exception', /^Required \[scheme\]$/],
    ['{}', 'illegal_argument_exception', /^Required \[scheme, value\]$/],
    ['{"foo":1}', 'x_content_parse_exception', /^\[1:\d+\] \[client_authentication\] unknown field \[foo\]$/],
    [
      '{"scheme":1,"value":"x"}',
      'x_content_parse_exception',
      /^\[1:\d+\] \[client_authentication\] scheme doesn't support values of type: VALUE_NUMBER$/,
    ],
    [
      '{"scheme":"x","value":null}',
      'x_content_parse_exception',
      /^\[1:\d+\] \[client_authentication\] value doesn't support values of type: VALUE_NULL$/,
    ],
  ])('wraps what is wrong inside the client_authentication %s', async (client, type, reason) => {
    const wrapped = /^\[1:\d+\] \[activate_profile_request\] failed to parse field \[client_authentication\]$/
    const outer = { type: 'x_content_parse_exception', reason: expect.stringMatching(wrapped) as string }
    expect(await errorOf(`{"client_authentication":${client}}`)).toMatchObject({
      error: {
        ...outer,
        caused_by: { type, reason: expect.stringMatching(reason) as string },
      },
      status: 400,
    })
  })

  it.each([
    ['{"username":"a","username":"b"}', /Duplicate field 'username'/],
    ['{"client_authentication":{"value":"a","value":"a"}}', /Duplicate field 'value'/],
    ['[]', /^\[1:1\].* Expected START_OBJECT but was: START_ARRAY/],
    ['"x"', /^\[1:1\].* Expected START_OBJECT but was: VALUE_STRING/],
    [' null', /^\[1:2\].* Expected START_OBJECT but was: VALUE_NULL/],
    ['{', /^\[1:2\]/],
    ['{"username":}', /^\[1:13\]/],
    ['{"username":"x",}', /^\[1:17\]/],
    ["{'username':'x'}", /^\[1:2\]/],
    ['{"username":"x"} x', /^\[1:18\]/],
    ['{\n "username": nil}', /^\[2:14\]/],
  ])('says of %j where it is no JSON object', async (body, reason) => {
    expect(await errorOf(body)).toMatchObject({
      error: { type: 'x_content_parse_exception', reason: expect.stringMatching(reason) as string },
      status: 400,
    })
  })

  it.each([
    ['no body', undefined],
    ['an empty one', ''],
  ])('asks for a body where there is %s', async (_, body) => {
    expect(await errorOf(body)).toEqual(error('parse_exception', 'request body is required'))
  })

  it('asks for a body before it would look at the type of none', async () => {
    const { body } = await send(undefined, { headers: { 'content-type': 'text/plain' } })
    expect(JSON.parse(body)).toEqual(error('parse_exception', 'request body is required'))
  })
})

describe('400 for versions of the media type that do not fit', () => {
  const nine = 'application/vnd.elasticsearch+json; compatible-with=9'
  const eight = 'application/vnd.elasticsearch+json;compatible-with=8'
  const seven = 'application/vnd.elasticsearch+json;compatible-with=7'
  const plain = 'application/json'
  const both =
    'A compatible version is required on both Content-Type and Accept headers if either one has requested a ' +
    'compatible version'

  it.each([
    [seven, seven, `Accept version must be either version 9 or 8, but found 7. Accept=${seven}`],
    [plain, seven, `Content-Type version must be either version 9 or 8, but found 7. Content-Type=${seven}`],
    [nine, eight, `${both} and the compatible versions must match. Accept=${nine}, Content-Type=${eight}`],
    [nine, plain, `${both}. Accept=${nine}, Content-Type=${plain}`],
    [plain, nine, `${both}. Accept=${plain}, Content-Type=${nine}`],
  ])('refuses to accept %s for a body of type %s', async (accept, type, reason) => {
    const { response, body } = await send(grant, { headers: { accept, 'content-type': type } })
    const outer = {
      type: 'media_type_header_exception',
      reason: 'Invalid media-type value on headers [Accept, Content-Type]',
    }
    expect(response.status).toBe(400)
    expect(JSON.parse(body)).toEqual({
      error: { root_cause: [outer], ...outer, caused_by: { type: 'status_exception', reason } },
      status: 400,
    })
  })

  it('does not come without a body', async () => {
    const headers = { accept: nine, 'content-type': plain }
    const { response } = await send(undefined, { method: 'GET', path: '/', headers })
    expect(response.status).toBe(200)
  })
})

describe('400 for a parameter that the endpoint does not take', () => {
  it.each([
    ['refresh', 'unrecognized parameter: [refresh]'],
    ['refresh=true', 'unrecognized parameter: [refresh]'],
    ['b=1&a=2', 'unrecognized parameters: [a], [b]'],
    ['prety', 'unrecognized parameter: [prety] -> did you mean [pretty]?'],
  ])('refuses ?%s', async (query, complaint) => {
    const { response, body } = await send(grant, { path: `${path}?${query}` })
    expect(response.status).toBe(400)
    expect(JSON.parse(body)).toEqual(
      error('illegal_argument_exception', `request [${path}] contains ${complaint}`),
    )
  })

  it('comes after a body that does not parse', async () => {
    const { body } = await send('{', { path: `${path}?refresh` })
    expect(JSON.parse(body)).toMatchObject({ error: { type: 'x_content_parse_exception' } })
  })

  it('comes before a grant that is not valid', async () => {
    const { body } = await send({}, { path: `${path}?refresh` })
    expect(JSON.parse(body)).toMatchObject({ error: { type: 'illegal_argument_exception' } })
  })
})

describe('400 for a parameter that is neither true nor false', () => {
  it.each(['pretty', 'human'])('comes before the path, the method and the body: %s', async (name) => {
    for (const [method, uri] of [
      ['GET', '/nowhere'],
      ['PUT', path],
      ['POST', path],
    ] as const) {
      const { response, body } = await send(method === 'GET' ? undefined : '{', {
        method,
        path: `${uri}?${name}=maybe`,
      })
      const reason = 'Failed to parse value [maybe] as only [true] or [false] are allowed.'
      expect(response.status).toBe(400)
      expect(JSON.parse(body)).toEqual(error('illegal_argument_exception', reason))
    }
  })
})

describe('400 for a path that leads nowhere', () => {
  it.each(['/x', '/x/y?z=1', '/_security', '/_security/profile/_activate/more'])(
    'says so of %s',
    async (uri) => {
      const { response, body } = await send('{', { path: uri, headers: { 'content-type': 'text/plain' } })
      expect(response.status).toBe(400)
      expect(JSON.parse(body)).toEqual({ error: `no handler found for uri [${uri}] and method [POST]` })
    },
  )
})

describe('405', () => {
  it.each(['PUT', 'DELETE'])('tells %s which methods there are', async (method) => {
    const uri = `${path}?pretty`
    const { response, body } = await send(undefined, { method, path: uri })
    const { error: complaint } = JSON.parse(body) as { error: string }
    const [, allowed = ''] = /, allowed: \[(.*)\]$/.exec(complaint) ?? []
    expect(response.status).toBe(405)
    expect(JSON.parse(body)).toEqual({
      error: `Incorrect HTTP method for uri [${uri}] and method [${method}], allowed: [${allowed}]`,
      status: 405,
    })
    expect(allowed.split(', ').sort()).toEqual(['GET', 'POST'])
    expect(response.headers.get('allow')?.split(',').sort()).toEqual(['GET', 'POST'])
  })

  it('comes before the type of the body', async () => {
    const { response } = await send('x', { method: 'PUT', headers: { 'content-type': 'text/plain' } })
    expect(response.status).toBe(405)
  })

  it('is no error for OPTIONS, which asks just that', async () => {
    const { response, body } = await send(undefined, { method: 'OPTIONS' })
    expect(response.status).toBe(200)
    expect(body).toBe('')
    expect(response.headers.get('content-type')).toMatch(/^text\/plain/)
    expect(response.headers.get('allow')?.split(',').sort()).toEqual(['GET', 'POST'])
  })

  it('is not what GET meets: it asks for the profile with the uid _activate', async () => {
    const { response, body } = await send(undefined, { method: 'GET' })
    expect(response.status).toBe(200)
    expect(JSON.parse(body)).toEqual({
      profiles: [],
      errors: {
        count: 1,
        details: {
          _activate: { type: 'resource_not_found_exception', reason: 'profile document not found' },
        },
      },
    })
  })
})

describe('406', () => {
  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'x',
  ])('refuses a body of type %s', async (type) => {
    const { response, body } = await send('{', { headers: { 'content-type': type } })
    expect(response.status).toBe(406)
    expect(JSON.parse(body)).toEqual({ error: `Content-Type header [${type}] is not supported`, status: 406 })
  })

  it('refuses a body without a type', async () => {
    const { response, body } = await send(Buffer.from('{}'), { headers: {} })
    expect(response.status).toBe(406)
    expect(JSON.parse(body)).toEqual({ error: 'Content-Type header is missing', status: 406 })
  })
})

describe('401', () => {
  it('sends its three challenges as three headers', async () => {
    const { headers } = await app.app.server.inject({ method: 'POST', url: path })
    expect(headers['www-authenticate']).toEqual([
      'Basic realm="security", charset="UTF-8"',
      'Bearer realm="security"',
      'ApiKey',
    ])
  })

  it('names the whole URI to a caller without credentials', async () => {
    const uri = `${path}?pretty=false&x=%20`
    const { body } = await send(grant, { path: uri, headers: json, caller: null })
    expect(JSON.parse(body)).toMatchObject({
      error: { reason: `missing authentication credentials for REST request [${uri}]` },
    })
  })

  it.each([null, { ...loginBackend, password: 'wrong' }])(
    'tells nothing more with ?error_trace to %j',
    async (caller) => {
      const { body } = await send(grant, { path: `${path}?error_trace`, caller })
      expect(body).toContain('security_exception')
      expect(body).not.toContain('stack_trace')
    },
  )

  it('tells nothing more of a grant, either', async () => {
    const { response, body } = await send({ ...grant, password: 'wrong' }, { path: `${path}?error_trace` })
    expect(response.status).toBe(401)
    expect(body).not.toContain('stack_trace')
  })
})

describe('every answer', () => {
  const requests: readonly [number, string, string, string, typeof elastic | null, unknown][] = [
    [200, 'an activation', 'POST', path, loginBackend, grant],
    [200, 'OPTIONS', 'OPTIONS', path, loginBackend, undefined],
    [200, 'HEAD', 'HEAD', '/', loginBackend, undefined],
    [400, 'a body that does not parse', 'POST', path, loginBackend, '{'],
    [400, 'a grant that is not valid', 'POST', path, loginBackend, {}],
    [400, 'a path that leads nowhere', 'GET', '/nowhere', loginBackend, undefined],
    [400, 'a path that is no URI', 'GET', '/%', loginBackend, undefined],
    [401, 'no caller', 'POST', path, null, grant],
    [401, 'a grant that proves nobody', 'POST', path, loginBackend, { ...grant, password: 'wrong' }],
    [403, 'a caller without the privilege', 'POST', path, nobody, grant],
    [404, 'a user who is not there', 'GET', '/_security/user/unknown', elastic, undefined],
    [405, 'a wrong method', 'PUT', path, loginBackend, undefined],
    [413, 'a body that is too large', 'POST', path, loginBackend, ' '.repeat(21 * 1024 * 1024)],
  ]

  it.each(requests)('names the product: %i, %s', async (status, _, method, uri, caller, body) => {
    const answer = await rest(app.fetch, method, uri, caller, body)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('x-elastic-product')).toBe('Elasticsearch')
  })

  it('repeats the X-Opaque-Id of its request', async () => {
    for (const body of [grant, {}]) {
      const { response } = await send(body, { headers: { ...json, 'x-opaque-id': 'ours-1' } })
      expect(response.headers.get('x-opaque-id')).toBe('ours-1')
    }
  })

  it('names the product: 406, a body without a type', async () => {
    const { response } = await send(Buffer.from('{}'), { headers: {} })
    expect(response.headers.get('x-elastic-product')).toBe('Elasticsearch')
  })
})

interface Sending {
  path?: string
  method?: string
  headers?: Record<string, string>
  caller?: typeof elastic | null
}

async function send(
  body: unknown,
  { path: uri = path, method = 'POST', headers = json, caller = loginBackend }: Sending = {},
): Promise<{ response: Response; body: string }> {
  const asIs = typeof body === 'string' || body instanceof Uint8Array
  const response = await app.fetch(uri, {
    method,
    headers: { ...headers, ...(caller && { authorization: basic(caller) }) },
    ...(body !== undefined && { body: asIs ? (body as BodyInit) : JSON.stringify(body) }),
  })
  return { response, body: await response.text() }
}

async function errorOf(body: string | undefined): Promise<unknown> {
  const answer = await send(body)
  expect(answer.response.status).toBe(400)
  return JSON.parse(answer.body)
}

function error(type: string, reason: string): object {
  return { error: { root_cause: [{ type, reason }], type, reason }, status: 400 }
}

function wrongType(at: string, field: string, token: string): string {
  return `[${at}] [activate_profile_request] ${field} doesn't support values of type: ${token}`
}
