import assert from 'node:assert/strict'
import type { Credentials } from '../../support/testApp.ts'
import {
  assertErrorWith,
  assertForbidden,
  assertInvalid,
  assertOk,
  assertUnauthenticated,
  type Answer,
} from '../answer.ts'
import type { ConformanceCase } from '../case.ts'
import type { ConformanceServer } from '../server.ts'

const path = '/_security/api_key'
const queryPath = '/_security/_query/api_key'
const action = 'cluster:admin/xpack/security/api_key'
const source = 'spec 4.6'
const unproven =
  'unable to authenticate with provided credentials and anonymous access is not allowed for this request'

interface Key {
  readonly id: string
  readonly name: string
  readonly api_key: string
  readonly encoded: string
}

type Shown = Readonly<Record<string, unknown>>

const invalidKeys: readonly (readonly [id: string, body: object, problems: readonly string[]])[] = [
  ['empty-name', { name: '' }, ['api key name is required']],
  ['long-name', { name: 'x'.repeat(257) }, ['api key name may not be more than 256 characters long']],
  ['white-space', { name: ' x' }, ['api key name may not begin or end with whitespace']],
  ['underscore', { name: '_x' }, ['api key name may not begin with an underscore']],
  ['metadata', { name: 'x', metadata: { _x: 1 } }, ['API key metadata keys may not start with [_]']],
]

const contradictions: readonly (readonly [id: string, query: string, problems: readonly string[]])[] = [
  [
    'id-username',
    '?id=x&username=y',
    ['username or realm name must not be specified when the api key id or api key name is specified'],
  ],
  [
    'owner-realm',
    '?owner=true&realm_name=x',
    ['neither username nor realm-name may be specified when retrieving owned API keys'],
  ],
  ['id-name', '?id=x&name=y', ['only one of [api key id, api key name] can be specified']],
]

const invalidations: readonly (readonly [id: string, body: object, problems: readonly string[]])[] = [
  [
    'nothing',
    {},
    ['One of [api key id(s), api key name, username, realm name] must be specified if [owner] flag is false'],
  ],
  [
    'ids-username',
    { ids: ['x'], username: 'y' },
    ['username or realm name must not be specified when the api key id(s) or api key name are specified'],
  ],
  [
    'owner-username',
    { owner: true, username: 'y' },
    ['neither username nor realm-name may be specified when invalidating owned API keys'],
  ],
  ['ids-name', { ids: ['x'], name: 'y' }, ['only one of [api key id(s), api key name] can be specified']],
]

/** API keys. */
export const apiKeys: readonly ConformanceCase[] = [
  ...['POST', 'PUT'].map((method): ConformanceCase => ({
    id: `api-key-create-${method}`,
    name: `MUST make a key by ${method}`,
    evidence: 'T',
    source,
    async fn(server) {
      const as = await owner(server)
      const answer = await server.send(method, path, { as, body: { name: 'k', expiration: '1d' } })
      assertOk(answer)
      const { id, api_key, encoded, expiration, ...rest } = answer.body
      assert.deepEqual([typeof expiration, rest], ['number', { name: 'k' }])
      assert.equal(Buffer.from(String(encoded), 'base64').toString(), `${String(id)}:${String(api_key)}`)
    },
  })),
  {
    id: 'api-key-caller',
    name: 'MUST know the caller by a key, without roles, in the realm _es_api_key',
    evidence: 'T',
    source: 'spec 4.2',
    async fn(server) {
      const as = await owner(server)
      const { id, name, encoded } = await made(server, as)
      const answer = await authenticate(server, encoded)
      assertOk(answer)
      const { username, roles, authentication_realm, authentication_type, api_key } = answer.body
      assert.deepEqual([username, roles, authentication_type], [as.username, [], 'api_key'])
      assert.deepEqual(authentication_realm, { name: '_es_api_key', type: '_es_api_key' })
      assert.deepEqual(api_key, { id, name })
    },
  },
  {
    id: 'api-key-scheme',
    name: 'MUST take the scheme ApiKey in any case',
    evidence: 'S',
    source,
    async fn(server) {
      const { encoded } = await made(server, await owner(server))
      for (const scheme of ['apikey', 'APIKEY'])
        assertOk(await server.send('GET', '/_security/_authenticate', { as: `${scheme} ${encoded}` }))
    },
  },
  {
    id: 'api-key-activate',
    name: 'MUST activate a profile for a key that may',
    evidence: 'S',
    source: 'spec 3.0',
    async fn(server) {
      const user = await server.putUser()
      const { encoded } = await made(server, await activator(server))
      const answer = await activate(server, `ApiKey ${encoded}`, { grant_type: 'password', ...user })
      assertOk(answer)
      assert.equal((answer.body.user as Credentials).username, user.username)
    },
  },
  {
    id: 'api-key-limited',
    name: 'MUST let a key do what both its descriptors and its owner’s roles allow, and say which key may not',
    evidence: 'S',
    source: 'spec 1.8',
    async fn(server) {
      const as = await activator(server)
      const user = await server.putUser()
      const grant = { grant_type: 'password', ...user }
      const all = await made(server, as, { role_descriptors: { r: { cluster: ['all'] } } })
      assertOk(await activate(server, `ApiKey ${all.encoded}`, grant))
      assertForbidden(
        await server.send('GET', '/_security/user', { as: `ApiKey ${all.encoded}` }),
        /is unauthorized for API key id \[/,
      )
      const none = await made(server, as, { role_descriptors: { r: { cluster: ['monitor'] } } })
      assertForbidden(
        await activate(server, `ApiKey ${none.encoded}`, grant),
        'action [cluster:admin/xpack/security/profile/activate] is unauthorized for API key id ' +
          `[${none.id}] of user [${as.username}], this action is granted by the cluster privileges ` +
          '[manage_user_profile,manage_security,all]',
      )
    },
  },
  {
    id: 'api-key-derived',
    name: 'MUST NOT make keys for a key, but such that may do nothing',
    evidence: 'T',
    source,
    async fn(server) {
      const { encoded } = await made(server, await owner(server))
      const as = `ApiKey ${encoded}`
      for (const more of [{}, { role_descriptors: {} }, { role_descriptors: { r: { cluster: ['all'] } } }]) {
        const answer = await server.send('POST', path, { as, body: { name: 'k', ...more } })
        const reason =
          'creating derived api keys requires an explicit role descriptor that is empty (has no privileges)'
        assertErrorWith(answer, 400, 'illegal_argument_exception', reason)
      }
      assertOk(await server.send('POST', path, { as, body: { name: 'k', role_descriptors: { r: {} } } }))
    },
  },
  {
    id: 'api-key-token',
    name: 'MUST NOT take the token of a key for a profile’s user',
    evidence: 'S',
    source: 'spec 2.7',
    async fn(server) {
      const cluster = ['manage_token', 'manage_own_api_key']
      const { encoded } = await made(server, await server.callerWith({ cluster }))
      const as = `ApiKey ${encoded}`
      const body = { grant_type: 'client_credentials' }
      const token = await server.send('POST', '/_security/oauth2/token', { as, body })
      assertOk(token)
      const { access_token } = token.body
      const answer = await activate(server, undefined, { grant_type: 'access_token', access_token })
      const reason = 'profile is supported for user only, but subject is a [api_key]'
      assertErrorWith(answer, 400, 'illegal_argument_exception', reason)
    },
  },
  {
    id: 'api-key-shown',
    name: 'MUST show a key with its times, its owner, its metadata and its descriptors',
    evidence: 'T',
    source,
    async fn(server) {
      const as = await owner(server)
      const role_descriptors = { r: { cluster: ['all'], index: [{ names: ['a'], privileges: ['read'] }] } }
      const { id } = await made(server, as, { role_descriptors, metadata: { letter: 'a' } })
      const [key] = await shown(server, `?id=${id}&owner=true`, as)
      const { creation, expiration, realm, realm_type, ...rest } = key ?? {}
      assert.deepEqual([typeof creation, typeof expiration, typeof realm], ['number', 'number', 'string'])
      assert.equal(realm_type, 'native')
      const role = {
        cluster: ['all'],
        indices: [{ names: ['a'], privileges: ['read'], allow_restricted_indices: false }],
        applications: [],
        run_as: [],
        metadata: {},
        transient_metadata: { enabled: true },
      }
      const told = { type: 'rest', invalidated: false, username: as.username, metadata: { letter: 'a' } }
      assert.deepEqual(rest, { id, name: 'k', ...told, role_descriptors: { r: role } })
    },
  },
  {
    id: 'api-key-limited-by',
    name: 'MUST show what limits a key where that is asked for, and not to the key itself',
    evidence: 'T',
    source,
    async fn(server) {
      const as = await owner(server)
      const { id, encoded } = await made(server, as)
      const [key] = await shown(server, `?id=${id}&owner=true&with_limited_by=true`, as)
      const [limits = {}, ...others] = (key as { limited_by: Record<string, Shown>[] }).limited_by
      assert.deepEqual(
        [Object.values(limits).map(({ cluster }) => cluster), others],
        [[['manage_own_api_key']], []],
      )
      const query = `?id=${id}&with_limited_by=true`
      assertForbidden(await server.send('GET', path + query, { as: `ApiKey ${encoded}` }), /unauthorized/)
    },
  },
  {
    id: 'api-key-own',
    name: 'MUST show own keys to who may manage those, where the request says that it asks for them',
    evidence: 'T',
    source: 'spec 3.0',
    async fn(server) {
      const [as, other] = [await newOwner(server), await newOwner(server)]
      const { id, encoded } = await made(server, as)
      await made(server, other)
      assert.deepEqual(idsOf(await shown(server, '?owner=true', as)), [id])
      assert.deepEqual(idsOf(await shown(server, `?id=${id}`, `ApiKey ${encoded}`)), [id])
      for (const query of ['', `?id=${id}`, `?username=${as.username}`, `?username=${other.username}`])
        assertForbidden(await server.send('GET', path + query, { as }), /\[manage_api_key,/)
      const foreign = await server.send('GET', `${path}?owner=true`, { as: `ApiKey ${encoded}` })
      assertForbidden(foreign, /is unauthorized for API key id \[/)
    },
  },
  {
    id: 'api-key-names',
    name: 'MUST find keys by their name, or by its beginning',
    evidence: 'S',
    source,
    async fn(server) {
      const as = await newOwner(server)
      const ids = [await made(server, as, { name: 'k-1' }), await made(server, as, { name: 'k-2' })]
      const named = async (name: string) => idsOf(await shown(server, `?owner=true&name=${name}`, as))
      assert.deepEqual(await named('k-1'), [ids[0]?.id])
      assert.deepEqual((await named('k-*')).sort(), ids.map(({ id }) => id).sort())
      assert.deepEqual(await named('k'), [])
    },
  },
  {
    id: 'api-key-active-only',
    name: 'MUST leave out what was invalidated, where that is asked for',
    evidence: 'S',
    source,
    async fn(server) {
      const as = await newOwner(server)
      const [{ id }, valid] = [await made(server, as), await made(server, as)]
      assertEnded(await end(server, { ids: [id], owner: true }, as), [id])
      assert.deepEqual(idsOf(await shown(server, '?owner=true&active_only=true', as)), [valid.id])
      assert.equal((await shown(server, '?owner=true', as)).length, 2)
    },
  },
  {
    id: 'api-key-unknown-id',
    name: 'MUST answer 404 for the id of no key',
    evidence: 'M',
    source,
    async fn(server) {
      const answer = await server.send('GET', `${path}?id=unknown`, { as: await manager(server) })
      assertErrorWith(answer, 404, 'resource_not_found_exception', /unknown/)
    },
  },
  {
    id: 'api-key-invalidate',
    name: 'MUST end keys for good',
    evidence: 'T',
    source,
    async fn(server) {
      const as = await newOwner(server)
      const [one, two] = [await made(server, as), await made(server, as)]
      assertEnded(await end(server, { ids: [one.id] }), [one.id])
      assertUnauthenticated(await authenticate(server, one.encoded), unproven)
      assertOk(await authenticate(server, two.encoded))
      assertEnded(await end(server, { username: as.username }), [two.id])
      assertUnauthenticated(await authenticate(server, two.encoded), unproven)
    },
  },
  {
    id: 'api-key-invalidate-itself',
    name: 'MUST let a key end itself, and no other',
    evidence: 'T',
    source: 'spec 3.0',
    async fn(server) {
      const as = await owner(server)
      const [{ id, encoded }, other] = [await made(server, as), await made(server, as)]
      const key = `ApiKey ${encoded}`
      assertForbidden(await end(server, { ids: [id, other.id] }, key), /is unauthorized for API key id \[/)
      assertEnded(await end(server, { ids: [id] }, key), [id])
    },
  },
  {
    id: 'api-key-invalidate-unknown',
    name: 'MUST answer 404 to an invalidation of what is no key',
    evidence: 'M',
    source,
    async fn(server) {
      assertEnded(await end(server, { ids: ['unknown'] }), [], 404)
    },
  },
  {
    id: 'api-key-invalidate-others',
    name: 'MUST NOT let who may manage own keys end others, and name the privileges that it takes',
    evidence: 'T',
    source: 'spec 3.0',
    async fn(server) {
      const answer = await end(server, { username: 'somebody' }, await owner(server))
      const tail =
        /, this action is granted by the cluster privileges \[manage_api_key,manage_security,all\]$/
      assertForbidden(answer, tail)
    },
  },
  {
    id: 'api-key-expired',
    name: 'MUST NOT know a key that has expired',
    evidence: 'S',
    source,
    needs: 'clock',
    async fn(server) {
      const { encoded } = await made(server, await owner(server), { expiration: '1d' })
      await server.advance?.(86_400_000)
      assertUnauthenticated(await authenticate(server, encoded), unproven)
    },
  },
  ...(
    [
      ['no-base64', '!!!'],
      ['no-colon', Buffer.from('x').toString('base64')],
      ['unknown', Buffer.from('unknown:key').toString('base64')],
    ] as const
  ).map(([id, value]): ConformanceCase => ({
    id: `api-key-refused-${id}`,
    name: `MUST NOT know a caller by the key ${value}`,
    evidence: 'M',
    source,
    async fn(server) {
      assertUnauthenticated(await authenticate(server, value), unproven)
    },
  })),
  {
    id: 'api-key-query',
    name: 'MUST show a part of the keys that the caller may see, by ids or all',
    evidence: 'T',
    source,
    async fn(server) {
      const as = await newOwner(server)
      const ids = [(await made(server, as)).id, (await made(server, as)).id]
      const other = await made(server, await newOwner(server))
      const found = async (body?: object) => {
        const answer = await server.send(body ? 'POST' : 'GET', queryPath, { as, body })
        assertOk(answer)
        const { total, count, api_keys } = answer.body
        return [total, count, idsOf(api_keys as Shown[]).sort()]
      }
      assert.deepEqual(await found(), [2, 2, ids.toSorted()])
      assert.deepEqual(await found({ query: { match_all: {} } }), [2, 2, ids.toSorted()])
      assert.deepEqual(await found({ query: { ids: { values: [ids[0], other.id] } } }), [1, 1, [ids[0]]])
      assert.deepEqual(await found({ size: 0 }), [2, 0, []])
    },
  },
  {
    id: 'api-key-query-order',
    name: 'MUST sort keys by when they were made, and say by what',
    evidence: 'T',
    source,
    async fn(server) {
      const as = await newOwner(server)
      await made(server, as)
      const body = { sort: [{ creation: { order: 'desc' } }] }
      const answer = await server.send('POST', queryPath, { as, body })
      assertOk(answer)
      const [key] = answer.body.api_keys as Shown[]
      assert.deepEqual(key?._sort, [key?.creation])
    },
  },
  {
    id: 'api-key-query-negative',
    name: 'MUST NOT take a negative from and size',
    evidence: 'S',
    source,
    async fn(server) {
      const body = { from: -1, size: -2 }
      const answer = await server.send('POST', queryPath, { as: await owner(server), body })
      assertInvalid(
        answer,
        '[from] parameter cannot be negative but was [-1]',
        '[size] parameter cannot be negative but was [-2]',
      )
    },
  },
  ...invalidKeys.map(([id, body, problems]): ConformanceCase => ({
    id: `api-key-invalid-${id}`,
    name: `MUST NOT make a key that is wrong in itself: ${id}`,
    evidence: 'S',
    source,
    async fn(server) {
      assertInvalid(await server.send('POST', path, { as: await owner(server), body }), ...problems)
    },
  })),
  {
    id: 'api-key-unknown-field',
    name: 'MUST NOT take a field that it does not know',
    evidence: 'M',
    source,
    async fn(server) {
      const answer = await server.send('POST', path, {
        as: await owner(server),
        body: { name: 'x', key: 'y' },
      })
      assertErrorWith(answer, 400, 'x_content_parse_exception', /\[api_key_request\] unknown field \[key\]/)
    },
  },
  ...contradictions.map(([id, query, problems]): ConformanceCase => ({
    id: `api-key-get-${id}`,
    name: `MUST NOT take ${query}`,
    evidence: 'S',
    source,
    async fn(server) {
      assertInvalid(await server.send('GET', path + query, { as: await manager(server) }), ...problems)
    },
  })),
  ...invalidations.map(([id, body, problems]): ConformanceCase => ({
    id: `api-key-invalidate-${id}`,
    name: `MUST NOT invalidate ${JSON.stringify(body)}`,
    evidence: 'S',
    source,
    async fn(server) {
      assertInvalid(await end(server, body), ...problems)
    },
  })),
  ...(
    [
      ['create', 'POST', path, { name: 'x' }],
      ['get', 'GET', `${path}?owner=true`, undefined],
      ['query', 'POST', queryPath, {}],
      ['invalidate', 'DELETE', path, { owner: true }],
    ] as const
  ).map(([name, method, at, body]): ConformanceCase => ({
    id: `api-key-privilege-${name}`,
    name: `MUST NOT let callers without the privilege ${name} keys`,
    evidence: 'M',
    source: 'spec 3.0',
    async fn({ send, nobody: as }) {
      assertForbidden(
        await send(method, at, { as, body }),
        new RegExp(
          `^action \\[${action}/${name}\\] is unauthorized for user \\[.*manage_own_api_key,manage_api_key`,
        ),
      )
    },
  })),
]

/** Who may have own keys; always the same. */
function owner({ callerWith }: ConformanceServer): Promise<Credentials> {
  return callerWith({ cluster: ['manage_own_api_key'] })
}

/** Who may have own keys, and has none. */
async function newOwner({ putRole, putUser }: ConformanceServer): Promise<Credentials> {
  return putUser({}, { roles: [await putRole({ cluster: ['manage_own_api_key'] })] })
}

function manager({ callerWith }: ConformanceServer): Promise<Credentials> {
  return callerWith({ cluster: ['manage_api_key'] })
}

function activator({ callerWith }: ConformanceServer): Promise<Credentials> {
  return callerWith({ cluster: ['manage_own_api_key', 'manage_user_profile'] })
}

async function made(server: ConformanceServer, as: Credentials, more: object = {}): Promise<Key> {
  const body = { name: 'k', expiration: '1h', ...more }
  const answer = await server.send('POST', path, { as, body })
  assertOk(answer)
  return answer.body as unknown as Key
}

async function shown(
  server: ConformanceServer,
  query: string,
  as: Credentials | string,
): Promise<readonly Shown[]> {
  const answer = await server.send('GET', path + query, { as })
  assertOk(answer)
  return answer.body.api_keys as Shown[]
}

function idsOf(keys: readonly Shown[]): string[] {
  return keys.map(({ id }) => String(id))
}

async function end(server: ConformanceServer, body: object, as?: Credentials | string): Promise<Answer> {
  return server.send('DELETE', path, { as: as ?? (await manager(server)), body })
}

function authenticate({ send }: ConformanceServer, encoded: string): Promise<Answer> {
  return send('GET', '/_security/_authenticate', { as: `ApiKey ${encoded}` })
}

/** As the application, unless something else is said. */
function activate({ send }: ConformanceServer, as: string | undefined, body: object): Promise<Answer> {
  return send('POST', '/_security/profile/_activate', { ...(as !== undefined && { as }), body })
}

function assertEnded({ status, body }: Answer, invalidated: readonly string[], expected = 200): void {
  const ended = { invalidated_api_keys: invalidated, previously_invalidated_api_keys: [], error_count: 0 }
  assert.deepEqual([status, body], [expected, ended])
}
