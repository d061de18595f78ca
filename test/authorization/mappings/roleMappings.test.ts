import { describe, expect, it } from 'vitest'
import { createAuthorize } from '../../../src/authorization/authorize.ts'
import { mostDefinitionBytes } from '../../../src/authorization/definitionsRoom.ts'
import type { RoleMapping } from '../../../src/authorization/mappings/roleMapping.ts'
import { createRoleMappings } from '../../../src/authorization/mappings/roleMappings.ts'
import { ample } from '../../support/definitionsRoom.ts'
import { readAtOnce } from '../../support/readAtOnce.ts'
import { prepared } from '../../support/testDatabase.ts'

const admin = { username: 'admin', roles: ['superuser'], securityEpoch: 0 }
const nobody = { username: 'nobody', roles: [], securityEpoch: 0 }

function mapping(name: string, change: Partial<RoleMapping> = {}): RoleMapping {
  const rules = { field: { groups: 'a' } }
  return { name, enabled: true, roles: ['r'], roleTemplates: [], rules, metadata: {}, ...change }
}

describe('role mappings', () => {
  const emptied = prepared()

  async function useCases(mostBytes = mostDefinitionBytes) {
    const { roles, roleMappings } = await emptied()
    const empty = { indices: [], applications: [], runAs: [], global: null, metadata: {}, description: null }
    await roles.put({ ...empty, name: 'reader', cluster: ['read_security'] }, ample)
    const { securityEpoch } = await roles.definitions()
    const reader = { username: 'reader', roles: ['reader'], securityEpoch }
    const authorize = createAuthorize(roles)
    return { reader, roleMappings, ...createRoleMappings({ authorize, mappings: roleMappings, mostBytes }) }
  }

  it('are created, replaced, listed by name, and deleted', async () => {
    const mappings = await useCases()
    expect(await mappings.put(admin, mapping('b'))).toEqual({ created: true, mapping: mapping('b') })
    const replaced = mapping('b', { enabled: false })
    expect(await mappings.put(admin, replaced)).toEqual({ created: false, mapping: replaced })
    await mappings.put(admin, mapping('a'))
    expect(await mappings.list(admin, null, readAtOnce)).toEqual([mapping('a'), replaced])
    expect(await mappings.list(admin, ['b', 'x'], readAtOnce)).toEqual([replaced])
    expect(await mappings.delete(admin, 'a')).toBe(true)
    expect(await mappings.delete(admin, 'a')).toBe(false)
  })

  it('are stored as they are answered, with their rules as Elasticsearch writes them', async () => {
    const mappings = await useCases()
    const { mapping: put } = await mappings.put(admin, mapping('m', { rules: { field: { groups: ['a'] } } }))
    expect(put.rules).toEqual({ field: { groups: 'a' } })
    expect(await mappings.list(admin, ['m'], readAtOnce)).toEqual([put])
  })

  it.each([{ rules: { none: [] } }, { rules: { field: { groups: '/a*' } } }, { roles: [] }])(
    'that are not sound are refused before the caller’s rights count, and not stored: %j',
    async (change) => {
      const mappings = await useCases()
      await expect(mappings.put(nobody, mapping('m', change))).rejects.toMatchObject({
        code: 'INVALID_INPUT',
      })
      expect(await mappings.list(admin, null, readAtOnce)).toEqual([])
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
    expect(await mappings.list(admin, null, readAtOnce)).toEqual([])
  })

  it('are a thousand at most', async () => {
    const { roleMappings, ...mappings } = await useCases()
    for (let n = 0; n < 1_000; n++) await roleMappings.put(mapping(`m${n}`), ample)
    await expect(mappings.put(admin, mapping('one more'))).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringMatching(
        /^there can be at most \[1000\] role mappings, of \[\d{7,}\] bytes together$/,
      ) as string,
    })
    expect(await mappings.put(admin, mapping('m0', { roles: ['x'] }))).toMatchObject({ created: false })
  })

  it('have a bounded number of bytes together', async () => {
    const mappings = await useCases(2_000)
    const large = mapping('large', { metadata: { text: 'x'.repeat(1_500) } })
    await mappings.put(admin, large)
    await expect(mappings.put(admin, { ...large, name: 'other' })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: 'there can be at most [1000] role mappings, of [2000] bytes together',
    })
    expect(await mappings.put(admin, mapping('large'))).toMatchObject({ created: false })
  })

  it('have regular expressions that are not too large together', async () => {
    const mappings = await useCases()
    const groups = Array.from({ length: 9 }, () => '/a{1000}/')
    const large = (name: string) => mapping(name, { rules: { field: { groups } } })
    for (let n = 0; n < 11; n++) await mappings.put(admin, large(`m${n}`))
    await expect(mappings.put(admin, large('one more'))).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: 'the regular expressions of all role mappings are too large together',
    })
    expect(await mappings.put(admin, large('m0'))).toMatchObject({ created: false })
    expect(await mappings.put(admin, mapping('without'))).toMatchObject({ created: true })
  })

  it('are put beside one that another release has stored', async () => {
    const { roleMappings, ...mappings } = await useCases()
    await roleMappings.put(mapping('unreadable', { rules: { field: { groups: '/(/' } } }), ample)
    const put = mappings.put(admin, mapping('m', { rules: { field: { groups: '/a/' } } }))
    await expect(put).resolves.toMatchObject({ created: true })
  })

  it('are listed as long as there is memory for them', async () => {
    const mappings = await useCases()
    const full = () => Promise.reject(new Error('no room'))
    await expect(mappings.list(admin, null, full)).rejects.toThrow('no room')
  })

  it('are read with read_security, and changed with manage_security alone', async () => {
    const { reader, ...mappings } = await useCases()
    await mappings.put(admin, mapping('m'))
    expect(await mappings.list(reader, null, readAtOnce)).toHaveLength(1)
    await expect(mappings.list(nobody, null, readAtOnce)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(mappings.put(reader, mapping('m', { enabled: false }))).rejects.toMatchObject({
      code: 'FORBIDDEN',
    })
    await expect(mappings.delete(reader, 'm')).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect(await mappings.list(admin, null, readAtOnce)).toEqual([mapping('m')])
  })
})
