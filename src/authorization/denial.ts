import type { Actor } from './authorize.ts'
import { privilegesFor, type Action } from './privileges.ts'
import type { Role } from './role.ts'

/**
 * Why a known caller is turned away; `effective` are those of its roles that exist, and `isOwn` says whether all that
 * the action is about is its own. Source: spec 1.8.
 */
export function denial(caller: Actor, effective: readonly Role[], action: Action, isOwn: boolean): string {
  const granting = privilegesFor(action, isOwn).join(',')
  return `action [${action}] is unauthorized for ${told(caller, effective)}, this action is granted by the cluster privileges [${granting}]`
}

function told({ username, roles, apiKey, subjectType }: Actor, effective: readonly Role[]): string {
  if (apiKey) return `API key id [${apiKey.id}] of user [${username}]`
  // Of a key of another server only the owner is known.
  if (subjectType === 'api_key') return `API key of user [${username}]`
  if (subjectType === 'service_account') return `service account [${username}]`
  return `user [${username}]${rolesTold(roles, effective)}`
}

function rolesTold(assigned: readonly string[], effective: readonly Role[]): string {
  const names = effective.map(({ name }) => name)
  const missing = [...new Set(assigned)].filter((role) => !names.includes(role))
  const told = ` with effective roles [${sorted(names)}]`
  return missing.length > 0 ? `${told} (assigned roles [${sorted(missing)}] were not found)` : told
}

/** What a request without credentials is told. Source: spec 1.7. */
export function missingCredentials(uri: string): string {
  return `missing authentication credentials for REST request [${uri}]`
}

/** What a caller is told whose credentials prove nobody. Source: spec 1.7. */
export function unknownCaller(principal: string, uri: string): string {
  return `unable to authenticate user [${principal}] for REST request [${uri}]`
}

/** What a caller is told whose grant proves nobody. Source: spec 1.7. */
export function unknownSubject(principal: string, action: Action): string {
  return `unable to authenticate user [${principal}] for action [${action}]`
}

function sorted(roles: readonly string[]): string {
  return roles.toSorted().join(',')
}
