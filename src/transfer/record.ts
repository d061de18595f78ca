import type { StoredUser } from '../authentication/userRepository.ts'
import type { RoleMapping } from '../authorization/mappings/roleMapping.ts'
import type { Role } from '../authorization/role.ts'
import type { ProfileWithData } from '../profile/repository.ts'

/** What can be taken along, in the order in which it is exported. */
export const kinds = ['role', 'role_mapping', 'user', 'profile'] as const
export type Kind = (typeof kinds)[number]

/** Each kind of thing as the gateway keeps it. */
export interface Things {
  readonly role: Role
  readonly role_mapping: RoleMapping
  readonly user: StoredUser
  readonly profile: ProfileWithData
}

/** One thing, and what it is. */
export type TransferRecord<K extends Kind = Kind> = {
  readonly [P in K]: { readonly kind: P; readonly thing: Things[P] }
}[K]

/** By which it is found. */
export function keyOf({ kind, thing }: TransferRecord): string {
  if (kind === 'profile') return thing.uid
  return kind === 'user' ? thing.username : thing.name
}
