import { patternMatcher } from '../wildcard.ts'
import type { Role } from './role.ts'

/**
 * Whether a role may write what all of these applications keep in profiles: its
 * `{"profile": {"write": {"applications": […]}}}` names each, or a pattern that it fits: with `*`, or between slashes
 * a regular expression, which is run in linear time. Source: spec 3, 3.0.
 */
export function writesApplications({ global }: Role, applications: readonly string[]): boolean {
  const patterns = at(at(at(global, 'profile'), 'write'), 'applications')
  if (!Array.isArray(patterns)) return false
  const matchers = patterns.filter((pattern) => typeof pattern === 'string').map(patternMatcher)
  return applications.every((application) => matchers.some((fits) => fits(application)))
}

function at(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined
}
