import type { DefinitionPut, DefinitionsRoom } from './definitionsRoom.ts'
import type { Role } from './role.ts'

/** All stored roles at one moment, by name. */
export interface RoleDefinitions {
  /** Which every change of a role raises. */
  readonly securityEpoch: number
  readonly roles: ReadonlyMap<string, Role>
}

/** What this folder needs of the database. Every write is one atomic statement. */
export interface RoleRepository {
  definitions(): Promise<RoleDefinitions>
  /** Those of the named roles that are stored, or all stored roles, by name. */
  list(names: readonly string[] | null): Promise<Role[]>
  /** Creates the role or replaces it whole, if there is room for it. */
  put(role: Role, room: DefinitionsRoom): Promise<DefinitionPut>
  delete(name: string): Promise<boolean>
}
