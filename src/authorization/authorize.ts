import { Failure } from '../errors.ts'
import { denial } from './denial.ts'
import { grants, type Action } from './privileges.ts'
import type { Role } from './role.ts'
import { builtInRoles } from './builtInRoles.ts'
import type { RoleRepository } from './roleRepository.ts'
import { createRolesAt } from './rolesAt.ts'

/** Whom a decision is about: a caller, as far as this folder needs to know it. */
export interface Actor {
  readonly username: string
  readonly roles: readonly string[]
  /** The security epoch when it was read. */
  readonly securityEpoch: number
}

/**
 * The one guard of every use case: throws `FORBIDDEN` unless the caller's roles grant the action by a cluster
 * privilege, or in the action's own way.
 */
export function createAuthorize(stored: Pick<RoleRepository, 'definitions'>) {
  const rolesAt = createRolesAt(stored)

  return async function authorize(
    caller: Actor,
    action: Action,
    grantsOtherwise: (roles: readonly Role[]) => boolean = () => false,
  ): Promise<void> {
    const roles = await rolesAt(caller.securityEpoch)
    const names = [...new Set(caller.roles)]
    const effective = names.flatMap((name) => builtInRoles.get(name) ?? roles.get(name) ?? [])
    const privileges = effective.flatMap(({ cluster }) => cluster)
    if (grants(privileges, action) || grantsOtherwise(effective)) return
    throw new Failure('FORBIDDEN', denial(caller, effective, action))
  }
}

export type Authorize = ReturnType<typeof createAuthorize>
