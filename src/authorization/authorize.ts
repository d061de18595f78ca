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
export function createAuthorize(roles: Pick<RoleRepository, 'find'>) {
  const find = async (name: string) => builtInRoles.get(name) ?? (await roles.find(name))

  return async function authorize(caller: Actor, action: Action): Promise<void> {
    const found = await Promise.all(caller.roles.map(find))
    const effective = found.filter((role) => role !== null)
    const privileges = effective.flatMap(({ cluster }) => cluster)
    if (grants(privileges, action)) return
    throw new Failure(
      'FORBIDDEN',
      denial(
        caller,
        effective.map(({ name }) => name),
        action,
      ),
    )
  }
}

export type Authorize = ReturnType<typeof createAuthorize>
