import { createDefinitionsAt } from './definitionsAt.ts'
import type { Role } from './role.ts'
import type { RoleRepository } from './roleRepository.ts'

/** Makes the function that gives all stored roles as of a security epoch that was just read, or later. */
export function createRolesAt(stored: Pick<RoleRepository, 'definitions'>) {
  const definitionsAt = createDefinitionsAt(() => stored.definitions())

  return async function rolesAt(securityEpoch: number): Promise<ReadonlyMap<string, Role>> {
    return (await definitionsAt(securityEpoch)).roles
  }
}
