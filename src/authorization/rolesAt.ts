import type { Role } from './role.ts'
import type { RoleDefinitions, RoleRepository } from './roleRepository.ts'

/**
 * Makes the function that gives all stored roles as of a security epoch that was just read, or later. They are kept
 * in memory as long as everybody reads the same epoch: a change counts everywhere from the first request that begins
 * after it. A database that was restored may have an older epoch.
 */
export function createRolesAt(stored: Pick<RoleRepository, 'definitions'>) {
  let known: RoleDefinitions | undefined
  let reading: Promise<RoleDefinitions> | undefined
  let next: Promise<RoleDefinitions> | undefined

  return async function rolesAt(securityEpoch: number): Promise<ReadonlyMap<string, Role>> {
    if (known?.securityEpoch === securityEpoch) return known.roles
    known = await readFromNow()
    return known.roles
  }

  /** A reading that begins after this moment: one that is under way may have begun too early. */
  function readFromNow(): Promise<RoleDefinitions> {
    if (!reading) return read()
    next ??= reading
      .catch(() => undefined)
      .then(() => {
        next = undefined
        return read()
      })
    return next
  }

  function read(): Promise<RoleDefinitions> {
    const begun = stored.definitions().finally(() => {
      if (reading === begun) reading = undefined
    })
    reading = begun
    return begun
  }
}
