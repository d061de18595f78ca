import { Failure } from '../errors.ts'
import { denial } from './denial.ts'
import { grants, type Action } from './privileges.ts'
import type { RoleRepository } from './roleRepository.ts'
import { builtInRoles } from './builtInRoles.ts'

/** Whom a decision is about: a caller, as far as this folder needs to know it. */
export interface Actor {
  readonly username: string
  readonly roles: readonly string[]
}

/** The one guard of every use case: throws `FORBIDDEN` unless a role of the caller grants the action. */
export function createAuthorize(roles: Pick<RoleRepository, 'list'>) {
  return async function authorize(caller: Actor, action: Action): Promise<void> {
    const storedNames = caller.roles.filter((name) => !builtInRoles.has(name))
    const stored = storedNames.length > 0 ? await roles.list(storedNames) : []
    const definitions = new Map([...builtInRoles, ...stored.map((role) => [role.name, role] as const)])
    const effective = caller.roles.filter((name) => definitions.has(name))
    const privileges = effective.flatMap((name) => definitions.get(name)?.cluster ?? [])
    if (!grants(privileges, action)) throw new Failure('FORBIDDEN', denial(caller, effective, action))
  }
}

export type Authorize = ReturnType<typeof createAuthorize>
