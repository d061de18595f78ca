import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Role } from '../../../src/authorization/role.ts'
import { ample } from '../../support/definitionsRoom.ts'
import { groundless } from '../../support/groundless.ts'
import { prepared, roleIn } from '../../support/testDatabase.ts'
import { atOnce, howMany } from './concurrency.ts'
import { anyDocument, delicateDocuments } from './documents.ts'

const ada = {
  username: 'ada',
  passwordHash: 'hash of ada',
  roles: [],
  fullName: null,
  email: null,
  metadata: {},
  enabled: true,
}

const activator: Role = {
  name: 'activator',
  cluster: ['manage_user_profile'],
  indices: [{ names: ['a*'], privileges: ['read'], allow_restricted_indices: false }],
  applications: [{ application: 'app', privileges: ['*'], resources: ['*'] }],
  runAs: ['somebody'],
  global: { profile: { write: { applications: ['kibana*'] } } },
  metadata: { version: 1 },
  description: 'May activate profiles.',
}

const nothing: Role = {
  name: 'activator',
  cluster: [],
  indices: [],
  applications: [],
  runAs: [],
  global: null,
  metadata: {},
  description: null,
}

describe('roles', () => {
  const emptied = prepared()

  describe('a role that is put', () => {
    it('is created the first time, and found as it was put', async () => {
      const { roles } = await emptied()
      expect(await roles.put(activator, ample)).toBe('created')
      expect(await roleIn(roles, 'activator')).toEqual(activator)
      expect(await roles.list(null)).toEqual([activator])
    })

    it('is replaced whole the next time', async () => {
      const { roles } = await emptied()
      await roles.put(activator, ample)
      expect(await roles.put(nothing, ample)).toBe('replaced')
      expect(await roleIn(roles, 'activator')).toEqual(nothing)
    })

    it('is created exactly once by many at once, and is what one of them put', async () => {
      const { roles } = await emptied()
      const versions = Array.from({ length: 64 }, (_, n) => ({
        ...activator,
        cluster: [`${n}`],
        metadata: { n },
      }))
      const outcomes = await Promise.all(versions.map((version) => roles.put(version, ample)))
      expect(outcomes.toSorted()).toEqual(['created', ...Array.from({ length: 63 }, () => 'replaced')])
      expect(versions).toContainEqual(await roleIn(roles, 'activator'))
    })

    it('is created once for each time that it was deleted, whoever does both at once', async () => {
      const { roles } = await emptied()
      const act = async (n: number) =>
        n % 2
          ? { deleted: await roles.delete('activator') }
          : { created: (await roles.put(activator, ample)) === 'created' }
      const done = await atOnce(100, act)
      const created = done.filter((one) => one.created).length
      const deleted = done.filter((one) => one.deleted).length
      expect(created - deleted).toBe((await roleIn(roles, 'activator')) ? 1 : 0)
    })

    it('is refused where all together would have too many bytes, unless it becomes smaller', async () => {
      const { roles } = await emptied()
      const of = (name: string, length: number) => ({
        ...activator,
        name,
        metadata: { text: 'ä'.repeat(length) },
      })
      const room = { ...ample, mostBytes: 20_000 }
      expect(await roles.put(of('a', 4_000), room)).toBe('created')
      expect(await roles.put(of('b', 6_000), room)).toBe('refused')
      expect(await roles.put(of('b', 4_000), room)).toBe('created')
      expect(await roles.put(of('b', 6_000), room)).toBe('refused')
      expect(await roles.list(['b'])).toEqual([of('b', 4_000)])
      expect(await roles.put(of('b', 3_000), { ...room, mostBytes: 100 })).toBe('replaced')
      expect(await roles.put(of('b', 3_000), { ...room, mostBytes: 100 })).toBe('replaced')
      expect(await roles.put(of('b', 3_001), { ...room, mostBytes: 100 })).toBe('refused')
      await roles.delete('a')
      expect(await roles.put(of('b', 6_000), room)).toBe('replaced')
    })

    it('keeps any documents exactly', async () => {
      const { roles } = await emptied()
      const documents = {
        metadata: anyDocument,
        global: anyDocument,
        indices: fc.array(anyDocument, { maxLength: 3 }),
      }
      await fc.assert(
        fc.asyncProperty(fc.record(documents), async (given) => {
          await roles.put({ ...activator, ...given }, ample)
          expect(await roleIn(roles, 'activator')).toEqual({ ...activator, ...given })
        }),
      )
    })

    it.each(delicateDocuments)('keeps %s exactly', async (_, document) => {
      const { roles } = await emptied()
      const role = {
        ...activator,
        metadata: document,
        global: document,
        indices: [document],
        applications: [document],
      }
      await roles.put(role, ample)
      expect(await roleIn(roles, 'activator')).toEqual(role)
    })
  })

  describe('a role that is deleted', () => {
    it('is gone, and was found by exactly one of many who delete it at once', async () => {
      const { roles } = await emptied()
      await roles.put(activator, ample)
      expect(howMany(await atOnce(64, () => roles.delete('activator')))).toBe(1)
      expect(await roleIn(roles, 'activator')).toBeNull()
    })

    it('is created when it is put again', async () => {
      const { roles } = await emptied()
      await roles.put(activator, ample)
      await roles.delete('activator')
      expect(await roles.put(activator, ample)).toBe('created')
    })

    it('is not found if there never was one', async () => {
      const { roles } = await emptied()
      expect(await roles.delete('activator')).toBe(false)
    })

    it('is the one of exactly that name', async () => {
      const { roles } = await emptied()
      const others = ['Activator', 'activator2', 'activat%', 'activato_']
      for (const name of ['activator', ...others]) await roles.put({ ...activator, name }, ample)
      await roles.delete('activator')
      expect((await roles.list(null)).map(({ name }) => name)).toEqual([...others].sort())
    })
  })

  describe('a role that is looked for', () => {
    it('is null if there is none', async () => {
      const { roles } = await emptied()
      expect(await roleIn(roles, 'activator')).toBeNull()
    })

    it('is the one of exactly that name, also among many looked for at once', async () => {
      const { roles } = await emptied()
      const names = Array.from({ length: 50 }, (_, n) => [`role${n}`, `ROLE${n}`]).flat()
      for (const name of names) await roles.put({ ...activator, name }, ample)
      const asked = [...names, ...names.map((name) => `no ${name}`)]
      const found = await Promise.all(asked.map((name) => roleIn(roles, name)))
      expect(found.map((role) => role?.name)).toEqual(
        asked.map((name) => (names.includes(name) ? name : undefined)),
      )
    })
  })

  describe('roles that are listed', () => {
    it('are all, by name in the order of code points, whatever the order in which they came', async () => {
      const { roles } = await emptied()
      const names = ['b', 'a', 'B', 'A', 'a b', 'a-b', 'a_b', 'a.b', '~', '!', '10', '9', 'ab', 'aB']
      for (const name of names) await roles.put({ ...activator, name }, ample)
      expect((await roles.list(null)).map(({ name }) => name)).toEqual([...names].sort())
    })

    it('are those of the named that exist, once each, by name', async () => {
      const { roles } = await emptied()
      for (const name of ['a', 'b', 'c']) await roles.put({ ...activator, name }, ample)
      expect((await roles.list(['c', 'nothing', 'a', 'c'])).map(({ name }) => name)).toEqual(['a', 'c'])
    })

    it('are none if none is named', async () => {
      const { roles } = await emptied()
      await roles.put(activator, ample)
      expect(await roles.list([])).toEqual([])
    })

    // Prisma asks for so many in several statements, and refuses to sort them.
    it('may be named by the hundred thousand', async () => {
      const { roles } = await emptied()
      for (const name of ['b', 'a']) await roles.put({ ...activator, name }, ample)
      const names = Array.from({ length: 100_000 }, (_, n) => `nothing ${n}`)
      expect((await roles.list(['b', ...names, 'a'])).map(({ name }) => name)).toEqual(['a', 'b'])
    })

    // Each of the statements has one of them.
    it('come once each, even if a name is repeated after a hundred thousand others', async () => {
      const { roles } = await emptied()
      await roles.put(activator, ample)
      const names = Array.from({ length: 100_000 }, (_, n) => `nothing ${n}`)
      expect(await roles.list(['activator', ...names, 'activator'])).toHaveLength(1)
    })
  })

  describe('the security epoch', () => {
    it('is raised by each change of a role, and read with every user', async () => {
      const { roles, users } = await emptied()
      await users.put(ada, groundless)
      const epoch = async () => {
        const { securityEpoch } = await roles.definitions()
        expect((await users.find('ada'))?.securityEpoch).toBe(securityEpoch)
        return securityEpoch
      }
      const changes = [
        () => roles.put(activator, ample),
        () => roles.put({ ...activator, cluster: [] }, ample),
        () => roles.delete('activator'),
      ]
      for (const change of changes) {
        const before = await epoch()
        await change()
        expect(await epoch()).toBeGreaterThan(before)
      }
    })

    it('is raised by nothing else', async () => {
      const { roles, users, profiles } = await emptied()
      const { securityEpoch } = await roles.definitions()
      await users.put(ada, groundless)
      await users.setEnabled('ada', true)
      await users.delete('ada')
      await profiles.candidates('base', null)
      await roles.delete('nothing')
      await roles.list(null)
      expect((await roles.definitions()).securityEpoch).toBe(securityEpoch)
    })

    it('is never read with roles that are older than it, however many write and read at once', async () => {
      const { roles } = await emptied()
      const { securityEpoch: start } = await roles.definitions()
      let written = 0
      const write = async () => {
        for (let n = 0; n < 20; n++) {
          await roles.put({ ...activator, name: `r${String(written++)}` }, ample)
        }
      }
      const read = async () => {
        while (written < 60) {
          const { securityEpoch, roles: found } = await roles.definitions()
          expect(found.size).toBe(securityEpoch - start)
        }
      }
      await Promise.all([write(), write(), write(), read(), read()])
    })
  })
})
