// Role mappings: which roles users have whose realm says groups, and no roles. This folder knows the rules and whom
// they are about; it knows neither how such a user is proven, nor how a mapping is stored.

import { Failure, refuseProblems } from '../../errors.ts'
import { createInTurn } from '../../inTurn.ts'
import type { Read } from '../../read.ts'
import type { Actor, Authorize } from '../authorize.ts'
import { mostDefinitionBytes } from '../definitionsRoom.ts'
import { mostExpressions, mostMappings, roleMappingProblems, type RoleMapping } from './roleMapping.ts'
import type { RoleMappingRepository } from './roleMappingRepository.ts'
import { parseRule, requireExpressions, writtenRule } from './rule.ts'

export interface RoleMappingPut {
  readonly created: boolean
  readonly mapping: RoleMapping
}

interface RoleMappingsParts {
  authorize: Authorize
  mappings: Pick<RoleMappingRepository, 'list' | 'put' | 'delete'>
  /** Of all role mappings together, as JSON. */
  mostBytes?: number
}

/** Makes the use cases that manage role mappings. */
export function createRoleMappings({
  authorize,
  mappings,
  mostBytes = mostDefinitionBytes,
}: RoleMappingsParts) {
  /** All role mappings may be large: they are in memory once. */
  const inTurn = createInTurn()

  return {
    async put(caller: Actor, input: RoleMapping): Promise<RoleMappingPut> {
      const rule = parseRule(input.rules, input.name)
      const mapping = { ...input, rules: writtenRule(rule) }
      refuseProblems(roleMappingProblems(mapping))
      await authorize(caller, 'cluster:admin/xpack/security/role_mapping/put')
      const size = requireExpressions(rule)
      if (size > 0 && size + (await inTurn('', () => expressionsBeside(mapping))) > mostExpressions)
        throw new Failure(
          'INVALID_INPUT',
          'the regular expressions of all role mappings are too large together',
        )
      const outcome = await mappings.put(mapping, { most: mostMappings, mostBytes })
      if (outcome === 'refused') {
        const most = `[${mostMappings}] role mappings, of [${mostBytes}] bytes together`
        throw new Failure('INVALID_INPUT', `there can be at most ${most}`)
      }
      return { created: outcome === 'created', mapping }
    },

    /** False if there was no such role mapping. */
    async delete(caller: Actor, name: string): Promise<boolean> {
      await authorize(caller, 'cluster:admin/xpack/security/role_mapping/delete')
      return mappings.delete(name)
    },

    /** Those of the named role mappings that exist, or all, by name. */
    async list(caller: Actor, names: readonly string[] | null, read: Read): Promise<RoleMapping[]> {
      await authorize(caller, 'cluster:admin/xpack/security/role_mapping/get')
      return read(() => mappings.list(names))
    },
  }

  /** How many instructions the regular expressions of all others have. */
  async function expressionsBeside({ name: own }: RoleMapping): Promise<number> {
    const others = (await mappings.list(null)).filter(({ name }) => name !== own)
    return others.reduce((sum, other) => sum + expressionsOf(other), 0)
  }
}

/** Another release may have stored what gives no roles here. */
function expressionsOf({ name, rules }: RoleMapping): number {
  try {
    return requireExpressions(parseRule(rules, name))
  } catch {
    return 0
  }
}

export type RoleMappings = ReturnType<typeof createRoleMappings>
