import { RE2JS } from 're2js'
import { fitsWildcard } from '../wildcard.ts'
import type { Role } from './role.ts'

/**
 * Whether a role may write what this application keeps in profiles: its
 * `{"profile": {"write": {"applications": […]}}}` names the application, or a pattern that it fits: with `*`, or
 * between slashes a regular expression, which is run in linear time. Source: spec 3, 3.0.
 */
export function writesApplication({ global }: Role, application: string): boolean {
  const patterns = at(at(at(global, 'profile'), 'write'), 'applications')
  return (
    Array.isArray(patterns) &&
    patterns.some((pattern) => typeof pattern === 'string' && fits(pattern, application))
  )
}

function fits(pattern: string, application: string): boolean {
  if (!/^\/.*\/$/s.test(pattern) || pattern.length < 2) return fitsWildcard(pattern, application)
  try {
    return RE2JS.matches(pattern.slice(1, -1), application)
  } catch {
    return false
  }
}

function at(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined
}
