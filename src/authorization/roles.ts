import { Failure, refuseProblems } from '../errors.ts'
import type { Actor, Authorize } from './authorize.ts'
import { builtInRoles, isBuiltInRole } from './builtInRoles.ts'
import { expressionProblems } from './globalPrivilege.ts'
import { completeRole, roleProblems, type Role } from './role.ts'
import type { RoleRepository } from './roleRepository.ts'

export interface RolePut {
  readonly created: boolean
  readonly role: Role
}

interface RolesParts {
  authorize: Authorize
  roles: RoleRepository
}

/** Makes the use cases that manage roles. Built-in roles can be read, never changed. */
export function createRoles({ authorize, roles }: RolesParts) {
  return {
    async put(caller: Actor, input: Role): Promise<RolePut> {
      const role = completeRole(input)
      refuseProblems(roleProblems(role))
      await authorize(caller, 'cluster:admin/xpack/security/role/put')
      refuseProblems(expressionProblems([role]))
      return { created: await roles.put(role), role }
    },

    /** False if there was no such role. */
    async delete(caller: Actor, name: string): Promise<boolean> {
      await authorize(caller, 'cluster:admin/xpack/security/role/delete')
      if (isBuiltInRole(name))
        throw new Failure('INVALID_INPUT', `role [${name}] is reserved and cannot be deleted`)
      return roles.delete(name)
    },

    /** Those of the named roles that exist, or all, built-in ones first, by name. */
    async list(caller: Actor, names: readonly string[] | null): Promise<Role[]> {
      await authorize(caller, 'cluster:admin/xpack/security/role/get')
      const builtIn = [...builtInRoles.values()].filter(({ name }) => names?.includes(name) ?? true)
      return [...builtIn, ...(await roles.list(names))]
    },
  }
}

export type Roles = ReturnType<typeof createRoles>
