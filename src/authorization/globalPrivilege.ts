import { isObject } from '../json.ts'
import { expressionSize, patternMatcher } from '../wildcard.ts'
import type { Role } from './role.ts'

/**
 * Whether a role may write what all of these applications keep in profiles: its
 * `{"profile": {"write": {"applications": […]}}}` names each, or a pattern that it fits: with `*`, or between slashes
 * a regular expression, which is run in linear time. Source: spec 3, 3.0.
 */
export function writesApplications(role: Role, applications: readonly string[]): boolean {
  const matchers = patternsIn(role).map(patternMatcher)
  return applications.every((application) => matchers.some((fits) => fits(application)))
}

const mostPatterns = 1_000
/** In characters. */
const longestPattern = 1_000
/** Of all regular expressions of a role, or of those of an API key, in instructions. */
const largestExpressions = 10_000

/** What is wrong with how many patterns for applications roles have, and how long those are. */
export function patternProblems(roles: readonly Role[]): string[] {
  const patterns = roles.flatMap(patternsIn)
  if (patterns.length > mostPatterns)
    return [`there can be at most [${mostPatterns}] patterns for applications`]
  return patterns.some(({ length }) => length > longestPattern)
    ? [`a pattern for applications can have at most [${longestPattern}] characters`]
    : []
}

/** What is wrong with the regular expressions among them. To find out takes time: only of those who may put them. */
export function expressionProblems(roles: readonly Role[]): string[] {
  return expressionsExceed(largestExpressions, roles)
    ? ['the regular expressions for applications are too large together']
    : []
}

/** Whether the regular expressions among them have more than so many instructions together. */
export function expressionsExceed(most: number, roles: readonly Role[]): boolean {
  let total = 0
  for (const pattern of roles.flatMap(patternsIn)) {
    total += expressionSize(pattern) ?? 0
    if (total > most) return true
  }
  return false
}

/** Whether there are regular expressions among those of a role. */
export function hasExpressions(role: Role): boolean {
  return patternsIn(role).some((pattern) => expressionSize(pattern) !== 0)
}

function patternsIn({ global }: Role): string[] {
  const patterns = at(at(at(global, 'profile'), 'write'), 'applications')
  return Array.isArray(patterns) ? patterns.filter((pattern) => typeof pattern === 'string') : []
}

function at(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
}
