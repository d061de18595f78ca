import type { StoredUser } from '../authentication/userRepository.ts'
import type { Role } from '../authorization/role.ts'
import type { Document } from '../profile/document.ts'
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

/** Which roles users have whose realm says groups, and no roles. Source: spec 4.7. */
export interface RoleMapping {
  readonly name: string
  readonly enabled: boolean
  readonly roles: readonly string[]
  /** In place of roles, what makes their names of a user. */
  readonly roleTemplates: readonly { readonly source: string; readonly format: 'string' | 'json' }[]
  readonly rules: Document
  readonly metadata: Document
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
