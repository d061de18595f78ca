import { describe, expect, it } from 'vitest'
import { createAuthorize } from '../../src/authorization/authorize.ts'
import { mostDefinitionBytes } from '../../src/authorization/definitionsRoom.ts'
import type { Role } from '../../src/authorization/role.ts'
import { createRoles } from '../../src/authorization/roles.ts'
import { readAtOnce } from '../support/readAtOnce.ts'
import { prepared } from '../support/testDatabase.ts'

const admin = { username: 'admin', roles: ['superuser'], securityEpoch: 0 }
const nobody = { username: 'nobody', roles: [], securityEpoch: 0 }

function role(name: string, ...cluster: string[]): Role {
  const empty = { indices: [], applications: [], runAs: [], global: null, metadata: {}, description: null }
  return { name, cluster, ...empty }
}

describe('roles', () => {
  const emptied = prepared()

  async function useCases(mostBytes = mostDefinitionBytes) {
    const { roles } = await emptied()
    const { securityEpoch } = await roles.definitions()
    // Whoever acts after one role was put.
    const reader = { username: 'reader', roles: ['reader'], securityEpoch: securityEpoch + 1 }
    return { reader, ...createRoles({ authorize: createAuthorize(roles), roles, mostBytes }) }
  }

  it('are created, replaced, listed behind the built-in ones, and deleted', async () => {
    const roles = await useCases()
    expect(await roles.put(admin, role('b', 'all'))).toEqual({ created: true, role: role('b', 'all') })
    expect(await roles.put(admin, role('b'))).toEqual({ created: false, role: role('b') })
    await roles.put(admin, role('a'))
    expect((await roles.list(admin, null, readAtOnce)).map(({ name }) => name)).toEqual([
      'kibana_system',
      'superuser',
      'a',
      'b',
    ])
    expect((await roles.list(admin, ['b', 'superuser', 'x'], readAtOnce)).map(({ name }) => name)).toEqual([
      'superuser',
      'b',
    ])
    expect(await roles.delete(admin, 'a')).toBe(true)
    expect(await roles.delete(admin, 'a')).toBe(false)
  })

  it('are stored complete, and answered as they are stored', async () => {
    const roles = await useCases()
    const { role: put } = await roles.put(admin, {
      ...role('r'),
      indices: [{ names: 'a', privileges: 'read' }],
    })
    expect(put.indices).toEqual([{ names: ['a'], privileges: ['read'], allow_restricted_indices: false }])
    expect(await roles.list(admin, ['r'], readAtOnce)).toEqual([put])
  })

  it('have a bounded number of bytes together', async () => {
    const roles = await useCases(2_000)
    const large = { ...role('large'), metadata: { text: 'x'.repeat(1_500) } }
    await roles.put(admin, large)
    await expect(roles.put(admin, { ...large, name: 'other' })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: 'all roles together can have at most [2000] bytes',
    })
    expect(await roles.put(admin, role('large'))).toMatchObject({ created: false })
  })

  it('have regular expressions that are not too large together', async () => {
    const roles = await useCases()
    const applications = Array.from({ length: 9 }, () => '/a{1000}/')
    const writing = (name: string) => ({ ...role(name), global: { profile: { write: { applications } } } })
    for (let n = 0; n < 11; n++) await roles.put(admin, writing(`r${n}`))
    await expect(roles.put(admin, writing('one more'))).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: 'the regular expressions of all roles are too large together',
    })
    expect(await roles.put(admin, writing('r0'))).toMatchObject({ created: false })
    expect(await roles.put(admin, role('without'))).toMatchObject({ created: true })
  })

  it('are listed as long as there is memory for them', async () => {
    const roles = await useCases()
    const full = () => Promise.reject(new Error('no room'))
    await expect(roles.list(admin, null, full)).rejects.toThrow('no room')
  })

  it('that are reserved are neither put nor deleted', async () => {
    const roles = await useCases()
    for (const name of ['superuser', 'kibana_system']) {
      await expect(roles.put(admin, role(name, 'all'))).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        message: `Validation Failed: 1: Role [${name}] is reserved and may not be used.;`,
      })
      await expect(roles.delete(admin, name)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    }
  })

  it('that are not sound are refused before the caller’s rights count, and not stored', async () => {
    const roles = await useCases()
    await expect(roles.put(nobody, role('r', 'no such privilege'))).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    })
    expect(await roles.list(admin, ['r'], readAtOnce)).toEqual([])
  })

  it('are read with read_security, and changed with manage_security alone', async () => {
    const { reader, ...roles } = await useCases()
    await roles.put(admin, role('reader', 'read_security'))
    expect(await roles.list(reader, ['reader'], readAtOnce)).toHaveLength(1)
    await expect(roles.list(nobody, null, readAtOnce)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(roles.put(reader, role('reader', 'all'))).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(roles.delete(reader, 'reader')).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect(await roles.list(admin, ['reader'], readAtOnce)).toEqual([role('reader', 'read_security')])
  })
})
