import { builtInRoles } from './builtInRoles.ts'
import type { Role } from './role.ts'

/** Those of the named roles that exist, built in or stored, each once. */
export function effectiveRoles(names: readonly string[], stored: ReadonlyMap<string, Role>): Role[] {
  return [...new Set(names)].flatMap((name) => builtInRoles.get(name) ?? stored.get(name) ?? [])
}
