import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Read } from '../../../src/read.ts'
import type { Grounds } from '../../../src/authentication/grounds.ts'
import type { FoundUser, StoredUser, UserRepository } from '../../../src/authentication/userRepository.ts'
import { readAtOnce } from '../../support/readAtOnce.ts'
import { groundless } from '../../support/groundless.ts'
import { prepared, userIn, type TestDatabase } from '../../support/testDatabase.ts'
import { atOnce, howMany } from './concurrency.ts'
import { anyDocument, delicateDocuments } from './documents.ts'

const ada: StoredUser = {
  username: 'ada',
  passwordHash: 'hash of ada',
  roles: ['admin', 'other_role1'],
  fullName: 'Ada Lovelace',
  email: 'ada@example.com',
  metadata: { intelligence: 7 },
  enabled: true,
}
const { passwordHash, ...adaWithoutHash } = ada

async function found(users: UserRepository): Promise<FoundUser> {
  const there = await users.find('ada')
  if (!there) throw new Error('ada is not there')
  return there
}

describe('users', () => {
  const emptied = prepared()

  describe('a user that is put', () => {
    it('is created the first time, and found as it was put', async () => {
      const { users } = await emptied()
      expect(await users.put(ada, groundless)).toBe(true)
      expect(await userIn(users, 'ada')).toEqual(ada)
    })

    it('is replaced whole the next time', async () => {
      const { users } = await emptied()
      await users.put(ada, groundless)
      const other = {
        ...ada,
        passwordHash: 'x',
        roles: [],
        fullName: null,
        email: null,
        metadata: {},
        enabled: false,
      }
      expect(await users.put(other, groundless)).toBe(false)
      expect(await userIn(users, 'ada')).toEqual(other)
    })

    it('is created exactly once by many at once, and is what one of them put', async () => {
      const { users } = await emptied()
      const versions = Array.from({ length: 64 }, (_, n) => ({
        ...ada,
        passwordHash: `${n}`,
        metadata: { n },
      }))
      const created = await Promise.all(versions.map((version) => users.put(version, groundless)))
      expect(howMany(created)).toBe(1)
      expect(versions).toContainEqual(await userIn(users, 'ada'))
    })

    it('is created once for each time that it was deleted, whoever does both at once', async () => {
      const { users } = await emptied()
      const done = await atOnce(100, async (n) =>
        n % 2 ? { deleted: await users.delete('ada') } : { created: await users.put(ada, groundless) },
      )
      const created = done.filter((one) => one.created).length
      const deleted = done.filter((one) => one.deleted).length
      expect(created - deleted).toBe((await userIn(users, 'ada')) ? 1 : 0)
    })

    it('keeps any metadata and any roles exactly', async () => {
      const { users } = await emptied()
      await fc.assert(
        fc.asyncProperty(anyDocument, fc.array(fc.string()), async (metadata, roles) => {
          await users.put({ ...ada, metadata, roles }, groundless)
          expect(await userIn(users, 'ada')).toEqual({ ...ada, metadata, roles })
        }),
        { numRuns: 200 },
      )
    })

    it.each(delicateDocuments)('keeps metadata with %s exactly', async (_, metadata) => {
      const { users } = await emptied()
      await users.put({ ...ada, metadata }, groundless)
      expect(await userIn(users, 'ada')).toEqual({ ...ada, metadata })
    })
  })

  describe('a user that is made unless there is one', () => {
    it('is one row, which all get who try at once', async () => {
      const { users } = await emptied()
      const rows = await atOnce(64, (n) => users.createIfAbsent({ ...ada, passwordHash: `${n}` }))
      const row = await userIn(users, 'ada')
      expect(row).not.toBeNull()
      for (const got of rows) expect(got).toEqual(row)
      expect(await users.list(null, readAtOnce)).toHaveLength(1)
    })

    it('leaves the one that is there as it is', async () => {
      const { users } = await emptied()
      await users.put(ada, groundless)
      const other = { ...ada, passwordHash: 'x', roles: [], metadata: {}, enabled: false }
      expect(await users.createIfAbsent(other)).toEqual(ada)
      expect(await userIn(users, 'ada')).toEqual(ada)
    })
  })

  describe('a change of one part', () => {
    it('replaces everything but the password', async () => {
      const { users } = await emptied()
      await users.put(ada, groundless)
      const other = {
        username: 'ada',
        roles: ['new'],
        fullName: null,
        email: null,
        metadata: { a: 1 },
        enabled: false,
      }
      expect(await users.replace(other)).toBe(true)
      expect(await userIn(users, 'ada')).toEqual({ ...other, passwordHash })
    })

    it('replaces the password alone', async () => {
      const { users } = await emptied()
      await users.put(ada, groundless)
      expect(await users.setPasswordHash('ada', 'new hash', groundless)).toBe(true)
      expect(await userIn(users, 'ada')).toEqual({ ...ada, passwordHash: 'new hash' })
    })

    it.each([true, false])('sets alone whether the user is enabled: %s', async (enabled) => {
      const { users } = await emptied()
      await users.put({ ...ada, enabled: !enabled }, groundless)
      expect(await users.setEnabled('ada', enabled)).toBe(true)
      expect(await userIn(users, 'ada')).toEqual({ ...ada, enabled })
    })

    it('is not lost among changes of other parts at once', async () => {
      const { users } = await emptied()
      await users.put(ada, groundless)
      const changes = [
        () => users.setPasswordHash('ada', 'new hash', groundless),
        () => users.setEnabled('ada', false),
        () => users.replace({ ...adaWithoutHash, enabled: false, roles: ['new'] }),
      ]
      expect(howMany(await atOnce(60, (n) => changes[n % 3]?.() ?? Promise.reject(new Error())))).toBe(60)
      expect(await userIn(users, 'ada')).toEqual({
        ...ada,
        passwordHash: 'new hash',
        enabled: false,
        roles: ['new'],
      })
    })

    it('of nobody is false, and makes nobody', async () => {
      const { users } = await emptied()
      expect(await users.replace(adaWithoutHash)).toBe(false)
      expect(await users.setPasswordHash('ada', 'hash', groundless)).toBe(false)
      expect(await users.setEnabled('ada', true)).toBe(false)
      expect(await users.list(null, readAtOnce)).toEqual([])
    })

    it('touches nobody else', async () => {
      const { users } = await emptied()
      const names = ['ADA', 'Ada', 'ada ', 'ad%', 'a_a']
      for (const username of ['ada', ...names]) await users.put({ ...ada, username }, groundless)
      await users.setEnabled('ada', false)
      await users.setPasswordHash('ada', 'new hash', groundless)
      await users.replace({ ...adaWithoutHash, roles: [] })
      await users.delete('ada')
      for (const username of names) expect(await userIn(users, username)).toEqual({ ...ada, username })
    })
  })

  describe('a user that is deleted', () => {
    it('is gone, and was found by exactly one of many who delete it at once', async () => {
      const { users } = await emptied()
      await users.put(ada, groundless)
      expect(howMany(await atOnce(64, () => users.delete('ada')))).toBe(1)
      expect(await userIn(users, 'ada')).toBeNull()
    })

    it('is created when it is put again', async () => {
      const { users } = await emptied()
      await users.put(ada, groundless)
      await users.delete('ada')
      expect(await users.put(ada, groundless)).toBe(true)
    })

    it('is not found if there never was one', async () => {
      const { users } = await emptied()
      expect(await users.delete('ada')).toBe(false)
    })
  })

  describe('a user that is looked for', () => {
    it('is null if there is none', async () => {
      const { users } = await emptied()
      expect(await userIn(users, 'ada')).toBeNull()
    })

    it('is the one of exactly that name, also among many looked for at once', async () => {
      const { users } = await emptied()
      const names = Array.from({ length: 50 }, (_, n) => [`user${n}`, `USER${n}`]).flat()
      for (const username of names) await users.put({ ...ada, username }, groundless)
      const asked = [...names, ...names.map((username) => `no ${username}`)]
      const found = await Promise.all(asked.map((username) => userIn(users, username)))
      expect(found.map((user) => user?.username)).toEqual(
        asked.map((name) => (names.includes(name) ? name : undefined)),
      )
    })

    it.each(["O'Brien", 'a"b', 'a\\b', '%', '日本語', 'a'.repeat(1024), '\u{1f600}', 'ａ'])(
      'can have the name %s',
      async (username) => {
        const { users } = await emptied()
        await users.put({ ...ada, username }, groundless)
        expect(await userIn(users, username)).toEqual({ ...ada, username })
      },
    )
  })

  describe('a password that is looked for', () => {
    it('is null if there is nobody', async () => {
      const { users } = await emptied()
      await users.put(ada, groundless)
      expect(await users.findPassword('ADA')).toBeNull()
    })

    it('comes with whether its user is enabled, and with the user', async () => {
      const { users } = await emptied()
      await users.put(ada, groundless)
      for (const enabled of [true, false]) {
        await users.setEnabled('ada', enabled)
        const whole = await found(users)
        expect(await users.findPassword('ada')).toEqual({ passwordHash, enabled, found: whole })
      }
      await users.put({ ...ada, fullName: null, email: null, roles: [], metadata: {} }, groundless)
      expect(await users.findPassword('ada')).toEqual({
        passwordHash,
        enabled: true,
        found: await found(users),
      })
    })

    const small = delicateDocuments.filter(([, metadata]) => JSON.stringify(metadata).length < 900)

    it.each(small)('comes with metadata with %s exactly', async (_, metadata) => {
      const { users } = await emptied()
      await users.put({ ...ada, metadata }, groundless)
      expect((await users.findPassword('ada'))?.found?.user).toEqual({ ...ada, metadata })
    })

    // PostgreSQL stores it compressed, if that is possible.
    const random = Array.from({ length: 400 }, () => Math.random().toString(36)).join('')

    it.each<[string, Partial<StoredUser>]>([
      ['metadata', { metadata: { text: random } }],
      ['roles', { roles: random.match(/.{100}/g) ?? [] }],
      ['a full name', { fullName: random }],
      ['an email', { email: random }],
      ['metadata that can be compressed', { metadata: { text: 'x'.repeat(10_000) } }],
      ['metadata that is larger by far', { metadata: { text: 'x'.repeat(1_000_000) } }],
    ])('comes without a user who is large by %s: not even its size takes reading it', async (_, large) => {
      const { users } = await emptied()
      await users.put({ ...ada, ...large }, groundless)
      expect(await users.findPassword('ada')).toEqual({ passwordHash, enabled: true, found: null })
    })
  })

  describe('users that are listed', () => {
    it('are all, by name in the order of code points, whatever the order in which they came', async () => {
      const { users } = await emptied()
      const names = ['b', 'a', 'B', 'A', 'a b', 'a-b', 'a_b', 'a.b', '~', '!', '10', '9', 'ab', 'aB']
      for (const username of names) await users.put({ ...ada, username }, groundless)
      expect((await users.list(null, readAtOnce)).map(({ username }) => username)).toEqual([...names].sort())
    })

    it('come without their password hash', async () => {
      const { users } = await emptied()
      await users.put(ada, groundless)
      expect(await users.list(null, readAtOnce)).toEqual([adaWithoutHash])
      expect(await users.list(['ada'], readAtOnce)).toEqual([adaWithoutHash])
    })

    it('are those of the named that exist, once each, by name', async () => {
      const { users } = await emptied()
      for (const username of ['a', 'b', 'c']) await users.put({ ...ada, username }, groundless)
      const listed = await users.list(['c', 'nobody', 'a', 'c'], readAtOnce)
      expect(listed.map(({ username }) => username)).toEqual(['a', 'c'])
    })

    it.each([
      ['all', null],
      ['named', ['a', 'b', 'c', 'd', 'x']],
    ])('are read in parts where they are large: %s', async (_, named) => {
      const { users } = await emptied()
      const incompressible = randomBytes(300_000).toString('base64')
      const large = {
        a: { metadata: { text: incompressible } },
        b: { fullName: incompressible },
        c: { email: incompressible },
      }
      for (const [username, column] of Object.entries({ ...large, d: {} }))
        await users.put({ ...ada, username, ...column }, groundless)
      const parts: number[] = []
      const read: Read = async (items) => {
        const found = await items()
        parts.push(found.length)
        return found
      }
      expect((await users.list(named, read)).map(({ username }) => username)).toEqual(['a', 'b', 'c', 'd'])
      expect(parts).toEqual([2, 2])
      const full: Read = () => Promise.reject(new Error('no room'))
      await expect(users.list(named, full)).rejects.toThrow('no room')
    })

    it('are all where they are more than are looked for at once', async () => {
      const { users, run } = await emptied()
      await users.put(ada, groundless)
      for (let n = 0; n < 2_000; n += 100) {
        const rows = Array.from({ length: 100 }, (_, index) => `('u${n + index}','hash','[]','{}',true,1)`)
        await run(`INSERT INTO "users" ("username","passwordHash","roles","metadata","enabled","revision")
          VALUES ${rows.join()}`)
      }
      const listed = await users.list(null, readAtOnce)
      expect(new Set(listed.map(({ username }) => username)).size).toBe(2_001)
    })

    it('are none if none is named', async () => {
      const { users } = await emptied()
      await users.put(ada, groundless)
      expect(await users.list([], readAtOnce)).toEqual([])
    })

    // Prisma asks for so many in several statements, and refuses to sort them.
    it('may be named by the hundred thousand', async () => {
      const { users } = await emptied()
      for (const username of ['b', 'a']) await users.put({ ...ada, username }, groundless)
      const names = Array.from({ length: 100_000 }, (_, n) => `nobody ${n}`)
      const listed = await users.list(['b', ...names, 'a'], readAtOnce)
      expect(listed.map(({ username }) => username)).toEqual(['a', 'b'])
    })

    // Each of the statements has one of them.
    it('come once each, even if a name is repeated after a hundred thousand others', async () => {
      const { users } = await emptied()
      await users.put(ada, groundless)
      const names = Array.from({ length: 100_000 }, (_, n) => `nobody ${n}`)
      expect(await users.list(['ada', ...names, 'ada'], readAtOnce)).toHaveLength(1)
    })
  })

  describe('another hash of the same password', () => {
    it('replaces the one there is, alone, of the user who is still the same', async () => {
      const { users } = await emptied()
      await users.put(ada, groundless)
      const { basis } = await found(users)
      expect(await users.rehash(basis, 'own hash')).toBe(true)
      const after = await found(users)
      expect(after.user).toEqual({ ...ada, passwordHash: 'own hash' })
      expect(after.basis).not.toEqual(basis)
    })

    it.each<[string, (users: UserRepository) => Promise<unknown>]>([
      ['has another password', (users) => users.setPasswordHash('ada', 'new hash', groundless)],
      ['has the same hash again', (users) => users.setPasswordHash('ada', ada.passwordHash, groundless)],
      ['is disabled', (users) => users.setEnabled('ada', false)],
      ['has other roles', (users) => users.replace({ ...ada, roles: [] })],
      ['is deleted', (users) => users.delete('ada')],
      ['is another of that name', (users) => users.delete('ada').then(() => users.put(ada, groundless))],
      ['was given such a hash', async (users) => users.rehash((await found(users)).basis, 'hash of another')],
    ])('is not stored of a user who %s by then', async (_, write) => {
      const { users } = await emptied()
      await users.put(ada, groundless)
      const { basis } = await found(users)
      await write(users)
      const before = await users.find('ada')
      expect(await users.rehash(basis, 'own hash')).toBe(false)
      expect(await users.find('ada')).toEqual(before)
    })

    it('is stored once by many at once', async () => {
      const { users } = await emptied()
      await users.put(ada, groundless)
      const { basis } = await found(users)
      const stored = await atOnce(100, (n) => users.rehash(basis, `own hash ${n}`))
      expect(howMany(stored)).toBe(1)
      expect((await found(users)).user.passwordHash).toBe(`own hash ${stored.indexOf(true)}`)
    })

    it.each<[string, (users: UserRepository) => Promise<boolean | null>, Partial<StoredUser>]>([
      [
        'another password',
        (users) => users.setPasswordHash('ada', 'new hash', groundless),
        { passwordHash: 'new hash' },
      ],
      ['a disabling', (users) => users.setEnabled('ada', false), { enabled: false }],
    ])('never undoes %s at the same time', async (_, write, outcome) => {
      const { users } = await emptied()
      for (let round = 0; round < 20; round++) {
        await users.put(ada, groundless)
        const { basis } = await found(users)
        const [, written] = await Promise.all([users.rehash(basis, 'own hash'), write(users)])
        expect(written).toBe(true)
        expect((await found(users)).user).toMatchObject(outcome)
      }
    })

    it('is given to nobody else', async () => {
      const { users } = await emptied()
      for (const username of ['ada', 'Ada', 'joe']) await users.put({ ...ada, username }, groundless)
      await users.rehash((await found(users)).basis, 'own hash')
      for (const username of ['Ada', 'joe'])
        expect(await userIn(users, username)).toEqual({ ...ada, username })
    })
  })

  describe('the hashes of passwords', () => {
    it('are all of those who are enabled, slice by slice', async () => {
      const { users } = await emptied()
      const names = ['b', 'a', 'B', 'A', 'a b', 'a-b', 'a_b', 'a.b', '~', '!', '10', '9', 'ab', 'aB']
      for (const username of names)
        await users.put({ ...ada, username, passwordHash: `hash of ${username}` }, groundless)
      await users.setEnabled('ab', false)
      const seen: string[] = []
      for (let after = ''; ;) {
        const slice = await users.passwordHashes(after, 3)
        expect(slice.length).toBeLessThanOrEqual(3)
        const last = slice.at(-1)
        if (!last) break
        after = last.username
        for (const { username, passwordHash } of slice) {
          expect(passwordHash).toBe(`hash of ${username}`)
          seen.push(username)
        }
      }
      expect(seen.sort()).toEqual(names.filter((name) => name !== 'ab').sort())
    })

    it('are none if nobody is there', async () => {
      const { users } = await emptied()
      expect(await users.passwordHashes('', 10)).toEqual([])
    })
  })

  describe('a write on grounds', () => {
    const start = 1_800_000_000_000
    const hour = 3_600_000
    const joe = { ...ada, username: 'joe' }

    /** Ada, and what an access token and an API key of hers are grounds for. */
    async function withGrounds() {
      const database = await emptied()
      const { users, tokens, apiKeys } = database
      await database.setTime(start)
      await users.put(ada, groundless)
      await users.put(joe, groundless)
      const realm = { name: 'native', type: 'native' }
      const { basis } = await found(users)
      await tokens.create(
        {
          ...{ accessHash: 'a', refreshHash: null, parent: null, apiKeyId: null, snapshot: null },
          ...{
            username: 'ada',
            realmName: 'native',
            realmType: 'native',
            client: { username: 'ada', realm },
          },
        },
        { access: 2 * hour, refresh: 2 * hour, remembered: hour },
        basis,
      )
      await apiKeys.create(
        {
          ...{ id: 'key', keyHash: 'hash', name: 'k', owner: { username: 'ada', realm, via: null } },
          ...{ roleDescriptors: [], limitedBy: [], metadata: {}, parent: null },
        },
        { valid: hour, retained: hour, most: 1 },
        null,
      )
      const [token, key] = [await tokens.find({ accessHash: 'a' }), await apiKeys.find('key')]
      if (!token || !key) throw new Error('there is no token, or no key')
      return { ...database, grounds: { basis, token, apiKey: key.apiKey } }
    }

    type Write = (users: UserRepository, username: string, grounds: Grounds) => Promise<boolean | null>
    const writes: [string, Write][] = [
      ['a put', (users, username, grounds) => users.put({ ...ada, username, fullName: 'x' }, grounds)],
      ['a password', (users, username, grounds) => users.setPasswordHash(username, 'new hash', grounds)],
    ]
    const all = { ids: null, name: null, username: null, realmName: null, owner: null, activeOnly: false }
    const ends: [string, keyof Grounds, (database: TestDatabase) => Promise<unknown>][] = [
      [
        'whose user has another password',
        'basis',
        ({ users }) => users.setPasswordHash('ada', 'another', groundless),
      ],
      ['whose user has other roles', 'basis', ({ users }) => users.replace({ ...ada, roles: [] })],
      ['whose user was disabled', 'basis', ({ users }) => users.setEnabled('ada', false)],
      ['whose user is gone', 'basis', ({ users }) => users.delete('ada')],
      [
        'whose user is another by that name',
        'basis',
        ({ users }) => users.delete('ada').then(() => users.put(ada, groundless)),
      ],
      ['whose token was invalidated', 'token', ({ tokens }) => tokens.invalidate('access', 'a')],
      ['whose API key was invalidated', 'apiKey', ({ apiKeys }) => apiKeys.invalidate(all, hour)],
      ['whose API key has expired', 'apiKey', ({ setTime }) => setTime(start + hour)],
    ]

    describe.each(writes)('%s', (_, write) => {
      const groundless: Grounds = { basis: null, token: null, apiKey: null }

      it.each(['basis', 'token', 'apiKey'] as const)(
        'is stored where there is a %s that stands',
        async (one) => {
          const { users, grounds } = await withGrounds()
          expect(await write(users, 'joe', { ...groundless, [one]: grounds[one] })).not.toBeNull()
          expect(await userIn(users, 'joe')).not.toEqual(joe)
        },
      )

      it('is stored on all of them at once, also where it is of their own user', async () => {
        const { users, grounds } = await withGrounds()
        expect(await write(users, 'ada', grounds)).not.toBeNull()
        expect(await userIn(users, 'ada')).not.toEqual(ada)
      })

      it.each(ends)('is not stored on grounds %s', async (_, one, end) => {
        const { grounds, ...database } = await withGrounds()
        const { users } = database
        await end(database)
        const before = await users.list(null, readAtOnce)
        for (const username of ['joe', 'ada', 'nobody']) {
          const stored = await users.find(username)
          expect(await write(users, username, { ...groundless, [one]: grounds[one] })).toBeNull()
          expect(await write(users, username, grounds)).toBeNull()
          expect(await users.find(username)).toEqual(stored)
        }
        expect(await users.list(null, readAtOnce)).toEqual(before)
      })

      it('is stored whatever was ended, where there are none', async () => {
        const { grounds, ...database } = await withGrounds()
        for (const [, , end] of ends) await end(database)
        expect(grounds).not.toBeNull()
        expect(await write(database.users, 'joe', groundless)).not.toBeNull()
        expect(await userIn(database.users, 'joe')).not.toEqual(joe)
      })

      it('of its own user is stored once by many at once', async () => {
        const { users, grounds } = await withGrounds()
        const stored = await atOnce(64, () => write(users, 'ada', grounds))
        expect(stored.filter((one) => one !== null)).toHaveLength(1)
      })

      it('is not stored any more once its user has been written', async () => {
        for (let round = 0; round < 10; round++) {
          const { users, grounds } = await withGrounds()
          const stored = atOnce(16, () => write(users, 'joe', grounds))
          await users.setEnabled('ada', false)
          const then = await users.find('joe')
          await stored
          expect(await users.find('joe')).toEqual(then)
        }
      })
    })

    it('is false where there is nobody who could have another password', async () => {
      const { users, grounds } = await withGrounds()
      expect(await users.setPasswordHash('nobody', 'new hash', grounds)).toBe(false)
    })
  })

  describe('the basis that a user is', () => {
    it('stays the same as long as nobody writes the user', async () => {
      const { users } = await emptied()
      await users.put(ada, groundless)
      await users.put({ ...ada, username: 'joe' }, groundless)
      const before = await users.find('ada')
      await users.setEnabled('joe', false)
      expect(await users.find('ada')).toEqual(before)
    })

    it('is another after each write, and never one that was', async () => {
      const { users } = await emptied()
      const seen = new Set<string>()
      const writes = [
        () => users.put(ada, groundless),
        () => users.put(ada, groundless),
        () => users.replace(ada),
        () => users.setPasswordHash('ada', 'hash of ada', groundless),
        () => users.setEnabled('ada', true),
        async () => users.rehash((await found(users)).basis, 'own hash'),
        () => users.delete('ada').then(() => users.put(ada, groundless)),
        () => users.delete('ada').then(() => users.createIfAbsent(ada)),
      ]
      for (const write of writes) {
        await write()
        seen.add(JSON.stringify((await users.find('ada'))?.basis))
      }
      expect(seen.size).toBe(writes.length)
    })
  })
})
