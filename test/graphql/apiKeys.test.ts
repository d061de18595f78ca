import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { apiKeyRequests, keyManager, keyOwner } from '../support/apiKeyRequests.ts'
import { nobody } from '../support/people.ts'
import { createTestApp } from '../support/testApp.ts'
import { ask, expectRefused, send } from './ask.ts'

const start = 1_800_000_000_000
const at = (time: number) => new Date(time).toISOString()

const app = await createTestApp({ now: start })
const { prepare } = apiKeyRequests(app)
beforeAll(prepare)
beforeEach(() => app.run('DELETE FROM api_keys'))
afterAll(() => app.close())

const create = `mutation (
  $name: String!, $expiration: String, $roles: [RoleDescriptorInput!]! = [], $metadata: JSONObject
) {
  createApiKey(name: $name, expiration: $expiration, roleDescriptors: $roles, metadata: $metadata) {
    __typename
    ... on ApiKeyCreated { id name expiration apiKey encoded }
  }
}`
const list = `query ($which: ApiKeySelectionInput!, $activeOnly: Boolean! = false, $limits: Boolean! = false) {
  apiKeys(which: $which, activeOnly: $activeOnly, withLimitedBy: $limits) {
    id name creation expiration invalidated invalidation username realm realmType metadata
    roleDescriptors { name cluster }
    limitedBy { name cluster }
  }
}`
const part = `query ($ids: [ID!], $from: Int! = 0, $size: Int! = 10, $newestFirst: Boolean! = false) {
  apiKeyPage(ids: $ids, from: $from, size: $size, newestFirst: $newestFirst) { total apiKeys { id } }
}`
const invalidate = `mutation ($which: ApiKeySelectionInput!) {
  invalidateApiKeys(which: $which) {
    __typename
    ... on ApiKeysInvalidated { invalidated previouslyInvalidated }
  }
}`

interface Created {
  readonly id: string
  readonly apiKey: string
  readonly encoded: string
}

const created = async (variables: object = { name: 'k' }, caller = keyOwner) => {
  const { data, text } = await ask(app.fetch, create, { ...variables }, caller)
  expect(data, text).toBeTruthy()
  return data?.createApiKey as Created
}
const listed = async (variables: object, caller = keyManager) =>
  (await ask(app.fetch, list, { ...variables }, caller)).data?.apiKeys

const viewer = (encoded: string) =>
  send(app.fetch, {
    headers: { authorization: `ApiKey ${encoded}` },
    body: JSON.stringify({
      query:
        '{ viewer { username roles authenticationType apiKey { id name } authenticationRealm { name } } }',
    }),
  })

describe('createApiKey', () => {
  it('answers ApiKeyCreated, whose key is a caller', async () => {
    const { id, apiKey, encoded, ...rest } = await created({ name: 'login', expiration: '1d' })
    expect(rest).toEqual({ __typename: 'ApiKeyCreated', name: 'login', expiration: at(start + 86_400_000) })
    expect(Buffer.from(encoded, 'base64').toString()).toBe(`${id}:${apiKey}`)
    expect((await viewer(encoded)).data).toEqual({
      viewer: {
        username: 'key-owner',
        roles: [],
        authenticationType: 'api_key',
        apiKey: { id, name: 'login' },
        authenticationRealm: { name: '_es_api_key' },
      },
    })
  })

  it('refuses a key that is wrong in itself, with all its problems', async () => {
    const metadata = { _x: 1 }
    const roles = [
      { name: 'a', role: {} },
      { name: 'a', role: {} },
    ]
    const answer = await ask(app.fetch, create, { name: '', metadata, roles }, keyOwner)
    expectRefused(answer, 400, 'INVALID_INPUT')
    expect(answer.errors?.[0]?.extensions.problems).toEqual([
      'api key name is required',
      'API key metadata keys may not start with [_]',
      'role descriptors must have different names',
    ])
  })

  it('refuses who may not', async () => {
    expectRefused(await ask(app.fetch, create, { name: 'k' }, nobody), 403, 'FORBIDDEN')
  })
})

describe('apiKeys', () => {
  it('shows keys whole, limits where they are asked for', async () => {
    const roles = [{ name: 'r', role: { cluster: ['monitor'] } }]
    const { id } = await created({ name: 'k', roles, metadata: { a: [1] } })
    const key = {
      id,
      name: 'k',
      creation: at(start),
      expiration: null,
      invalidated: false,
      invalidation: null,
      username: 'key-owner',
      realm: 'native',
      realmType: 'native',
      metadata: { a: [1] },
      roleDescriptors: [{ name: 'r', cluster: ['monitor'] }],
    }
    expect(await listed({ which: {} })).toEqual([{ ...key, limitedBy: null }])
    expect(await listed({ which: { owner: true }, limits: true }, keyOwner)).toEqual([
      { ...key, limitedBy: [{ name: 'key_owner', cluster: ['manage_own_api_key', 'manage_user_profile'] }] },
    ])
  })

  it('takes several ids, and those alone that are valid', async () => {
    const [one, two] = [await created(), await created()]
    await ask(app.fetch, invalidate, { which: { ids: [one.id] } }, keyManager)
    const which = { ids: [two.id, one.id, 'nothing'] }
    expect(await listed({ which })).toHaveLength(2)
    expect(await listed({ which, activeOnly: true })).toMatchObject([{ id: two.id }])
    expect(await listed({ which: { ids: [] } })).toEqual([])
  })

  it('refuses who asks for others’', async () => {
    expectRefused(await ask(app.fetch, list, { which: {} }, keyOwner), 403, 'FORBIDDEN')
  })
})

describe('apiKeyPage', () => {
  it('shows a part of what the caller may see', async () => {
    const { id } = await created()
    const { id: other } = await created({ name: 'k' }, keyManager)
    const page = async (variables: object, caller = keyManager) =>
      (await ask(app.fetch, part, { ...variables }, caller)).data?.apiKeyPage
    expect(await page({ size: 1 })).toMatchObject({ total: 2, apiKeys: [{}] })
    expect(await page({ ids: [other] })).toEqual({ total: 1, apiKeys: [{ id: other }] })
    expect(await page({}, keyOwner)).toEqual({ total: 1, apiKeys: [{ id }] })
  })

  it('refuses to leave out less than nothing', async () => {
    const answer = await ask(app.fetch, part, { from: -1, size: -2 }, keyManager)
    expectRefused(answer, 400, 'INVALID_INPUT')
    expect(answer.errors?.[0]?.extensions.problems).toEqual([
      '[from] parameter cannot be negative but was [-1]',
      '[size] parameter cannot be negative but was [-2]',
    ])
  })
})

describe('invalidateApiKeys', () => {
  it('answers ApiKeysInvalidated, and the keys prove nobody any more', async () => {
    const { id, encoded } = await created()
    const ended = async (which: object) =>
      (await ask(app.fetch, invalidate, { which }, keyOwner)).data?.invalidateApiKeys
    const counted = (invalidated: string[], previouslyInvalidated: string[]) => ({
      __typename: 'ApiKeysInvalidated',
      invalidated,
      previouslyInvalidated,
    })
    expect(await ended({ owner: true })).toEqual(counted([id], []))
    expect(await ended({ owner: true, ids: [id] })).toEqual(counted([], [id]))
    expectRefused(await viewer(encoded), 401, 'UNAUTHENTICATED')
  })

  it('refuses to end all', async () => {
    const answer = await ask(app.fetch, invalidate, { which: { name: ' ' } }, keyManager)
    expectRefused(answer, 400, 'INVALID_INPUT')
    expect(answer.errors?.[0]?.extensions.problems).toEqual([
      'One of [api key id(s), api key name, username, realm name] must be specified if [owner] flag is false',
    ])
  })
})
