import type { Role } from './role.ts'
import type { RoleDefinitions, RoleRepository } from './roleRepository.ts'

/**
 * Makes the function that gives all stored roles, at least as new as a security epoch. They are kept in memory until
 * somebody has read a newer epoch: a change counts everywhere from the first request that begins after it.
 */
export function createRolesAt(stored: Pick<RoleRepository, 'definitions'>) {
  let known: RoleDefinitions | undefined
  let reading: Promise<void> | undefined

  return async function rolesAt(securityEpoch: number): Promise<ReadonlyMap<string, Role>> {
    while (!known || known.securityEpoch < securityEpoch) {
      // One that is under way may have begun too early: then it is done again.
      reading ??= read()
      await reading
    }
    return known.roles
  }

  async function read(): Promise<void> {
    try {
      known = await stored.definitions()
    } finally {
      reading = undefined
    }
  }
}
