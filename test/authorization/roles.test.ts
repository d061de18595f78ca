import { describe, expect, it } from 'vitest'
import { createAuthorize } from '../../src/authorization/authorize.ts'
import type { Role } from '../../src/authorization/role.ts'
import { createRoles } from '../../src/authorization/roles.ts'
import { prepared } from '../support/testDatabase.ts'

const admin = { username: 'admin', roles: ['superuser'], securityEpoch: 0 }
const nobody = { username: 'nobody', roles: [], securityEpoch: 0 }

function role(name: string, ...cluster: string[]): Role {
  const empty = { indices: [], applications: [], runAs: [], global: null, metadata: {}, description: null }
  return { name, cluster, ...empty }
}

describe('roles', () => {
  const emptied = prepared()

  async function useCases() {
    const { roles } = await emptied()
    const { securityEpoch } = await roles.definitions()
    // Whoever acts after one role was put.
    const reader = { username: 'reader', roles: ['reader'], securityEpoch: securityEpoch + 1 }
    return { reader, ...createRoles({ authorize: createAuthorize(roles), roles }) }
  }

  it('are created, replaced, listed behind the built-in ones, and deleted', async () => {
    const roles = await useCases()
    expect(await roles.put(admin, role('b', 'all'))).toEqual({ created: true, role: role('b', 'all') })
    expect(await roles.put(admin, role('b'))).toEqual({ created: false, role: role('b') })
    await roles.put(admin, role('a'))
    expect((await roles.list(admin, null)).map(({ name }) => name)).toEqual([
      'kibana_system',
      'superuser',
      'a',
      'b',
    ])
    expect((await roles.list(admin, ['b', 'superuser', 'x'])).map(({ name }) => name)).toEqual([
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
    expect(await roles.list(admin, ['r'])).toEqual([put])
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
    expect(await roles.list(admin, ['r'])).toEqual([])
  })

  it('are read with read_security, and changed with manage_security alone', async () => {
    const { reader, ...roles } = await useCases()
    await roles.put(admin, role('reader', 'read_security'))
    expect(await roles.list(reader, ['reader'])).toHaveLength(1)
    await expect(roles.list(nobody, null)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(roles.put(reader, role('reader', 'all'))).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(roles.delete(reader, 'reader')).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect(await roles.list(admin, ['reader'])).toEqual([role('reader', 'read_security')])
  })
})
