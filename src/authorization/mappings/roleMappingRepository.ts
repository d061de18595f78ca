import type { DefinitionPut, DefinitionsRoom } from '../definitionsRoom.ts'
import type { RoleMapping } from './roleMapping.ts'

/** All stored role mappings at one moment. */
export interface RoleMappingDefinitions {
  /** Which every change of a role mapping raises. */
  readonly securityEpoch: number
  readonly mappings: readonly RoleMapping[]
}

/** What this folder needs of the database. Every write is one atomic statement. */
export interface RoleMappingRepository {
  definitions(): Promise<RoleMappingDefinitions>
  /** Those of the named role mappings that are stored, or all, by name. */
  list(names: readonly string[] | null): Promise<RoleMapping[]>
  /** Creates the role mapping or replaces it whole, if there is room for it. */
  put(mapping: RoleMapping, room: DefinitionsRoom): Promise<DefinitionPut>
  delete(name: string): Promise<boolean>
}
