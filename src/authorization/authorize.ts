import { Failure } from '../errors.ts'
import { denial } from './denial.ts'
import { effectiveRoles } from './effectiveRoles.ts'
import { grants, type Action } from './privileges.ts'
import type { Role } from './role.ts'
import type { RoleRepository } from './roleRepository.ts'
import { createRolesAt } from './rolesAt.ts'

/** Whom a decision is about: a caller, as far as this folder needs to know it. */
export interface Actor {
  readonly username: string
  readonly roles: readonly string[]
  /** What it is: a user, where nothing is said. */
  readonly subjectType?: 'user' | 'api_key' | 'service_account'
  /** The API key with which it acts, if it does: what that may do decides, and not its roles. */
  readonly apiKey?: ActingKey | null
  /** The security epoch when it was read. */
  readonly securityEpoch: number
}

/** An API key may do what both lists of roles allow, or the second alone if the first is empty. */
export interface ActingKey {
  readonly id: string
  readonly roleDescriptors: readonly Role[]
  readonly limitedBy: readonly Role[]
}

/** What a decision depends on beside the action. */
interface Circumstances {
  /** Whether all that the action is about is the caller's own: some privileges hold for nothing else. */
  readonly isOwn?: boolean
  /** The action's own way of being granted. */
  readonly grantsOtherwise?: (roles: readonly Role[]) => boolean
}

/**
 * The one guard of every use case: throws `FORBIDDEN` unless the caller's roles grant the action by a cluster
 * privilege, or in the action's own way. An API key needs that of each list of its roles.
 */
export function createAuthorize(stored: Pick<RoleRepository, 'definitions'>) {
  const rolesAt = createRolesAt(stored)

  return async function authorize(
    caller: Actor,
    action: Action,
    { isOwn = true, grantsOtherwise = () => false }: Circumstances = {},
  ): Promise<void> {
    const roles = rolesAt(caller.securityEpoch)
    const effective = effectiveRoles(caller.roles, roles instanceof Promise ? await roles : roles)
    const limits = caller.apiKey ? limitsOf(caller.apiKey) : [effective]
    const allows = (given: readonly Role[]) =>
      grants(clusterOf(given), action, isOwn) || grantsOtherwise(given)
    if (limits.every(allows)) return
    throw new Failure('FORBIDDEN', denial(caller, effective, action, isOwn))
  }
}

export type Authorize = ReturnType<typeof createAuthorize>

function limitsOf({ roleDescriptors, limitedBy }: ActingKey): (readonly Role[])[] {
  return roleDescriptors.length > 0 ? [roleDescriptors, limitedBy] : [limitedBy]
}

function clusterOf(roles: readonly Role[]): string[] {
  return roles.flatMap(({ cluster }) => cluster)
}
