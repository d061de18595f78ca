import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type {
  ApiKeySelection,
  KeyBounds,
  NewApiKey,
} from '../../../src/authentication/apiKeys/apiKeyRepository.ts'
import type { StoredUser } from '../../../src/authentication/userRepository.ts'
import type { Role } from '../../../src/authorization/role.ts'
import { groundless } from '../../support/groundless.ts'
import { prepared, type TestDatabase } from '../../support/testDatabase.ts'
import { atOnce } from './concurrency.ts'
import { anyDocument, delicateDocuments } from './documents.ts'

const start = 1_800_000_000_000
const hour = 3_600_000
const life: KeyBounds = { valid: hour, retained: 24 * hour, most: 1_000 }
const forever: KeyBounds = { valid: null, retained: 24 * hour, most: 1_000 }

const native = { name: 'native', type: 'native' }
const corp = { name: 'corp', type: 'jwt' }
const role: Role = {
  name: 'r',
  cluster: ['manage_user_profile'],
  indices: [],
  applications: [],
  runAs: [],
  global: { profile: { write: { applications: ['kibana*'] } } },
  metadata: { version: 1 },
  description: null,
}
const key: NewApiKey = {
  id: 'key',
  keyHash: 'hash of the secret',
  name: 'a key',
  owner: { username: 'ada', realm: native, via: null },
  roleDescriptors: [role],
  limitedBy: [{ ...role, name: 'of ada' }],
  metadata: { team: 'a' },
  parent: null,
}
const ada: StoredUser = {
  username: 'ada',
  passwordHash: 'hash of ada',
  roles: [],
  fullName: null,
  email: null,
  metadata: {},
  enabled: true,
}
const all: ApiKeySelection = {
  ids: null,
  name: null,
  username: null,
  realmName: null,
  owner: null,
  activeOnly: false,
}

describe('API keys', () => {
  const emptied = prepared()

  async function atStart() {
    const database = await emptied()
    await database.setTime(start)
    return database
  }

  /** Makes keys, one after the other in time. */
  async function withKeys(...keys: (Partial<NewApiKey> & { id: string })[]) {
    const database = await atStart()
    for (const [n, one] of keys.entries()) {
      await database.setTime(start + n)
      await database.apiKeys.create({ ...key, ...one }, forever, null)
    }
    const idsOf = async (selection: Partial<ApiKeySelection>) =>
      (await database.apiKeys.list({ ...all, ...selection }, null)).map(({ id }) => id)
    return { ...database, idsOf }
  }

  async function basisOf({ users }: Pick<TestDatabase, 'users'>) {
    return (await users.find('ada'))?.basis ?? null
  }

  describe('a key that is made', () => {
    it('is found as it was made, with the times of the database', async () => {
      const { apiKeys, securityEpoch } = await atStart()
      const made = await apiKeys.create(key, life, null)
      expect(made).toEqual({ createdAt: start, expiresAt: start + hour })
      const { keyHash, parent, ...kept } = key
      expect(parent).toBeNull()
      expect(await apiKeys.find('key')).toEqual({
        apiKey: { ...kept, createdAt: start, expiresAt: start + hour, invalidatedAt: null },
        keyHash,
        isValid: true,
        securityEpoch: await securityEpoch(),
      })
      expect(await apiKeys.find('another')).toBeNull()
    })

    it('may be valid without end', async () => {
      const { apiKeys, setTime } = await atStart()
      expect(await apiKeys.create(key, forever, null)).toEqual({ createdAt: start, expiresAt: null })
      await setTime(start + 1_000_000 * hour)
      expect(await apiKeys.find('key')).toMatchObject({ isValid: true })
    })

    it('keeps whose it is: user, realm, and through which realm', async () => {
      const { apiKeys } = await atStart()
      const owner = { username: "O'Neil \u{1f600}", realm: corp, via: 'cluster' }
      await apiKeys.create({ ...key, owner }, life, null)
      expect(await apiKeys.find('key')).toMatchObject({ apiKey: { owner } })
    })

    it('keeps any documents exactly', async () => {
      const { apiKeys, run } = await atStart()
      await fc.assert(
        fc.asyncProperty(anyDocument, async (document) => {
          await run('DELETE FROM api_keys')
          const limited = { ...role, global: document, metadata: document }
          const documents = { metadata: document, roleDescriptors: [limited], limitedBy: [limited] }
          await apiKeys.create({ ...key, ...documents }, life, null)
          expect((await apiKeys.find('key'))?.apiKey).toMatchObject(documents)
        }),
      )
    })

    it.each(delicateDocuments)('keeps %s exactly', async (_, metadata) => {
      const { apiKeys } = await atStart()
      await apiKeys.create({ ...key, metadata }, life, null)
      expect((await apiKeys.find('key'))?.apiKey.metadata).toEqual(metadata)
    })

    it('is made on a basis that stands', async () => {
      const database = await atStart()
      await database.users.put(ada, groundless)
      expect(await database.apiKeys.create(key, life, await basisOf(database))).not.toBeNull()
    })

    it.each<[string, (database: TestDatabase) => Promise<unknown>]>([
      ['has other roles', ({ users }) => users.replace({ ...ada, roles: ['other'] })],
      ['has another password', ({ users }) => users.setPasswordHash('ada', 'another', groundless)],
      ['was disabled', ({ users }) => users.setEnabled('ada', false)],
      ['is gone', ({ users }) => users.delete('ada')],
    ])('is not made for a user who %s', async (_, change) => {
      const database = await atStart()
      await database.users.put(ada, groundless)
      const basis = await basisOf(database)
      await change(database)
      expect(await database.apiKeys.create(key, life, basis)).toBeNull()
      expect(await database.apiKeys.find('key')).toBeNull()
    })

    it('is made with a token, but not once that was invalidated', async () => {
      const { apiKeys, tokens } = await atStart()
      const user = { username: 'ada', realmName: 'corp', realmType: 'jwt' }
      const snapshot = { roles: [], fullName: null, email: null, metadata: {} }
      const client = { username: 'ada', realm: corp }
      const pair = { accessHash: 'a', refreshHash: null, parent: null, apiKeyId: null, client }
      const lifetimes = { access: hour, refresh: hour, remembered: hour }
      await tokens.create({ ...pair, ...user, snapshot }, lifetimes, null)
      const parent = await tokens.find({ accessHash: 'a' })
      expect(await apiKeys.create({ ...key, parent }, life, null)).not.toBeNull()
      await tokens.invalidate('access', 'a')
      expect(await apiKeys.create({ ...key, id: 'late', parent }, life, null)).toBeNull()
      expect(await apiKeys.find('late')).toBeNull()
    })

    it('is none of an owner who has as many valid ones as can be, which are not those of others', async () => {
      const { apiKeys } = await atStart()
      const make = (id: string, owner = key.owner) =>
        apiKeys.create({ ...key, id, owner }, { ...forever, most: 3 }, null)
      for (const id of ['one', 'two', 'three']) expect(await make(id)).not.toBeNull()
      expect(await make('four')).toBeNull()
      expect(await apiKeys.find('four')).toBeNull()
      expect(await make('elsewhere', { ...key.owner, via: 'cluster' })).not.toBeNull()
      expect(await make('corp', { ...key.owner, realm: corp })).not.toBeNull()
      await apiKeys.invalidate({ ...all, ids: ['one'] }, hour)
      expect(await make('four')).not.toBeNull()
    })
  })

  describe('a key', () => {
    it('expires at its time', async () => {
      const { apiKeys, setTime } = await atStart()
      await apiKeys.create(key, life, null)
      await setTime(start + hour - 1)
      expect(await apiKeys.find('key')).toMatchObject({ isValid: true })
      await setTime(start + hour)
      expect(await apiKeys.find('key')).toMatchObject({ isValid: false })
    })

    it('is invalidated for good', async () => {
      const { apiKeys, setTime } = await withKeys({ id: 'key' })
      await setTime(start + 5)
      expect(await apiKeys.invalidate({ ...all, ids: ['key'] }, hour)).toEqual(['key'])
      expect(await apiKeys.find('key')).toMatchObject({
        isValid: false,
        apiKey: { invalidatedAt: start + 5 },
      })
      await setTime(start + 6)
      expect(await apiKeys.invalidate({ ...all, ids: ['key'] }, hour)).toEqual([])
      expect(await apiKeys.find('key')).toMatchObject({ apiKey: { invalidatedAt: start + 5 } })
    })

    it('can be invalidated after it has expired', async () => {
      const { apiKeys, setTime } = await atStart()
      await apiKeys.create(key, life, null)
      await setTime(start + 2 * hour)
      expect(await apiKeys.invalidate(all, hour)).toEqual(['key'])
    })

    it('is invalidated by exactly one of many who do it at once', async () => {
      const ids = Array.from({ length: 20 }, (_, n) => `key${n}`)
      const { apiKeys } = await withKeys(...ids.map((id) => ({ id })))
      const done = await atOnce(32, (n) =>
        apiKeys.invalidate({ ...all, ids: n % 2 ? ids : ids.toReversed() }, hour),
      )
      expect(done.flat().sort()).toEqual(ids.toSorted())
    })
  })

  describe('keys that are selected', () => {
    const others = [
      { id: 'one', name: 'a key' },
      { id: 'two', name: 'a key_' },
      { id: 'three', name: 'A KEY' },
      { id: 'four', name: '\u{1f600}%' },
      { id: 'five', name: '\u{1f600}x' },
    ]

    it('are all, by when they were made', async () => {
      const { idsOf } = await withKeys(...others)
      expect(await idsOf({})).toEqual(['one', 'two', 'three', 'four', 'five'])
    })

    it('are those of these ids that there are', async () => {
      const { idsOf } = await withKeys(...others)
      expect(await idsOf({ ids: ['three', 'nothing', 'one', 'one'] })).toEqual(['one', 'three'])
      expect(await idsOf({ ids: [] })).toEqual([])
    })

    it.each([
      ['a key', ['one']],
      ['a key*', ['one', 'two']],
      ['A*', ['three']],
      ['*', ['one', 'two', 'three', 'four', 'five']],
      ['\u{1f600}*', ['four', 'five']],
      ['\u{1f600}%', ['four']],
      ['a_key', []],
      ['*key', []],
    ])('have the name %o', async (name, expected) => {
      const { idsOf } = await withKeys(...others)
      expect(await idsOf({ name })).toEqual(expected)
    })

    it('are of a user, of a realm, or of a user of a realm', async () => {
      const { idsOf } = await withKeys(
        { id: 'ada', owner: { username: 'ada', realm: native, via: null } },
        { id: 'ada of corp', owner: { username: 'ada', realm: corp, via: null } },
        { id: 'Ada', owner: { username: 'Ada', realm: native, via: null } },
      )
      expect(await idsOf({ username: 'ada' })).toEqual(['ada', 'ada of corp'])
      expect(await idsOf({ realmName: 'native' })).toEqual(['ada', 'Ada'])
      expect(await idsOf({ username: 'ada', realmName: 'corp' })).toEqual(['ada of corp'])
    })

    it('are of one owner, who is no other of that name', async () => {
      const { idsOf } = await withKeys(
        { id: 'native', owner: { username: 'ada', realm: native, via: null } },
        { id: 'called otherwise', owner: { username: 'ada', realm: { ...native, name: 'x' }, via: null } },
        { id: 'corp', owner: { username: 'ada', realm: corp, via: null } },
        { id: 'elsewhere', owner: { username: 'ada', realm: native, via: 'cluster' } },
        { id: 'bob', owner: { username: 'bob', realm: native, via: null } },
      )
      const ownedBy = (realms: (typeof native)[], via: string | null) =>
        idsOf({ owner: { username: 'ada', realms, via } })
      expect(await ownedBy([native], null)).toEqual(['native', 'called otherwise'])
      expect(await ownedBy([corp], null)).toEqual(['corp'])
      expect(await ownedBy([{ ...native, type: 'jwt' }], null)).toEqual([])
      expect(await ownedBy([native, corp], null)).toEqual(['native', 'called otherwise', 'corp'])
      expect(await ownedBy([native], 'cluster')).toEqual(['elsewhere'])
      expect(await ownedBy([native], 'another')).toEqual([])
    })

    it('can be those alone that are valid', async () => {
      const { apiKeys, idsOf, setTime } = await withKeys({ id: 'valid' }, { id: 'invalidated' })
      await apiKeys.create({ ...key, id: 'expired' }, life, null)
      await apiKeys.invalidate({ ...all, ids: ['invalidated'] }, hour)
      await setTime(start + 2 * hour)
      expect(await idsOf({ activeOnly: true })).toEqual(['valid'])
    })

    it('come in parts, either end first, and are counted', async () => {
      const { apiKeys } = await withKeys(...others)
      const part = async (from: number, size: number, newestFirst = false) =>
        (await apiKeys.list(all, { from, size, newestFirst })).map(({ id }) => id)
      expect(await part(1, 2)).toEqual(['two', 'three'])
      expect(await part(4, 10)).toEqual(['five'])
      expect(await part(0, 2, true)).toEqual(['five', 'four'])
      expect(await part(9, 9)).toEqual([])
      expect(await part(0, 0)).toEqual([])
      expect(await apiKeys.ids(all, { from: 0, size: 2, newestFirst: true })).toEqual(['five', 'four'])
      expect(await apiKeys.ids({ ...all, name: 'a key*' }, null)).toEqual(['one', 'two'])
      expect(await apiKeys.count(all)).toBe(5)
      expect(await apiKeys.count({ ...all, ids: [] })).toBe(0)
    })
  })

  describe('keys that nobody misses', () => {
    it('are removed once they are so long over, and no others', async () => {
      const { apiKeys, idsOf, setTime } = await withKeys({ id: 'valid' }, { id: 'invalidated' })
      await setTime(start)
      await apiKeys.create({ ...key, id: 'expiring' }, life, null)
      await apiKeys.create({ ...key, id: 'both' }, life, null)
      await apiKeys.invalidate({ ...all, ids: ['invalidated', 'both'] }, 10 * hour)
      await setTime(start + 10 * hour - 1)
      expect(await apiKeys.removeOld()).toBe(0)
      await setTime(start + 10 * hour)
      expect(await apiKeys.removeOld()).toBe(2)
      await setTime(start + 25 * hour - 1)
      expect(await apiKeys.removeOld()).toBe(0)
      await setTime(start + 25 * hour)
      expect(await apiKeys.removeOld()).toBe(1)
      expect(await idsOf({})).toEqual(['valid'])
    })

    it('are not kept longer by an invalidation', async () => {
      const { apiKeys, setTime } = await atStart()
      await apiKeys.create(key, life, null)
      await setTime(start + 20 * hour)
      await apiKeys.invalidate(all, 24 * hour)
      await setTime(start + 25 * hour)
      expect(await apiKeys.removeOld()).toBe(1)
    })

    it('are removed by any number of gateways at once', async () => {
      const { apiKeys, setTime } = await atStart()
      await atOnce(60, (n) => apiKeys.create({ ...key, id: `key${n}` }, life, null))
      await setTime(start + 100 * hour)
      const removed = await atOnce(8, () => apiKeys.removeOld())
      expect(removed.reduce((sum, one) => sum + one, 0)).toBe(60)
    })
  })
})
