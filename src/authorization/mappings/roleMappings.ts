// Role mappings: which roles users have whose realm says groups, and no roles. This folder knows the rules and whom
// they are about; it knows neither how such a user is proven, nor how a mapping is stored.

import { Failure, refuseProblems } from '../../errors.ts'
import type { Actor, Authorize } from '../authorize.ts'
import { mostMappings, roleMappingProblems, type RoleMapping } from './roleMapping.ts'
import type { RoleMappingRepository } from './roleMappingRepository.ts'
import { parseRule, requireExpressions, writtenRule } from './rule.ts'

export interface RoleMappingPut {
  readonly created: boolean
  readonly mapping: RoleMapping
}

interface RoleMappingsParts {
  authorize: Authorize
  mappings: Pick<RoleMappingRepository, 'list' | 'put' | 'delete'>
}

/** Makes the use cases that manage role mappings. */
export function createRoleMappings({ authorize, mappings }: RoleMappingsParts) {
  return {
    async put(caller: Actor, input: RoleMapping): Promise<RoleMappingPut> {
      const rule = parseRule(input.rules, input.name)
      const mapping = { ...input, rules: writtenRule(rule) }
      refuseProblems(roleMappingProblems(mapping))
      await authorize(caller, 'cluster:admin/xpack/security/role_mapping/put')
      requireExpressions(rule)
      const outcome = await mappings.put(mapping, mostMappings)
      if (outcome === 'refused')
        throw new Failure('INVALID_INPUT', `there can be at most [${mostMappings}] role mappings`)
      return { created: outcome === 'created', mapping }
    },

    /** False if there was no such role mapping. */
    async delete(caller: Actor, name: string): Promise<boolean> {
      await authorize(caller, 'cluster:admin/xpack/security/role_mapping/delete')
      return mappings.delete(name)
    },

    /** Those of the named role mappings that exist, or all, by name. */
    async list(caller: Actor, names: readonly string[] | null): Promise<RoleMapping[]> {
      await authorize(caller, 'cluster:admin/xpack/security/role_mapping/get')
      return mappings.list(names)
    },
  }
}

export type RoleMappings = ReturnType<typeof createRoleMappings>
