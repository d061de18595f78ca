import { Failure, refuseProblems } from '../errors.ts'
import { createInTurn } from '../inTurn.ts'
import type { Read } from '../read.ts'
import type { Actor, Authorize } from './authorize.ts'
import { builtInRoles, isBuiltInRole } from './builtInRoles.ts'
import { mostDefinitionBytes } from './definitionsRoom.ts'
import { expressionProblems, expressionsExceed, hasExpressions } from './globalPrivilege.ts'
import { completeRole, roleProblems, type Role } from './role.ts'
import type { RoleRepository } from './roleRepository.ts'

export interface RolePut {
  readonly created: boolean
  readonly role: Role
}

interface RolesParts {
  authorize: Authorize
  roles: RoleRepository
  /** Of all roles together, as JSON. */
  mostBytes?: number
}

/** Of the regular expressions of all roles together, in instructions: one caller can have all roles. */
const mostExpressions = 100_000

/** Makes the use cases that manage roles. Built-in roles can be read, never changed. */
export function createRoles({ authorize, roles, mostBytes = mostDefinitionBytes }: RolesParts) {
  /** All roles may be large: they are in memory once. */
  const inTurn = createInTurn()

  return {
    async put(caller: Actor, input: Role): Promise<RolePut> {
      const role = completeRole(input)
      refuseProblems(roleProblems(role))
      await authorize(caller, 'cluster:admin/xpack/security/role/put')
      refuseProblems(expressionProblems([role]))
      if (hasExpressions(role)) await inTurn('', () => requireExpressionsBeside(role))
      const outcome = await roles.put(role, { most: null, mostBytes })
      if (outcome === 'refused')
        throw new Failure('INVALID_INPUT', `all roles together can have at most [${mostBytes}] bytes`)
      return { created: outcome === 'created', role }
    },

    /** False if there was no such role. */
    async delete(caller: Actor, name: string): Promise<boolean> {
      await authorize(caller, 'cluster:admin/xpack/security/role/delete')
      if (isBuiltInRole(name))
        throw new Failure('INVALID_INPUT', `role [${name}] is reserved and cannot be deleted`)
      return roles.delete(name)
    },

    /** Those of the named roles that exist, or all, built-in ones first, by name. */
    async list(caller: Actor, names: readonly string[] | null, read: Read): Promise<Role[]> {
      await authorize(caller, 'cluster:admin/xpack/security/role/get')
      const builtIn = [...builtInRoles.values()].filter(({ name }) => names?.includes(name) ?? true)
      return [...builtIn, ...(await read(() => roles.list(names)))]
    },
  }

  async function requireExpressionsBeside(role: Role): Promise<void> {
    const others = (await roles.list(null)).filter(({ name }) => name !== role.name)
    if (expressionsExceed(mostExpressions, [role, ...others]))
      throw new Failure('INVALID_INPUT', 'the regular expressions of all roles are too large together')
  }
}

export type Roles = ReturnType<typeof createRoles>
