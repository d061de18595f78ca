import { createDefinitionsAt } from './definitionsAt.ts'
import type { Role } from './role.ts'
import type { RoleRepository } from './roleRepository.ts'

/** Makes the function that gives all stored roles as of a security epoch that was just read, or later, at once if known. */
export function createRolesAt(stored: Pick<RoleRepository, 'definitions'>) {
  const definitionsAt = createDefinitionsAt(() => stored.definitions())

  return function rolesAt(securityEpoch: number): Roles | Promise<Roles> {
    const definitions = definitionsAt(securityEpoch)
    return definitions instanceof Promise ? definitions.then(({ roles }) => roles) : definitions.roles
  }
}

type Roles = ReadonlyMap<string, Role>
