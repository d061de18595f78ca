import type { Actor } from './authorize.ts'
import { privilegesFor, type Action } from './privileges.ts'

/** Why a known caller is turned away. Source: spec 1.8. */
export function denial({ username, roles }: Actor, effective: readonly string[], action: Action): string {
  const missing = roles.filter((role) => !effective.includes(role))
  return (
    `action [${action}] is unauthorized for user [${username}] with effective roles [${sorted(effective)}]` +
    (missing.length > 0 ? ` (assigned roles [${sorted(missing)}] were not found)` : '') +
    `, this action is granted by the cluster privileges [${privilegesFor(action).join(',')}]`
  )
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
