import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  apiKeyPath,
  apiKeyRequests,
  keyManager,
  keyOwner,
  type IssuedKey,
  type KeyAnswer,
  type Sender,
} from '../support/apiKeyRequests.ts'
import { hmacKey, hmacRealm, hmacToken } from '../support/hmacTokens.ts'
import { jacknich, jacknichUid, nobody } from '../support/people.ts'
import { basic, createTestApp, elastic, type Answered } from '../support/testApp.ts'

const start = 1_800_000_000_000
const day = 86_400_000
const security = 'cluster:admin/xpack/security'
const queryPath = '/_security/_query/api_key'
const grant = { grant_type: 'password', ...jacknich }

const app = await createTestApp({
  settings: hmacRealm('corp', 1, { authorization_realms: '[native]' }),
  environment: { HMAC_KEY: hmacKey },
  now: start,
})
const { prepare, send, create, issued, change, authenticate } = apiKeyRequests(app)
beforeAll(prepare)
beforeEach(() => app.run('DELETE FROM api_keys'))
afterAll(() => app.close())

const get = (query: string, as: Sender = keyManager) => send('GET', `${apiKeyPath}${query}`, as)
const invalidate = (body: object, as: Sender = keyManager) => send('DELETE', apiKeyPath, as, body)
const query = (body: object | undefined, as: Sender = keyManager, more = '') =>
  send(body ? 'POST' : 'GET', `${queryPath}${more}`, as, body)
const activate = (as: Sender, body: object = grant) => send('POST', '/_security/profile/_activate', as, body)

const idsOf = ({ body }: Answered<KeyAnswer>) => body.api_keys.map(({ id }) => id)
const ended = (invalidated: string[], previously: string[] = []) => ({
  invalidated_api_keys: invalidated,
  previously_invalidated_api_keys: previously,
  error_count: 0,
})
const reasonOf = ({ body }: Answered<KeyAnswer>) => body.error.reason
const denied = (name: string, who: string, privileges: string) =>
  `action [${security}/api_key/${name}] is unauthorized for ${who}, ` +
  `this action is granted by the cluster privileges [${privileges}]`
const forOwn = 'manage_own_api_key,manage_api_key,manage_security,all'
const forAll = 'manage_api_key,manage_security,all'

describe('200, a key that is made', () => {
  it.each(['POST', 'PUT'])('is handed out once, by %s', async (method) => {
    const { status, headers, body } = (await send(method, apiKeyPath, keyOwner, {
      name: 'login',
    })) as Answered<unknown> as Answered<IssuedKey>
    const { id, api_key, encoded, ...rest } = body
    expect([status, rest]).toEqual([200, { name: 'login' }])
    expect(id).toMatch(/^[\w-]{20}$/)
    expect(Buffer.from(encoded, 'base64').toString()).toBe(`${id}:${api_key}`)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(JSON.stringify(await app.run('SELECT * FROM api_keys'), ints)).not.toContain(api_key)
  })

  it.each([
    ['1d', day],
    ['90m', 5_400_000],
    ['2 H', 7_200_000],
    ['1500ms', 1_500],
    ['5000000nanos', 5],
  ])('expires after %s', async (expiration, life) => {
    expect(await issued({ name: 'k', expiration })).toMatchObject({ expiration: start + life })
  })

  it('is shown whole, in Elasticsearch’s order', async () => {
    const descriptor = { cluster: ['manage_user_profile'], index: [{ names: 'a', privileges: ['read'] }] }
    const { id } = await issued({
      name: 'whole',
      expiration: '1d',
      metadata: { environment: { level: 1 } },
      role_descriptors: { b: descriptor, a: { description: 'Nothing.' } },
    })
    const none = { cluster: [], indices: [], applications: [], run_as: [], metadata: {} }
    const transient_metadata = { enabled: true }
    const indices = [{ names: ['a'], privileges: ['read'], allow_restricted_indices: false }]
    const key = {
      id,
      name: 'whole',
      type: 'rest',
      creation: start,
      expiration: start + day,
      invalidated: false,
      username: 'key-owner',
      realm: 'native',
      realm_type: 'native',
      metadata: { environment: { level: 1 } },
      role_descriptors: {
        b: { ...none, cluster: ['manage_user_profile'], indices, transient_metadata },
        a: { ...none, transient_metadata, description: 'Nothing.' },
      },
    }
    const { status, body } = await get(`?id=${id}`)
    expect([status, body]).toEqual([200, { api_keys: [key] }])
    expect(Object.keys(body.api_keys[0] ?? {})).toEqual(Object.keys(key))
    const cluster = ['manage_own_api_key', 'manage_user_profile']
    expect((await get(`?id=${id}&with_limited_by=true`)).body).toEqual({
      api_keys: [{ ...key, limited_by: [{ key_owner: { ...none, cluster, transient_metadata } }] }],
    })
  })

  it('knows its owner as the caller, with nothing but the name', async () => {
    const { id, as } = await issued({ name: 'login' })
    const realm = { name: '_es_api_key', type: '_es_api_key' }
    expect((await authenticate(as)).body).toEqual({
      username: 'key-owner',
      roles: [],
      full_name: null,
      email: null,
      metadata: {},
      enabled: true,
      authentication_realm: realm,
      lookup_realm: realm,
      authentication_type: 'api_key',
      api_key: { id, name: 'login' },
    })
  })

  it.each(['ApiKey', 'apikey', 'APIKEY  '])('is taken with the scheme %o', async (scheme) => {
    const { encoded } = await issued()
    expect(await authenticate(`${scheme} ${encoded}`)).toMatchObject({ status: 200 })
  })
})

describe('200, what a key may do', () => {
  it('is what its owner might when it was made, without descriptors', async () => {
    const { as } = await issued()
    expect((await activate(as)).body).toMatchObject({ uid: jacknichUid })
  })

  it('stays so, whatever becomes of the roles, and of the owner', async () => {
    const owner = { username: 'leaving', password: 'l3aving-p@ss' }
    await change('PUT', 'role/leaving', { cluster: ['manage_own_api_key', 'manage_user_profile'] })
    await change('PUT', 'user/leaving', { password: owner.password, roles: ['leaving'] })
    const { as } = await issued({ name: 'k' }, owner)
    await change('PUT', 'role/leaving', { cluster: ['monitor'] })
    await change('DELETE', 'user/leaving')
    await change('DELETE', 'role/leaving')
    expect((await activate(as)).status).toBe(200)
    expect((await invalidate({ username: 'leaving', realm_name: 'native' })).status).toBe(200)
    expect((await activate(as)).status).toBe(401)
  })

  it('is what both its descriptors and its owner’s roles allow', async () => {
    const denial = async (role_descriptors: object) => {
      const { id, as } = await issued({ name: 'k', role_descriptors })
      const { status, body } = await activate(as)
      const who = `API key id [${id}] of user [key-owner]`
      if (status === 403) {
        expect(body.error.reason).toBe(
          `action [${security}/profile/activate] is unauthorized for ${who}, ` +
            'this action is granted by the cluster privileges [manage_user_profile,manage_security,all]',
        )
      }
      return status
    }
    expect(await denial({ r: { cluster: ['manage_user_profile'] } })).toBe(200)
    expect(await denial({ none: {}, all: { cluster: ['all'] } })).toBe(200)
    expect(await denial({ r: { cluster: ['monitor'] } })).toBe(403)
    expect(await denial({ r: {} })).toBe(403)
    // The owner may not do that, so the key may not.
    const { as } = await issued({ name: 'k', role_descriptors: { superuser: { cluster: ['all'] } } })
    expect((await send('GET', '/_security/user', as)).status).toBe(403)
    expect((await send('GET', '/_security/user', elastic)).status).toBe(200)
  })

  it('is to write the data of applications, if both lists allow it', async () => {
    const { body } = await activate(keyOwner)
    const write = (as: string) => {
      const data = { kibana: { n: 1 } }
      return send('PUT', `/_security/profile/${body.uid}/_data`, as, { data })
    }
    const writer = { global: { profile: { write: { applications: ['kibana*'] } } } }
    await change('PUT', 'role/writer', { ...writer, cluster: ['manage_own_api_key'] })
    const owner = { username: 'writer', password: 'wr1ter-p@ss' }
    await change('PUT', 'user/writer', { password: owner.password, roles: ['writer'] })
    expect((await write((await issued({ name: 'k' }, owner)).as)).status).toBe(200)
    const limitedTo = async (role: object) =>
      (await write((await issued({ name: 'k', role_descriptors: { role } }, owner)).as)).status
    expect(await limitedTo(writer)).toBe(200)
    expect(await limitedTo({ global: { profile: { write: { applications: ['other'] } } } })).toBe(403)
    // One list allows it by a cluster privilege, the other in the action's own way.
    expect(await limitedTo({ cluster: ['manage_user_profile'] })).toBe(200)
  })
})

describe('200, tokens of a key', () => {
  const token = async (as: string) => {
    const issuedToken = await send('POST', '/_security/oauth2/token', as, {
      grant_type: 'client_credentials',
    })
    expect(issuedToken.status).toBe(200)
    return issuedToken.body as KeyAnswer & { authentication: object }
  }
  const withTokens = { username: 'with-tokens', password: 't0kens-p@ss' }
  beforeAll(async () => {
    await change('PUT', 'role/with_tokens', {
      cluster: ['manage_token', 'manage_own_api_key', 'manage_user_profile'],
    })
    await change('PUT', 'user/with-tokens', { password: withTokens.password, roles: ['with_tokens'] })
  })

  it('prove the key, with its rights alone', async () => {
    const role_descriptors = { r: { cluster: ['manage_token'] } }
    const { id, name, as } = await issued({ name: 'k', role_descriptors }, withTokens)
    const { access_token, authentication } = await token(as)
    expect(authentication).toMatchObject({ authentication_type: 'api_key', api_key: { id, name } })
    const bearer = `Bearer ${access_token}`
    expect((await authenticate(bearer)).body).toMatchObject({
      username: 'with-tokens',
      roles: [],
      authentication_realm: { name: '_es_api_key', type: '_es_api_key' },
      authentication_type: 'token',
      api_key: { id, name },
    })
    expect(reasonOf(await activate(bearer))).toContain(`API key id [${id}] of user [with-tokens]`)
    // Nor does what such a token asks for get more.
    const again = await send('POST', '/_security/oauth2/token', bearer, { grant_type: 'client_credentials' })
    const inherited = `Bearer ${again.body.access_token}`
    expect((await activate(inherited)).status).toBe(403)
    await invalidate({ ids: [id] })
    for (const one of [bearer, inherited]) expect((await authenticate(one)).status).toBe(401)
  })

  it.each<[string, (id: string) => Promise<unknown>]>([
    ['is invalidated', (id) => invalidate({ ids: [id] })],
    ['is gone', () => app.run('DELETE FROM api_keys')],
  ])('end when the key %s', async (_, end) => {
    const { id, as } = await issued({ name: 'k' }, withTokens)
    const bearer = `Bearer ${(await token(as)).access_token}`
    expect((await activate(bearer)).status).toBe(200)
    await end(id)
    expect(await authenticate(bearer)).toMatchObject({
      status: 401,
      body: { error: { reason: 'token expired' } },
    })
    const refused = await activate(keyOwner, {
      grant_type: 'access_token',
      access_token: bearer.slice('Bearer '.length),
    })
    expect([refused.status, reasonOf(refused)]).toEqual([401, 'token expired'])
  })

  it('are no grant of a user: 400', async () => {
    const { access_token } = await token((await issued({ name: 'k' }, withTokens)).as)
    expect(await activate(keyOwner, { grant_type: 'access_token', access_token })).toMatchObject({
      status: 400,
      body: {
        error: {
          type: 'illegal_argument_exception',
          reason: 'profile is supported for user only, but subject is a [api_key]',
        },
      },
    })
  })
})

describe('200, keys that are asked for', () => {
  it('are all, or those of a name, of an owner, or that are valid', async () => {
    const one = await issued({ name: 'one' })
    const two = await issued({ name: 'two', expiration: '1d' }, keyManager)
    const three = await issued({ name: 'on the way' })
    await invalidate({ ids: [three.id] })
    expect(idsOf(await get('')).toSorted()).toEqual([one.id, two.id, three.id].toSorted())
    expect(idsOf(await get('?name=one'))).toEqual([one.id])
    expect(idsOf(await get('?name=on*')).toSorted()).toEqual([one.id, three.id].toSorted())
    expect(idsOf(await get('?username=key-manager'))).toEqual([two.id])
    expect(idsOf(await get('?realm_name=native'))).toHaveLength(3)
    expect(idsOf(await get('?realm_name=other'))).toEqual([])
    expect(idsOf(await get('?username=key-owner&realm_name=native&active_only=true'))).toEqual([one.id])
    expect(idsOf(await get('?owner'))).toEqual([two.id])
    expect(idsOf(await get('?id=&name=&owner=false'))).toHaveLength(3)
    expect((await get(`?id=${three.id}`)).body.api_keys[0]).toMatchObject({
      invalidated: true,
      invalidation: start,
    })
  })

  it('are, with manage_own_api_key, those that the request says are own', async () => {
    const own = await issued()
    const other = await issued({ name: 'k' }, keyManager)
    for (const which of ['?owner=true', `?owner=true&id=${own.id}`, '?username=key-owner&realm_name=native'])
      expect(idsOf(await get(which, keyOwner))).toEqual([own.id])
    expect(await get(`?owner=true&id=${other.id}`, keyOwner)).toMatchObject({ status: 404 })
    expect(idsOf(await get('?owner=true&with_limited_by=true', keyOwner))).toEqual([own.id])
  })

  it('are, with a key that may manage own keys, that key', async () => {
    const { id, as } = await issued()
    expect(idsOf(await get(`?id=${id}`, as))).toEqual([id])
    expect((await get(`?id=${id}&with_limited_by=true`, as)).status).toBe(403)
    const manager = await issued({ name: 'k' }, keyManager)
    expect(idsOf(await get(`?id=${manager.id}&with_limited_by=true`, manager.as))).toEqual([manager.id])
    expect(idsOf(await get('?owner=true', manager.as))).toEqual([manager.id])
  })

  it('are, with a key that may do nothing, that key as well, and so with its tokens', async () => {
    const other = await issued()
    const { id, as } = await issued({ name: 'k', role_descriptors: { r: { cluster: [] } } })
    expect(idsOf(await get(`?id=${id}`, as))).toEqual([id])
    expect(idsOf(await get(`?id=${id}&owner=true`, as))).toEqual([id])
    for (const which of ['', '?owner=true', '?name=k', `?id=${other.id}`, `?id=${id}&with_limited_by=true`])
      expect((await get(which, as)).status).toBe(403)
    expect((await query({ query: { ids: { values: [id] } } }, as)).status).toBe(403)
    expect((await invalidate({ ids: [id] }, as)).status).toBe(403)
    const role_descriptors = { r: { cluster: ['manage_token'] } }
    const issuer = await issued({ name: 'i', role_descriptors }, elastic)
    const { body } = await send('POST', '/_security/oauth2/token', issuer.as, {
      grant_type: 'client_credentials',
    })
    expect(idsOf(await get(`?id=${issuer.id}`, `Bearer ${body.access_token}`))).toEqual([issuer.id])
  })

  it('are not those of a user of another realm by that name', async () => {
    const own = await issued()
    const bearer = `Bearer ${hmacToken('corp', { sub: 'key-owner' }, start)}`
    const theirs = await issued({ name: 'theirs' }, bearer)
    expect(idsOf(await get('?owner=true', keyOwner))).toEqual([own.id])
    expect(idsOf(await get('?owner=true', bearer))).toEqual([theirs.id])
    expect((await get('?username=key-owner&realm_name=corp', keyOwner)).status).toBe(403)
    expect((await get('?username=key-owner&realm_name=native', bearer)).status).toBe(403)
    expect((await invalidate({ owner: true }, bearer)).body).toEqual(ended([theirs.id]))
    expect((await authenticate(own.as)).status).toBe(200)
  })
})

describe('200, a query', () => {
  it('shows a part of the keys, oldest or newest first', async () => {
    const ids: string[] = []
    for (const name of ['a', 'b', 'c']) {
      await app.advance(1_000)
      ids.push((await issued({ name }, name === 'b' ? keyManager : keyOwner)).id)
    }
    const [a = '', b = '', c = ''] = ids
    const all = await query(undefined)
    expect([all.body.total, all.body.count, idsOf(all)]).toEqual([3, 3, ids])
    expect(idsOf(await query({ query: { match_all: {} }, from: 1, size: 1 }))).toEqual([b])
    expect(idsOf(await query({ from: '1', size: '+1' }))).toEqual([b])
    expect(await query({ size: 0 })).toMatchObject({ body: { total: 3, count: 0, api_keys: [] } })
    for (const sort of ['creation', ['creation'], [{ creation: 'asc' }], { creation: { order: 'asc' } }])
      expect(idsOf(await query({ sort }))).toEqual([a, b, c])
    const newest = await query({ sort: [{ creation: { order: 'desc' } }], size: 1 })
    expect(newest.body).toMatchObject({ total: 3, count: 1, api_keys: [{ id: c }] })
    expect(newest.body.api_keys[0]?._sort).toEqual([newest.body.api_keys[0]?.creation])
    for (const which of [{ ids: { values: [c, a, 'nothing'] } }, { terms: { _id: [c, a] } }])
      expect(idsOf(await query({ query: which }))).toEqual([a, c])
    for (const which of [{ ids: { values: b } }, { term: { _id: b } }, { term: { _id: { value: b } } }])
      expect(idsOf(await query({ query: which }))).toEqual([b])
  })

  it('shows its own to who may see no others', async () => {
    const { id: own, as } = await issued()
    const { id: other } = await issued({ name: 'k' }, keyManager)
    const { id: second } = await issued({ name: 'second' })
    expect(idsOf(await query(undefined, keyOwner)).toSorted()).toEqual([own, second].toSorted())
    expect(await query({ query: { ids: { values: [other] } } }, keyOwner)).toMatchObject({
      body: { total: 0, api_keys: [] },
    })
    expect(idsOf(await query(undefined, as))).toEqual([own])
    expect(idsOf(await query({ query: { ids: { values: [second] } } }, as))).toEqual([])
    expect((await query(undefined, as, '?with_limited_by')).status).toBe(403)
    expect((await query(undefined, keyOwner, '?with_limited_by')).body.api_keys[0]?.limited_by).toHaveLength(
      1,
    )
  })
})

describe('200, an invalidation', () => {
  it('ends keys at once, and says which that were asked for by id had been before', async () => {
    const one = await issued()
    const two = await issued()
    expect((await invalidate({ ids: [one.id] })).body).toEqual(ended([one.id]))
    expect((await authenticate(one.as)).status).toBe(401)
    expect((await authenticate(two.as)).status).toBe(200)
    expect((await invalidate({ ids: [one.id, two.id, 'nothing'] })).body).toEqual(ended([two.id], [one.id]))
    expect((await invalidate({ ids: [one.id] })).body).toEqual(ended([], [one.id]))
  })

  it('takes a name, an owner, or the own keys', async () => {
    const mine = await issued({ name: 'mine' })
    const other = await issued({ name: 'other' }, keyManager)
    expect((await invalidate({ name: 'm*' })).body).toEqual(ended([mine.id]))
    expect((await invalidate({ owner: 'true' })).body).toEqual(ended([other.id]))
    const again = await issued({ name: 'mine' })
    expect((await invalidate({ owner: true }, keyOwner)).body).toEqual(ended([again.id]))
    expect((await invalidate({ username: 'nobody' })).body).toEqual(ended([]))
    expect((await invalidate({ realm_name: 'native', username: 'key-owner' }, keyOwner)).status).toBe(200)
  })

  it('of a key by itself', async () => {
    const { id, as } = await issued()
    expect((await invalidate({ ids: [id] }, as)).body).toEqual(ended([id]))
    expect((await authenticate(as)).status).toBe(401)
  })

  it('is done by one of two at once, and told to both', async () => {
    const { id } = await issued()
    const bodies = (await Promise.all([1, 2].map(() => invalidate({ ids: [id] })))).map(({ body }) => body)
    expect(bodies).toContainEqual(ended([id]))
    expect(bodies).toContainEqual(ended([], [id]))
  })
})

describe('400', () => {
  const invalid = (...problems: string[]) => ({
    status: 400,
    body: {
      error: {
        type: 'action_request_validation_exception',
        reason: `Validation Failed: ${problems.map((problem, at) => `${at + 1}: ${problem};`).join('')}`,
      },
    },
  })
  const illegal = (reason: string) => ({
    status: 400,
    body: { error: { type: 'illegal_argument_exception', reason } },
  })

  it.each<[string, object, ReturnType<typeof invalid>]>([
    ['no name', {}, illegal('Required [name]')],
    ['an empty name', { name: '' }, invalid('api key name is required')],
    [
      'a long name',
      { name: 'x'.repeat(257) },
      invalid('api key name may not be more than 256 characters long'),
    ],
    [
      'a name that begins with white space, and reserved metadata',
      { name: ' x', metadata: { _x: 1 } },
      invalid(
        'api key name may not begin or end with whitespace',
        'API key metadata keys may not start with [_]',
      ),
    ],
    ['a name with an underscore', { name: '_x' }, invalid('api key name may not begin with an underscore')],
    [
      'reserved metadata in a descriptor',
      { name: 'x', role_descriptors: { r: { metadata: { _x: 1 } } } },
      invalid('role descriptor metadata keys may not start with [_]'),
    ],
    [
      'too many descriptors',
      {
        name: 'x',
        role_descriptors: Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`r${n}`, {}])),
      },
      invalid('an API key can have at most [100] role descriptors'),
    ],
    [
      'too much metadata',
      { name: 'x', metadata: { x: 'é'.repeat(32_768) } },
      invalid('metadata and role descriptors of an API key can have at most [65536] bytes as JSON'),
    ],
    [
      'a time without a unit',
      { name: 'x', expiration: '10' },
      illegal('failed to parse setting [expiration] as a time value: unit is missing or unrecognized'),
    ],
    [
      'a time in months',
      { name: 'x', expiration: '5M' },
      illegal('failed to parse setting [expiration] as a time value: unit is missing or unrecognized'),
    ],
    [
      'a unit that nobody knows',
      { name: 'x', expiration: '1constructor' },
      illegal('failed to parse setting [expiration] as a time value: unit is missing or unrecognized'),
    ],
    [
      'a part of a time',
      { name: 'x', expiration: '1.5h' },
      illegal('failed to parse setting [expiration], fractional time values are not supported'),
    ],
    ...['0s', '36501d', '999999999999999d'].map(
      (expiration): [string, object, ReturnType<typeof illegal>] => [
        `the time ${expiration}`,
        { name: 'x', expiration },
        illegal('[expiration] must be at least [1ms] and at most [36500d]'),
      ],
    ),
  ])('a key with %s', async (_, body, expected) => {
    expect(await create(body)).toMatchObject(expected)
  })

  it('a key with a privilege that nobody knows, and with fields that nobody knows', async () => {
    const unknown = await create({ name: 'x', role_descriptors: { r: { cluster: ['x'] } } })
    expect([unknown.status, reasonOf(unknown)]).toEqual([
      400,
      expect.stringMatching(/^Validation Failed: 1: unknown cluster privilege \[x\]/) as string,
    ])
    expect(await create({ name: 'x', key: 'y' })).toMatchObject({
      status: 400,
      body: {
        error: {
          type: 'x_content_parse_exception',
          reason: '[1:13] [api_key_request] unknown field [key]',
        },
      },
    })
    expect(await create({ name: 'x', role_descriptors: { r: { privileges: [] } } })).toMatchObject({
      status: 400,
      body: {
        error: {
          type: 'x_content_parse_exception',
          reason: '[1:37] [api_key_request] failed to parse field [role_descriptors]',
          caused_by: {
            type: 'parse_exception',
            reason: 'failed to parse role [r]. unexpected field [privileges]',
          },
        },
      },
    })
  })

  it('a key that a key asks for, unless it may do nothing', async () => {
    const { as } = await issued()
    const reason =
      'creating derived api keys requires an explicit role descriptor that is empty (has no privileges)'
    for (const role_descriptors of [
      undefined,
      {},
      { r: { cluster: ['monitor'] } },
      { a: {}, b: { run_as: ['x'] } },
    ])
      expect(await create({ name: 'x', role_descriptors }, as)).toMatchObject(illegal(reason))
    const derived = await issued({ name: 'x', role_descriptors: { r: {} } }, as)
    expect((await authenticate(derived.as)).body).toMatchObject({ username: 'key-owner' })
    expect((await activate(derived.as)).status).toBe(403)
    expect((await get(`?id=${derived.id}`)).body.api_keys[0]).toMatchObject({ realm: '_es_api_key' })
  })

  it.each<[string, string[]]>([
    [
      '?id=x&username=y',
      ['username or realm name must not be specified when the api key id or api key name is specified'],
    ],
    [
      '?owner=true&realm_name=y',
      ['neither username nor realm-name may be specified when retrieving owned API keys'],
    ],
    ['?id=x&name=y', ['only one of [api key id, api key name] can be specified']],
    [
      '?id=x&name=y&username=z&owner',
      [
        'username or realm name must not be specified when the api key id or api key name is specified',
        'neither username nor realm-name may be specified when retrieving owned API keys',
        'only one of [api key id, api key name] can be specified',
      ],
    ],
  ])('keys asked for by %s', async (which, problems) => {
    expect(await get(which)).toMatchObject(invalid(...problems))
    expect((await get(which, nobody)).status).toBe(400)
  })

  it('parameters that are no yes and no no, or that are not known', async () => {
    const told = 'Failed to parse value [x] as only [true] or [false] are allowed.'
    for (const name of ['owner', 'active_only', 'with_limited_by'])
      expect(await get(`?${name}=x`)).toMatchObject(illegal(told))
    expect(reasonOf(await get('?with_profile_uid=true'))).toContain(
      'contains unrecognized parameter: [with_profile_uid]',
    )
  })

  it.each<[object, string[]]>([
    [
      {},
      [
        'One of [api key id(s), api key name, username, realm name] must be specified if [owner] flag is false',
      ],
    ],
    [{ ids: [] }, ['Field [ids] cannot be an empty array']],
    [{ ids: ['x', ' '] }, ['Field [ids] must not contain blank id, but got blank id at index position: [1]']],
    [
      { ids: ['', 'x', ''] },
      ['Field [ids] must not contain blank id, but got blank ids at index positions: [0, 2]'],
    ],
    [
      { ids: ['x'], name: 'y', username: 'z', owner: true },
      [
        'username or realm name must not be specified when the api key id(s) or api key name are specified',
        'neither username nor realm-name may be specified when invalidating owned API keys',
        'only one of [api key id(s), api key name] can be specified',
      ],
    ],
    [{ ids: Array.from({ length: 1_001 }, () => 'x') }, ['at most [1000] api key ids can be specified']],
  ])('an invalidation of %o', async (body, problems) => {
    expect(await invalidate(body)).toMatchObject(invalid(...problems))
    expect((await invalidate(body, nobody)).status).toBe(400)
  })

  it.each<[object, string]>([
    [{ owner: 'yes' }, '[1:10] [invalidate_api_key] failed to parse field [owner]'],
    [{ owner: 1 }, "[1:10] [invalidate_api_key] owner doesn't support values of type: VALUE_NUMBER"],
    [{ ids: ['x', 1] }, "[1:13] [invalidate_api_key] ids doesn't support values of type: VALUE_NUMBER"],
    [{ id: 'x' }, '[1:2] [invalidate_api_key] unknown field [id]'],
  ])('an invalidation whose form is wrong: %o', async (body, reason) => {
    const { status, body: answer } = await invalidate(body)
    expect([status, answer.error.reason]).toEqual([400, expect.stringContaining(reason) as string])
  })

  it.each<[object, ReturnType<typeof invalid>]>([
    [{ from: -1 }, invalid('[from] parameter cannot be negative but was [-1]')],
    [{ size: -1 }, invalid('[size] parameter cannot be negative but was [-1]')],
    [
      { from: 1, size: 10_000 },
      illegal(
        'Result window is too large, from + size must be less than or equal to: [10000] but was [10001]',
      ),
    ],
    ...[
      { wildcard: { name: 'x*' } },
      { term: { name: 'x' } },
      { term: { _id: 1 } },
      { ids: {} },
      { ids: { values: [1] } },
      {},
      { match_all: {}, ids: { values: [] } },
    ].map((which): [object, ReturnType<typeof illegal>] => [
      { query: which },
      illegal('[query] can be match_all, ids, or term and terms of [_id], on this gateway'),
    ]),
    ...['name', ['creation', 'name'], { creation: 'up' }, [], null].map(
      (sort): [object, ReturnType<typeof illegal>] => [
        { sort },
        illegal('[sort] can be [creation] alone, asc or desc, on this gateway'),
      ],
    ),
    [{ aggs: {} }, illegal('[aggs] is not available on this gateway')],
    [{ search_after: [1] }, illegal('[search_after] is not available on this gateway')],
  ])('a query with %o', async (body, expected) => {
    expect(await query(body)).toMatchObject(expected)
  })

  it.each([{ size: 1e12 }, { size: '1000000000000' }, { size: 1.5 }])(
    'a query whose numbers are none: %o',
    async (body) => {
      expect(reasonOf(await query(body))).toContain("doesn't support values of type")
    },
  )

  it.each(['', 'x', '1.5', ' 1'])('a query whose number is the text %j', async (size) => {
    const { status, body } = await query({ size })
    expect([status, body.error]).toMatchObject([
      400,
      {
        type: 'x_content_parse_exception',
        reason: '[1:9] [query_api_key_request_payload] failed to parse field [size]',
        caused_by: { type: 'number_format_exception', reason: `For input string: "${size}"` },
      },
    ])
  })
})

describe('401', () => {
  const unproven =
    'unable to authenticate with provided credentials and anonymous access is not allowed for this request'
  const refuses = async (authorization: string) => {
    const answer = await authenticate(authorization)
    expect([answer.status, reasonOf(answer)]).toEqual([401, unproven])
    expect(answer.headers.get('www-authenticate')).toContain('ApiKey')
  }
  const encode = (text: string) => Buffer.from(text).toString('base64')

  it('for a key that is unknown, wrong, expired or invalidated, alike', async () => {
    const { id, api_key: key } = await issued()
    await refuses(`ApiKey ${encode(`${id}:${key}x`)}`)
    await refuses(`ApiKey ${encode(`${id}:${key.slice(0, -1)}`)}`)
    await refuses(`ApiKey ${encode(`${id.slice(0, -1)}${id.endsWith('A') ? 'B' : 'A'}:${key}`)}`)
    await refuses(`ApiKey ${encode(`nothing:${key}`)}`)
    const expiring = await issued({ name: 'k', expiration: '1ms' })
    await app.advance(1)
    await refuses(expiring.as)
    const invalidated = await issued()
    await invalidate({ ids: [invalidated.id] })
    await refuses(invalidated.as)
  })

  it('for what is no key', async () => {
    const { encoded, id, api_key: key } = await issued()
    for (const value of [
      'x',
      '!!!',
      encode('id'),
      encode(':key'),
      encode('id:'),
      encode(':'),
      `${id}:${key}`,
      `${encoded} `.repeat(2).trim(),
      encoded.replace(/=+$/, '') === encoded ? `${encoded}=` : encoded.replace(/=+$/, ''),
      'x'.repeat(5_000),
    ])
      await refuses(`ApiKey ${value}`)
  })

  it('for a key as a token, and for a token as a key', async () => {
    const { encoded, api_key: key } = await issued()
    for (const value of [encoded, key]) expect((await authenticate(`Bearer ${value}`)).status).toBe(401)
  })

  it('says and logs nothing of a secret', async () => {
    const { id, api_key: key, encoded } = await issued()
    const answers = [
      await authenticate(`ApiKey ${encoded.slice(0, -4)}`),
      await authenticate(`ApiKey ${encode(`another:${key}`)}`),
      await get(`?id=${id}`),
      await query(undefined),
    ]
    for (const text of [...answers.map(({ body }) => JSON.stringify(body)), app.logs()])
      for (const secret of [key, encoded]) expect(text).not.toContain(secret)
  })
})

describe('403', () => {
  const known = 'user [nobody] with effective roles []'

  it.each<[string, string, () => Promise<Answered<KeyAnswer>>]>([
    ['create', forOwn, () => create({ name: 'x' }, nobody)],
    ['query', forOwn, () => query(undefined, nobody)],
    ['get', forAll, () => get('', nobody)],
    ['get', forOwn, () => get('?owner=true', nobody)],
    ['invalidate', forAll, () => invalidate({ ids: ['x'] }, nobody)],
    ['invalidate', forOwn, () => invalidate({ owner: true }, nobody)],
  ])('for who may not %s keys', async (name, privileges, ask) => {
    const answer = await ask()
    expect([answer.status, reasonOf(answer)]).toEqual([403, denied(name, known, privileges)])
  })

  it('for who may manage own keys, and asks for what the request does not say is own', async () => {
    const { id } = await issued()
    const who = 'user [key-owner] with effective roles [key_owner]'
    for (const which of [
      '',
      `?id=${id}`,
      '?name=k',
      '?username=key-owner',
      '?username=nobody&realm_name=native',
    ])
      expect(reasonOf(await get(which, keyOwner))).toBe(denied('get', who, forAll))
    for (const which of [{ ids: [id] }, { username: 'key-owner' }, { realm_name: 'native' }])
      expect(reasonOf(await invalidate(which, keyOwner))).toBe(denied('invalidate', who, forAll))
  })

  it('for a key that asks for others than itself', async () => {
    const { id, as } = await issued()
    const { id: other } = await issued()
    const who = `API key id [${id}] of user [key-owner]`
    for (const which of ['', '?owner=true', `?id=${other}`, '?username=key-owner&realm_name=native'])
      expect(reasonOf(await get(which, as))).toBe(denied('get', who, forAll))
    for (const which of [{ owner: true }, { ids: [id, other] }])
      expect(reasonOf(await invalidate(which, as))).toBe(denied('invalidate', who, forAll))
    expect((await authenticate(as)).status).toBe(200)
  })

  it('for a key that would change the password of its owner', async () => {
    const { as } = await issued()
    const answer = await send('POST', '/_security/user/_password', as, { password: 'an0ther-p@ss' })
    expect([answer.status, (await authenticate(basic(keyOwner))).status]).toEqual([403, 200])
  })
})

describe('404', () => {
  it('for the id of no key', async () => {
    expect(await get('?id=nothing')).toMatchObject({
      status: 404,
      body: { error: { type: 'resource_not_found_exception' } },
    })
    expect(await invalidate({ ids: ['nothing'] })).toMatchObject({ status: 404, body: ended([]) })
  })
})

function ints(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value
}
