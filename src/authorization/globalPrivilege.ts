import type { Role } from './role.ts'
import { fitsWildcard } from './wildcard.ts'

/**
 * Whether a role may write what this application keeps in profiles: its
 * `{"profile": {"write": {"applications": […]}}}` names the application, or a pattern with `*` that it fits.
 * Source: spec 3.0.
 */
export function writesApplication({ global }: Role, application: string): boolean {
  const patterns = at(at(at(global, 'profile'), 'write'), 'applications')
  return (
    Array.isArray(patterns) &&
    patterns.some((pattern) => typeof pattern === 'string' && fitsWildcard(pattern, application))
  )
}

function at(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined
}
