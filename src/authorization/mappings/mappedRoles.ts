import { LRUCache } from 'lru-cache'
import { createDefinitionsAt } from '../definitionsAt.ts'
import { createFieldsOf, type MappedUser } from './mappedUser.ts'
import type { RoleMapping } from './roleMapping.ts'
import type { RoleMappingDefinitions, RoleMappingRepository } from './roleMappingRepository.ts'
import { createRoleTemplate } from './roleTemplate.ts'
import { parseRule, requireExpressions } from './rule.ts'
import { createRuleMatcher } from './ruleMatcher.ts'

interface MappedRolesParts {
  stored: Pick<RoleMappingRepository, 'definitions'>
  /** Told which role mapping gives no roles because it cannot be read: another release has stored it. */
  report: (name: string, cause: unknown) => void
}

const none: readonly string[] = []

/** Of everything that is remembered: users, as JSON, in characters. */
const mostRemembered = 16_777_216

/**
 * Makes the function that gives the roles which are mapped for a user, sorted and each once, by the role mappings as of
 * a security epoch that was just read, or later. Rules are compiled once for all users, and asked once for each, as long
 * as that epoch lasts.
 */
export function createMappedRoles({ stored, report }: MappedRolesParts) {
  const definitionsAt = createDefinitionsAt(() => stored.definitions())
  let compiled: ReturnType<typeof compile> | undefined

  return async function mappedRoles(
    { username, dn, groups, metadata, realm }: MappedUser,
    securityEpoch: number,
  ): Promise<readonly string[]> {
    const known = definitionsAt(securityEpoch)
    const definitions = known instanceof Promise ? await known : known
    if (compiled?.securityEpoch !== definitions.securityEpoch) compiled = compile(definitions)
    const { mappings, remembered } = compiled
    if (mappings.length === 0) return none
    const user = { username, dn, groups, metadata, realm: { name: realm.name } }
    const key = JSON.stringify(user)
    const before = remembered.get(key)
    if (before) return before
    const roles = rolesBy(mappings, user)
    remembered.set(key, roles, { size: key.length + roles.reduce((sum, role) => sum + role.length, 0) })
    return roles
  }

  function compile({ securityEpoch, mappings }: RoleMappingDefinitions) {
    return {
      securityEpoch,
      mappings: mappings.filter(({ enabled }) => enabled).flatMap(readable),
      remembered: new LRUCache<string, readonly string[]>({ maxSize: mostRemembered }),
    }
  }

  function readable(mapping: RoleMapping): CompiledMapping[] {
    try {
      return [compiledMapping(mapping)]
    } catch (cause) {
      report(mapping.name, cause)
      return []
    }
  }
}

export type MappedRoles = ReturnType<typeof createMappedRoles>

type CompiledMapping = ReturnType<typeof compiledMapping>

function compiledMapping({ name, rules, roles, roleTemplates }: RoleMapping) {
  const rule = parseRule(rules, name)
  requireExpressions(rule)
  const templates = roleTemplates.map(createRoleTemplate)
  return {
    matches: createRuleMatcher(rule),
    rolesFor: (user: MappedUser) => [...roles, ...templates.flatMap((namesFor) => namesFor(user))],
  }
}

function rolesBy(mappings: readonly CompiledMapping[], user: MappedUser): readonly string[] {
  const fieldOf = createFieldsOf(user)
  const matching = mappings.filter(({ matches }) => matches(fieldOf))
  return [...new Set(matching.flatMap(({ rolesFor }) => rolesFor(user)))].sort()
}
