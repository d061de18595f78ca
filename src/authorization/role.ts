import { mostProblems } from '../errors.ts'
import { isBuiltInRole } from './builtInRoles.ts'
import { patternProblems } from './globalPrivilege.ts'
import { isClusterPrivilege, predefinedClusterPrivileges } from './privileges.ts'
import { isSecurityName, metadataProblems, securityNameRule } from './securityName.ts'

type Json = Readonly<Record<string, unknown>>

/** A role as Elasticsearch defines it. The gateway decides by `cluster` and `global`; the rest is kept for whoever reads it. */
export interface Role {
  readonly name: string
  /** Cluster privileges: predefined names, or patterns over action names. */
  readonly cluster: readonly string[]
  readonly indices: readonly Json[]
  readonly applications: readonly Json[]
  readonly runAs: readonly string[]
  readonly global: Json | null
  readonly metadata: Json
  readonly description: string | null
}

/** What is wrong with a role that somebody wants to store. Source: spec 3.0, 4.1. */
export function roleProblems(role: Role): string[] {
  return [...roleNameProblems(role.name), ...definitionProblems(role, 'metadata')]
}

/** What is wrong with a role inside an API key, whose name is nobody else's business. Source: spec 4.6. */
export function roleDescriptorProblems(role: Role): string[] {
  return definitionProblems(role, 'role descriptor metadata')
}

/** Whether whoever has the role may do nothing more by it. */
export function grantsNothing({ cluster, indices, applications, runAs, global }: Role): boolean {
  return [cluster, indices, applications, runAs, Object.keys(global ?? {})].every(
    ({ length }) => length === 0,
  )
}

function definitionProblems(role: Role, what: 'metadata' | 'role descriptor metadata'): string[] {
  const { cluster, indices, applications, metadata, description } = role
  return [
    ...cluster
      .filter((privilege) => !isClusterPrivilege(privilege))
      .slice(0, mostProblems)
      .map(unknownPrivilege),
    ...listProblems('indices', indices, ['names', 'privileges']),
    ...listProblems('applications', applications, ['privileges', 'resources']),
    ...patternProblems([role]),
    ...metadataProblems(metadata, what),
    ...((description?.length ?? 0) > 1000 ? ['Role description must be less than 1000 characters.'] : []),
  ]
}

/** The role with what Elasticsearch fills in: lists where one string was given, and a default. Source: spec 4.5. */
export function completeRole(role: Role): Role {
  const asList = (value: unknown) => (typeof value === 'string' ? [value] : value)
  const indices = role.indices.map(
    ({ names, privileges, allow_restricted_indices: restricted = false, ...rest }) => ({
      names: asList(names),
      privileges: asList(privileges),
      ...rest,
      allow_restricted_indices: restricted,
    }),
  )
  return { ...role, indices }
}

function listProblems(field: string, entries: readonly Json[], lists: readonly string[]): string[] {
  return lists
    .filter((list) => !entries.every((entry) => isListOfStrings(entry[list])))
    .map((list) => `every entry of [${field}] needs [${list}], a list of strings`)
}

function isListOfStrings(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string')
}

function roleNameProblems(name: string): string[] {
  if (!isSecurityName(name)) return [securityNameRule('Role')]
  return isBuiltInRole(name) ? [`Role [${name}] is reserved and may not be used.`] : []
}

function unknownPrivilege(privilege: string): string {
  return (
    `unknown cluster privilege [${privilege}]. a privilege must be either one of the predefined cluster privilege ` +
    `names [${predefinedClusterPrivileges.join(',')}] or a pattern over one of the available cluster actions`
  )
}
