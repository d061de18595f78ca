import { describe, expect, it } from 'vitest'
import { createAuthorize } from '../../../src/authorization/authorize.ts'
import type { RoleMapping } from '../../../src/authorization/mappings/roleMapping.ts'
import { createRoleMappings } from '../../../src/authorization/mappings/roleMappings.ts'
import { prepared } from '../../support/testDatabase.ts'

const admin = { username: 'admin', roles: ['superuser'], securityEpoch: 0 }
const nobody = { username: 'nobody', roles: [], securityEpoch: 0 }

function mapping(name: string, change: Partial<RoleMapping> = {}): RoleMapping {
  const rules = { field: { groups: 'a' } }
  return { name, enabled: true, roles: ['r'], roleTemplates: [], rules, metadata: {}, ...change }
}

describe('role mappings', () => {
  const emptied = prepared()

  async function useCases() {
    const { roles, roleMappings } = await emptied()
    const empty = { indices: [], applications: [], runAs: [], global: null, metadata: {}, description: null }
    await roles.put({ ...empty, name: 'reader', cluster: ['read_security'] })
    const { securityEpoch } = await roles.definitions()
    const reader = { username: 'reader', roles: ['reader'], securityEpoch }
    const authorize = createAuthorize(roles)
    return { reader, roleMappings, ...createRoleMappings({ authorize, mappings: roleMappings }) }
  }

  it('are created, replaced, listed by name, and deleted', async () => {
    const mappings = await useCases()
    expect(await mappings.put(admin, mapping('b'))).toEqual({ created: true, mapping: mapping('b') })
    const replaced = mapping('b', { enabled: false })
    expect(await mappings.put(admin, replaced)).toEqual({ created: false, mapping: replaced })
    await mappings.put(admin, mapping('a'))
    expect(await mappings.list(admin, null)).toEqual([mapping('a'), replaced])
    expect(await mappings.list(admin, ['b', 'x'])).toEqual([replaced])
    expect(await mappings.delete(admin, 'a')).toBe(true)
    expect(await mappings.delete(admin, 'a')).toBe(false)
  })

  it('are stored as they are answered, with their rules as Elasticsearch writes them', async () => {
    const mappings = await useCases()
    const { mapping: put } = await mappings.put(admin, mapping('m', { rules: { field: { groups: ['a'] } } }))
    expect(put.rules).toEqual({ field: { groups: 'a' } })
    expect(await mappings.list(admin, ['m'])).toEqual([put])
  })

  it.each([{ rules: { none: [] } }, { rules: { field: { groups: '/a*' } } }, { roles: [] }])(
    'that are not sound are refused before the caller’s rights count, and not stored: %j',
    async (change) => {
      const mappings = await useCases()
      await expect(mappings.put(nobody, mapping('m', change))).rejects.toMatchObject({
        code: 'INVALID_INPUT',
      })
      expect(await mappings.list(admin, null)).toEqual([])
    },
  )

  it('cost nobody the time to read regular expressions who may not put them', async () => {
    const mappings = await useCases()
    const groups = Array.from({ length: 60 }, () => `/${'a{1000}'.repeat(140)}/`)
    const put = (caller: typeof admin) => mappings.put(caller, mapping('m', { rules: { field: { groups } } }))
    const start = performance.now()
    await expect(put(nobody)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect(performance.now() - start).toBeLessThan(1_000)
    await expect(put(admin)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: 'the regular expressions of the rules are too large',
    })
    const unreadable = mapping('m', { rules: { field: { groups: '/(/' } } })
    await expect(mappings.put(nobody, unreadable)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(mappings.put(admin, unreadable)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    expect(await mappings.list(admin, null)).toEqual([])
  })

  it('are a thousand at most', async () => {
    const { roleMappings, ...mappings } = await useCases()
    for (let n = 0; n < 1_000; n++) await roleMappings.put(mapping(`m${n}`), 1_000)
    await expect(mappings.put(admin, mapping('one more'))).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: 'there can be at most [1000] role mappings',
    })
    expect(await mappings.put(admin, mapping('m0', { roles: ['x'] }))).toMatchObject({ created: false })
  })

  it('are read with read_security, and changed with manage_security alone', async () => {
    const { reader, ...mappings } = await useCases()
    await mappings.put(admin, mapping('m'))
    expect(await mappings.list(reader, null)).toHaveLength(1)
    await expect(mappings.list(nobody, null)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(mappings.put(reader, mapping('m', { enabled: false }))).rejects.toMatchObject({
      code: 'FORBIDDEN',
    })
    await expect(mappings.delete(reader, 'm')).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect(await mappings.list(admin, null)).toEqual([mapping('m')])
  })
})
