import { describe, expect, it } from 'vitest'
import { createMappedRoles } from '../../../src/authorization/mappings/mappedRoles.ts'
import type { RoleMapping } from '../../../src/authorization/mappings/roleMapping.ts'
import { ample } from '../../support/definitionsRoom.ts'
import { prepared } from '../../support/testDatabase.ts'

const jack = { username: 'jack', dn: null, groups: ['a', 'b'], metadata: {}, realm: { name: 'corp' } }

function mapping(name: string, change: Partial<RoleMapping> = {}): RoleMapping {
  const rules = { field: { groups: 'a' } }
  return {
    name,
    enabled: true,
    roles: [`role of ${name}`],
    roleTemplates: [],
    rules,
    metadata: {},
    ...change,
  }
}

describe('the roles that are mapped for a user', () => {
  const emptied = prepared()

  /** With role mappings, and how often they are read. */
  async function withMappings(...mappings: RoleMapping[]) {
    const { roleMappings, securityEpoch } = await emptied()
    const put = (one: RoleMapping) => roleMappings.put(one, ample)
    for (const one of mappings) await put(one)
    const reported: string[] = []
    let reads = 0
    const stored = {
      definitions() {
        reads++
        return roleMappings.definitions()
      },
    }
    const mappedRoles = createMappedRoles({ stored, report: (name) => reported.push(name) })
    const rolesNow = async (user = jack) => mappedRoles(user, await securityEpoch())
    return { put, roleMappings, mappedRoles, rolesNow, securityEpoch, reported, reads: () => reads }
  }

  it('are those of all role mappings whose rules hold, each once, sorted', async () => {
    const { rolesNow } = await withMappings(
      mapping('z', { roles: ['z', 'shared', 'B'] }),
      mapping('a', { roles: ['shared', 'a', 'a'], rules: { any: [{ field: { groups: ['x', 'b'] } }] } }),
      mapping('other', { rules: { field: { groups: 'x' } } }),
      mapping('templates', { roles: [], roleTemplates: [{ source: 'of-{{username}}', format: 'string' }] }),
    )
    expect(await rolesNow()).toEqual(['B', 'a', 'of-jack', 'shared', 'z'])
  })

  it('are none without a role mapping, and none of one that is not enabled', async () => {
    const { put, rolesNow } = await withMappings()
    expect(await rolesNow()).toEqual([])
    await put(mapping('m', { enabled: false }))
    expect(await rolesNow()).toEqual([])
    await put(mapping('m'))
    expect(await rolesNow()).toEqual(['role of m'])
  })

  it('are the same, in whatever order groups come', async () => {
    const { rolesNow } = await withMappings(
      mapping('1', {
        roles: [],
        roleTemplates: [{ source: '{{#tojson}}groups{{/tojson}}', format: 'json' }],
      }),
      mapping('2', { rules: { field: { groups: 'b' } } }),
    )
    const expected = ['a', 'b', 'role of 2']
    expect(await rolesNow()).toEqual(expected)
    expect(await rolesNow({ ...jack, groups: ['b', 'a', 'b'] })).toEqual(expected)
  })

  it('are those of each user, of many who have something in common', async () => {
    const { rolesNow } = await withMappings(
      mapping('name', { rules: { field: { username: 'jack' } } }),
      mapping('dn', { rules: { field: { dn: 'cn=x' } } }),
      mapping('group', { rules: { field: { groups: 'c' } } }),
      mapping('metadata', { rules: { field: { 'metadata.x': 1 } } }),
      mapping('realm', { rules: { field: { 'realm.name': 'other' } } }),
    )
    const changes = [
      [{ username: 'jill' }, []],
      [{}, ['role of name']],
      [{ dn: 'CN=X' }, ['role of dn', 'role of name']],
      [{ groups: ['c'] }, ['role of group', 'role of name']],
      [{ metadata: { x: 1 } }, ['role of metadata', 'role of name']],
      [{ realm: { name: 'other' } }, ['role of name', 'role of realm']],
    ] as const
    for (const time of ['first', 'again']) {
      for (const [change, roles] of changes)
        expect([time, change, await rolesNow({ ...jack, ...change } as typeof jack)]).toEqual([
          time,
          change,
          roles,
        ])
    }
  })

  it('are by the role mappings of now, which are read once for each change', async () => {
    const { put, roleMappings, rolesNow, reads } = await withMappings(mapping('m'))
    for (const user of [jack, jack, { ...jack, username: 'jill' }])
      expect(await rolesNow(user)).toEqual(['role of m'])
    expect(reads()).toBe(1)
    await put(mapping('m', { roles: ['changed'] }))
    expect(await rolesNow()).toEqual(['changed'])
    expect(await rolesNow()).toEqual(['changed'])
    expect(reads()).toBe(2)
    await roleMappings.delete('m')
    expect(await rolesNow()).toEqual([])
    expect(reads()).toBe(3)
  })

  it('are by those of now for whoever has read an older security epoch, too', async () => {
    const { put, mappedRoles, securityEpoch } = await withMappings()
    const before = await securityEpoch()
    await put(mapping('m'))
    expect(await mappedRoles(jack, before)).toEqual(['role of m'])
  })

  it('are those of all others where a role mapping cannot be read, which is reported', async () => {
    const { put, rolesNow, reported } = await withMappings(mapping('good'))
    await put(mapping('newer', { rules: { none: [] } }))
    await put(mapping('other', { rules: { all: [{ except: { field: { groups: '/(?<newer>a)(?=b)/' } } }] } }))
    expect(await rolesNow()).toEqual(['role of good'])
    expect(await rolesNow()).toEqual(['role of good'])
    expect(reported.toSorted()).toEqual(['newer', 'other'])
  })

  it('are found at once by a thousand role mappings for a user in two hundred groups', async () => {
    const { rolesNow } = await withMappings(
      ...Array.from({ length: 1_000 }, (_, n) =>
        mapping(`m${n}`, { roles: [`r${n}`], rules: { field: { groups: [`group-${n}`, `team-${n}-*`] } } }),
      ),
    )
    const groups = Array.from({ length: 200 }, (_, n) => `group-${n * 5}`)
    await rolesNow({ ...jack, groups })
    const start = performance.now()
    expect(await rolesNow({ ...jack, groups: groups.toReversed() })).toHaveLength(200)
    expect(performance.now() - start).toBeLessThan(1_000)
  })
})
