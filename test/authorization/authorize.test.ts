import { describe, expect, it } from 'vitest'
import { createAuthorize, type Authorize } from '../../src/authorization/authorize.ts'
import type { Action } from '../../src/authorization/privileges.ts'
import type { Role } from '../../src/authorization/role.ts'
import { ample } from '../support/definitionsRoom.ts'
import { prepared } from '../support/testDatabase.ts'

const activate = 'cluster:admin/xpack/security/profile/activate'
const putUser = 'cluster:admin/xpack/security/user/put'

function role(name: string, ...cluster: string[]): Role {
  const empty = { indices: [], applications: [], runAs: [], global: null, metadata: {}, description: null }
  return { name, cluster, ...empty }
}

describe('whoever acts, with the roles,', () => {
  const emptied = prepared()

  async function withRoles(...stored: Role[]) {
    const { roles, run } = await emptied()
    for (const one of stored) await roles.put(one, ample)
    const authorize = createAuthorize(roles)
    const act = async (action: Action, ...names: string[]) => {
      const { securityEpoch } = await roles.definitions()
      await authorize({ username: 'bob', roles: names, securityEpoch }, action)
    }
    const { securityEpoch } = await roles.definitions()
    return { roles, run, act, authorize, securityEpoch }
  }

  describe('may do', () => {
    it('what a built-in role allows', async () => {
      const { act } = await withRoles()
      await act(activate, 'superuser')
      await act(putUser, 'superuser')
      await act(activate, 'kibana_system')
      await expect(act(putUser, 'kibana_system')).rejects.toMatchObject({ code: 'FORBIDDEN' })
    })

    it.each(['all', 'manage_security', 'manage_user_profile', activate, 'cluster:*'])(
      'activate, with a stored role that has %s',
      async (privilege) => {
        const { act } = await withRoles(role('r', 'monitor', privilege))
        await act(activate, 'r')
      },
    )

    it('what one of many roles allows, though others do not exist', async () => {
      const { act } = await withRoles(role('a', 'monitor'), role('b', 'manage_user_profile'))
      await act(activate, 'missing', 'a', 'b')
    })

    it('what a role allows in a database that was restored, whose epoch is older', async () => {
      const { act, roles, run } = await withRoles(role('r', 'manage_user_profile'))
      await act(activate, 'r')
      await roles.put(role('other'), ample)
      await act(activate, 'r')
      await run('UPDATE cluster SET "securityEpoch" = "securityEpoch" - 2')
      await roles.delete('r')
      await expect(act(activate, 'r')).rejects.toMatchObject({ code: 'FORBIDDEN' })
    })

    it('from now on what a role allows now', async () => {
      const { act, roles } = await withRoles(role('r'))
      await expect(act(activate, 'r')).rejects.toMatchObject({ code: 'FORBIDDEN' })
      await roles.put(role('r', 'manage_user_profile'), ample)
      await act(activate, 'r')
      await roles.delete('r')
      await expect(act(activate, 'r')).rejects.toMatchObject({ code: 'FORBIDDEN' })
    })
  })

  describe('may not do', () => {
    it.each(['manage', 'read_security', 'monitor', 'manage_own_api_key', 'none'])(
      'activate, with a stored role that has only %s',
      async (privilege) => {
        const { act } = await withRoles(role('r', privilege))
        await expect(act(activate, 'r')).rejects.toMatchObject({ code: 'FORBIDDEN' })
      },
    )

    it('more with a stored role of a built-in role’s name, which counts for nothing', async () => {
      const { act } = await withRoles(role('kibana_system', 'all'), role('superuser'))
      await expect(act(putUser, 'kibana_system')).rejects.toMatchObject({ code: 'FORBIDDEN' })
      await act(putUser, 'superuser')
    })

    it.each(['constructor', '__proto__', 'SUPERUSER', 'superuser '])(
      'anything, with the role %o',
      async (name) => {
        const { act } = await withRoles()
        await expect(act(activate, name)).rejects.toMatchObject({ code: 'FORBIDDEN' })
      },
    )
  })

  describe('and with an API key,', () => {
    const keyOf = (roleDescriptors: Role[], limitedBy: Role[]) => ({ id: 'key', roleDescriptors, limitedBy })
    const may = async (key: ReturnType<typeof keyOf>, circumstances?: Parameters<Authorize>[2]) => {
      const { authorize, securityEpoch } = await withRoles(role('r', 'all'))
      // Roles of whoever has the key decide nothing.
      const caller = { username: 'bob', roles: ['superuser', 'r'], apiKey: key, securityEpoch }
      return authorize(caller, activate, circumstances).then(
        () => true,
        (failure: unknown) => String(failure),
      )
    }
    const denied =
      `Failure: action [${activate}] is unauthorized for API key id [key] of user [bob], ` +
      'this action is granted by the cluster privileges [manage_user_profile,manage_security,all]'

    it('may do what both lists allow', async () => {
      const [some, other, none] = [role('a', 'manage_user_profile'), role('b', 'all'), role('c')]
      expect(await may(keyOf([some], [other]))).toBe(true)
      expect(await may(keyOf([none, some], [none, other]))).toBe(true)
      expect(await may(keyOf([none], [other]))).toBe(denied)
      expect(await may(keyOf([other], [none]))).toBe(denied)
      expect(await may(keyOf([other], []))).toBe(denied)
    })

    it('may do what the second list allows, if the first is empty', async () => {
      expect(await may(keyOf([], [role('a', 'all')]))).toBe(true)
      expect(await may(keyOf([], [role('a', 'monitor')]))).toBe(denied)
      expect(await may(keyOf([], []))).toBe(denied)
    })

    it('needs an action’s own way of both lists, too', async () => {
      const grantsOtherwise = (roles: readonly Role[]) => roles.some(({ name }) => name === 'writer')
      const [writer, none] = [role('writer'), role('none')]
      expect(await may(keyOf([writer], [none, writer]), { grantsOtherwise })).toBe(true)
      expect(await may(keyOf([writer], [none]), { grantsOtherwise })).toBe(denied)
      expect(await may(keyOf([none], [writer]), { grantsOtherwise })).toBe(denied)
      expect(await may(keyOf([], [writer]), { grantsOtherwise })).toBe(true)
    })
  })

  describe('is told why not, in one sentence:', () => {
    const tail =
      ', this action is granted by the cluster privileges [manage_user_profile,manage_security,all]'

    it('with the effective roles, sorted', async () => {
      const { act } = await withRoles(role('r2', 'monitor'), role('r1'), role('R3'))
      await expect(act(activate, 'r2', 'R3', 'r1')).rejects.toMatchObject({
        status: 403,
        message: `action [${activate}] is unauthorized for user [bob] with effective roles [R3,r1,r2]${tail}`,
      })
    })

    it('with the roles that do not exist, sorted', async () => {
      const { act } = await withRoles(role('r1'))
      await expect(act(activate, 'x', 'r1', 'b')).rejects.toThrow(
        `action [${activate}] is unauthorized for user [bob] with effective roles [r1] ` +
          `(assigned roles [b,x] were not found)${tail}`,
      )
    })

    it('with no roles at all', async () => {
      const { act } = await withRoles()
      await expect(act(activate)).rejects.toThrow(
        `action [${activate}] is unauthorized for user [bob] with effective roles []${tail}`,
      )
    })

    it('with each role once, however often it is given', async () => {
      const { act } = await withRoles(role('r1'))
      await expect(act(activate, 'r1', 'r1', 'x', 'x')).rejects.toThrow(
        `with effective roles [r1] (assigned roles [x] were not found)${tail}`,
      )
    })

    it('with the privileges of that action', async () => {
      const { act } = await withRoles()
      await expect(act(putUser)).rejects.toThrow(
        `action [${putUser}] is unauthorized for user [bob] with effective roles [], ` +
          'this action is granted by the cluster privileges [manage_security,all]',
      )
    })
  })
})
