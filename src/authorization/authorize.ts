import { Failure } from '../errors.ts'
import { denial } from './denial.ts'
import { grants, type Action } from './privileges.ts'
import type { Role } from './role.ts'
import type { RoleRepository } from './roleRepository.ts'
import { builtInRoles } from './builtInRoles.ts'

/** Whom a decision is about: a caller, as far as this folder needs to know it. */
export interface Actor {
  readonly username: string
  readonly roles: readonly string[]
}

/**
 * The one guard of every use case: throws `FORBIDDEN` unless the caller's roles grant the action by a cluster
 * privilege, or in the action's own way.
 */
export function createAuthorize(roles: Pick<RoleRepository, 'find'>) {
  const find = async (name: string) => builtInRoles.get(name) ?? (await roles.find(name))

  return async function authorize(
    caller: Actor,
    action: Action,
    grantsOtherwise: (roles: readonly Role[]) => boolean = () => false,
  ): Promise<void> {
    const found = await Promise.all([...new Set(caller.roles)].map(find))
    const effective = found.filter((role) => role !== null)
    const privileges = effective.flatMap(({ cluster }) => cluster)
    if (grants(privileges, action) || grantsOtherwise(effective)) return
    throw new Failure('FORBIDDEN', denial(caller, effective, action))
  }
}

export type Authorize = ReturnType<typeof createAuthorize>
