import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RoleMapping } from '../../../src/authorization/mappings/roleMapping.ts'
import type { RoleMappingRepository } from '../../../src/authorization/mappings/roleMappingRepository.ts'
import { ample } from '../../support/definitionsRoom.ts'
import { prepared } from '../../support/testDatabase.ts'
import { atOnce, howMany } from './concurrency.ts'
import { anyDocument, delicateDocuments } from './documents.ts'

const admins: RoleMapping = {
  name: 'admins',
  enabled: true,
  roles: ['admin', 'other'],
  roleTemplates: [],
  rules: { any: [{ field: { groups: ['a', 'b*'] } }, { all: [] }] },
  metadata: { version: 1 },
}
const others: RoleMapping = {
  name: 'admins',
  enabled: false,
  roles: [],
  roleTemplates: [{ source: '{{username}}', format: 'json' }],
  rules: { field: { dn: null } },
  metadata: {},
}

/** More than any test has. */

async function mappingIn(stored: RoleMappingRepository, name: string): Promise<RoleMapping | null> {
  return (await stored.definitions()).mappings.find((one) => one.name === name) ?? null
}

describe('role mappings', () => {
  const emptied = prepared()

  describe('a role mapping that is put', () => {
    it('is created the first time, and found as it was put', async () => {
      const { roleMappings } = await emptied()
      expect(await roleMappings.put(admins, ample)).toBe('created')
      expect(await mappingIn(roleMappings, 'admins')).toEqual(admins)
      expect(await roleMappings.list(null)).toEqual([admins])
    })

    it('is replaced whole the next time', async () => {
      const { roleMappings } = await emptied()
      await roleMappings.put(admins, ample)
      expect(await roleMappings.put(others, ample)).toBe('replaced')
      expect(await mappingIn(roleMappings, 'admins')).toEqual(others)
    })

    it('is created exactly once by many at once, and is what one of them put', async () => {
      const { roleMappings } = await emptied()
      const versions = Array.from({ length: 64 }, (_, n) => ({ ...admins, roles: [`${n}`], metadata: { n } }))
      const outcomes = await Promise.all(versions.map((version) => roleMappings.put(version, ample)))
      expect(outcomes.toSorted()).toEqual(['created', ...Array.from({ length: 63 }, () => 'replaced')])
      expect(versions).toContainEqual(await mappingIn(roleMappings, 'admins'))
    })

    it('is created once for each time that it was deleted, whoever does both at once', async () => {
      const { roleMappings } = await emptied()
      const act = async (n: number) =>
        n % 2
          ? { deleted: await roleMappings.delete('admins') }
          : { created: (await roleMappings.put(admins, ample)) === 'created' }
      const done = await atOnce(100, act)
      const created = done.filter((one) => one.created).length
      const deleted = done.filter((one) => one.deleted).length
      expect(created - deleted).toBe((await mappingIn(roleMappings, 'admins')) ? 1 : 0)
    })

    it('is refused where there are as many as there may be, unless it replaces one', async () => {
      const { roleMappings } = await emptied()
      for (const name of ['a', 'b'])
        expect(await roleMappings.put({ ...admins, name }, { ...ample, most: 2 })).toBe('created')
      expect(await roleMappings.put({ ...admins, name: 'c' }, { ...ample, most: 2 })).toBe('refused')
      expect(await roleMappings.put({ ...others, name: 'b' }, { ...ample, most: 2 })).toBe('replaced')
      expect(await roleMappings.list(null)).toEqual([
        { ...admins, name: 'a' },
        { ...others, name: 'b' },
      ])
      await roleMappings.delete('a')
      expect(await roleMappings.put({ ...admins, name: 'c' }, { ...ample, most: 2 })).toBe('created')
    })

    it('is refused where all together would have too many bytes, unless it becomes smaller', async () => {
      const { roleMappings } = await emptied()
      const of = (name: string, length: number) => ({
        ...admins,
        name,
        metadata: { text: 'ä'.repeat(length) },
      })
      const room = { ...ample, mostBytes: 20_000 }
      expect(await roleMappings.put(of('a', 4_000), room)).toBe('created')
      expect(await roleMappings.put(of('b', 6_000), room)).toBe('refused')
      expect(await roleMappings.put(of('b', 4_000), room)).toBe('created')
      expect(await roleMappings.put(of('b', 6_000), room)).toBe('refused')
      expect(await roleMappings.list(['b'])).toEqual([of('b', 4_000)])
      expect(await roleMappings.put(of('b', 3_000), { ...room, mostBytes: 100 })).toBe('replaced')
      await roleMappings.delete('a')
      expect(await roleMappings.put(of('b', 6_000), room)).toBe('replaced')
    })

    it('keeps any documents exactly', async () => {
      const { roleMappings } = await emptied()
      await fc.assert(
        fc.asyncProperty(fc.record({ metadata: anyDocument, rules: anyDocument }), async (given) => {
          await roleMappings.put({ ...admins, ...given }, ample)
          expect(await mappingIn(roleMappings, 'admins')).toEqual({ ...admins, ...given })
        }),
      )
    })

    it.each(delicateDocuments)('keeps %s exactly', async (_, document) => {
      const { roleMappings } = await emptied()
      const mapping = { ...admins, metadata: document, rules: document }
      await roleMappings.put(mapping, ample)
      expect(await mappingIn(roleMappings, 'admins')).toEqual(mapping)
    })
  })

  describe('a role mapping that is deleted', () => {
    it('is gone, and was found by exactly one of many who delete it at once', async () => {
      const { roleMappings } = await emptied()
      await roleMappings.put(admins, ample)
      expect(howMany(await atOnce(64, () => roleMappings.delete('admins')))).toBe(1)
      expect(await roleMappings.list(null)).toEqual([])
    })

    it('is created when it is put again', async () => {
      const { roleMappings } = await emptied()
      await roleMappings.put(admins, ample)
      await roleMappings.delete('admins')
      expect(await roleMappings.put(admins, ample)).toBe('created')
    })

    it('is the one of exactly that name', async () => {
      const { roleMappings } = await emptied()
      const like = ['Admins', 'admins2', 'admin%', 'admin_']
      for (const name of ['admins', ...like]) await roleMappings.put({ ...admins, name }, ample)
      expect(await roleMappings.delete('admins')).toBe(true)
      expect(await roleMappings.delete('nothing')).toBe(false)
      expect((await roleMappings.list(null)).map(({ name }) => name)).toEqual(like.toSorted())
    })
  })

  describe('role mappings that are listed', () => {
    it('are all, by name in the order of code points, whatever the order in which they came', async () => {
      const { roleMappings } = await emptied()
      const names = ['b', 'a', 'B', 'A', 'a b', 'a-b', 'a_b', 'a.b', '~', '!', '10', '9', 'ab', 'aB']
      for (const name of names) await roleMappings.put({ ...admins, name }, ample)
      expect((await roleMappings.list(null)).map(({ name }) => name)).toEqual(names.toSorted())
    })

    it('are those of the named that exist, once each, by name', async () => {
      const { roleMappings } = await emptied()
      for (const name of ['a', 'b', 'c']) await roleMappings.put({ ...admins, name }, ample)
      expect((await roleMappings.list(['c', 'nothing', 'a', 'c'])).map(({ name }) => name)).toEqual([
        'a',
        'c',
      ])
      expect(await roleMappings.list([])).toEqual([])
    })

    it('may be named by the hundred thousand', async () => {
      const { roleMappings } = await emptied()
      for (const name of ['b', 'a']) await roleMappings.put({ ...admins, name }, ample)
      const names = Array.from({ length: 100_000 }, (_, n) => `nothing ${n}`)
      expect((await roleMappings.list(['b', ...names, 'a'])).map(({ name }) => name)).toEqual(['a', 'b'])
    })
  })

  describe('the security epoch', () => {
    it('is raised by each change of a role mapping, and the same wherever it is read', async () => {
      const { roleMappings, roles, securityEpoch } = await emptied()
      const epoch = async () => {
        const { securityEpoch: read } = await roleMappings.definitions()
        expect([(await roles.definitions()).securityEpoch, await securityEpoch()]).toEqual([read, read])
        return read
      }
      const changes = [
        () => roleMappings.put(admins, ample),
        () => roleMappings.put(others, ample),
        () => roleMappings.delete('admins'),
      ]
      for (const change of changes) {
        const before = await epoch()
        await change()
        expect(await epoch()).toBeGreaterThan(before)
      }
    })

    it('is raised by nothing that changes no role mapping', async () => {
      const { roleMappings } = await emptied()
      await roleMappings.put(admins, ample)
      const { securityEpoch } = await roleMappings.definitions()
      await roleMappings.put({ ...admins, name: 'refused' }, { ...ample, most: 1 })
      await roleMappings.delete('nothing')
      await roleMappings.list(null)
      expect((await roleMappings.definitions()).securityEpoch).toBe(securityEpoch)
    })

    it('is never read with role mappings that are older than it, however many write and read at once', async () => {
      const { roleMappings } = await emptied()
      const { securityEpoch: start } = await roleMappings.definitions()
      let written = 0
      const write = async () => {
        for (let n = 0; n < 20; n++)
          await roleMappings.put({ ...admins, name: `r${String(written++)}` }, ample)
      }
      const read = async () => {
        while (written < 60) {
          const { securityEpoch, mappings } = await roleMappings.definitions()
          expect(mappings.length).toBe(securityEpoch - start)
        }
      }
      await Promise.all([write(), write(), write(), read(), read()])
    })
  })
})
