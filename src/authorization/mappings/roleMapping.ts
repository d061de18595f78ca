import { isSecurityName, metadataProblems, securityNameRule } from '../securityName.ts'
import { templateProblem, type RoleTemplate } from './roleTemplate.ts'

type Json = Readonly<Record<string, unknown>>

/** Which roles users have whose realm says groups, and no roles. Source: spec 4.7. */
export interface RoleMapping {
  readonly name: string
  /** One that is not gives no roles. */
  readonly enabled: boolean
  /** Names; or `roleTemplates` make them. */
  readonly roles: readonly string[]
  readonly roleTemplates: readonly RoleTemplate[]
  /** For whom, in Elasticsearch's rule language. */
  readonly rules: Json
  readonly metadata: Json
}

/** How many there can be: each is asked for each user. A few more, if several are put at once. */
export const mostMappings = 1_000
/** Of the regular expressions of all together, in instructions: they are compiled at once. */
export const mostExpressions = 100_000
/** As many as a user of ours can have. */
const mostRoles = 1_000
const mostTemplates = 10
/** Of a whole mapping as JSON, in characters. */
const longestMapping = 65_536

/**
 * What is wrong with a role mapping that somebody wants to store, in Elasticsearch's order; its rules are read already.
 * Source: spec 4.7.
 */
export function roleMappingProblems(mapping: RoleMapping): string[] {
  const { name, roles, roleTemplates, metadata } = mapping
  return [
    ...(isSecurityName(name) ? [] : [securityNameRule('Role mapping')]),
    ...(roles.length + roleTemplates.length === 0
      ? ['role-mapping roles or role-templates are missing']
      : []),
    ...(roles.length > 0 && roleTemplates.length > 0
      ? ['role-mapping cannot have both roles and role-templates']
      : []),
    ...(roles.length > mostRoles ? [`a role-mapping can have at most [${mostRoles}] roles`] : []),
    ...(roleTemplates.length > mostTemplates
      ? [`a role-mapping can have at most [${mostTemplates}] role-templates`]
      : roleTemplates.flatMap((template, index) => {
          const problem = templateProblem(template)
          return problem === null ? [] : [`role-template [${index + 1}] ${problem}`]
        })),
    ...metadataProblems(metadata),
    ...(JSON.stringify(mapping).length > longestMapping
      ? [`a role-mapping can have at most [${longestMapping}] characters`]
      : []),
  ]
}
