import type { Actor } from './authorize.ts'
import { privilegesFor, type Action } from './privileges.ts'
import type { Role } from './role.ts'

/** Why a known caller is turned away; `effective` are those of its roles that exist. Source: spec 1.8. */
export function denial({ username, roles }: Actor, effective: readonly Role[], action: Action): string {
  const names = effective.map(({ name }) => name)
  const missing = [...new Set(roles)].filter((role) => !names.includes(role))
  return (
    `action [${action}] is unauthorized for user [${username}] with effective roles [${sorted(names)}]` +
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
