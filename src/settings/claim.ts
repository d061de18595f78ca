import { RE2JS } from 're2js'
import { z } from 'zod'
import { keyOf, realmSetting, type RealmPlace } from './realmSetting.ts'

const registered = ['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti']

/** A claim that stands in for `sub` or `aud`. Source: spec 5.1. */
export function fallbackClaim(place: RealmPlace, claim: 'sub' | 'aud') {
  const setting = `fallback_claims.${claim}`
  const invalid = `Invalid fallback claims setting [${keyOf(place, setting)}].`
  return realmSetting(place)
    .text(setting)
    .superRefine((other, context) => {
      if (registered.includes(other))
        context.addIssue(`${invalid} Claim [${claim}] cannot fallback to a registered claim [${other}]`)
    })
}

/** What claims must say, by claim, whose name may have dots. Source: spec 5.1. */
export function requiredClaims(place: RealmPlace) {
  const checked = registered.filter((claim) => claim !== 'jti')

  return z.record(z.string(), z.unknown(), { error: 'expected claims' }).transform((given, context) => {
    const claims = leaves(given).map(([claim, value]) => {
      const setting = `required_claims.${claim}`
      const values = realmSetting(place).texts(setting).safeParse(value)
      const problem =
        (checked.includes(claim) && `cannot be one of [${checked.join()}]`) ||
        (!values.success && 'cannot be empty')
      if (problem) {
        const message = `required claim [${keyOf(place, setting)}] ${problem}`
        context.addIssue({ code: 'custom', path: claim.split('.'), message })
      }
      return [claim, values.data ?? []] as const
    })
    return Object.fromEntries(claims)
  })
}

/** Which claim says what of a user. Source: spec 5.1. */
export function claimSettings(place: RealmPlace) {
  const { text } = realmSetting(place)
  return {
    /** The claims themselves. */
    claims: z
      .strictObject({
        principal: text('claims.principal'),
        groups: text('claims.groups').optional(),
        dn: text('claims.dn').optional(),
        mail: text('claims.mail').optional(),
        name: text('claims.name').optional(),
      })
      .prefault({} as never),
    /** Of which part of those claims: the one group of a regular expression. */
    claim_patterns: z
      .strictObject({
        principal: claimPattern().optional(),
        groups: claimPattern().optional(),
        dn: claimPattern().optional(),
        mail: claimPattern().optional(),
        name: claimPattern().optional(),
      })
      .prefault({}),
  }
}

/** A regular expression with one group, in the syntax of RE2. */
function claimPattern() {
  return z.string({ error: 'expected a regular expression' }).superRefine((pattern, context) => {
    if (groupsIn(pattern) !== 1)
      context.addIssue('expected a regular expression, as RE2 has them, with one group')
  })
}

function groupsIn(pattern: string): number {
  try {
    return RE2JS.compile(pattern).groupCount()
  } catch {
    return 0
  }
}

function leaves(given: unknown, path: readonly string[] = []): (readonly [string, unknown])[] {
  const inside =
    typeof given === 'object' && given !== null && !Array.isArray(given) ? Object.entries(given) : []
  if (inside.length === 0 && path.length > 0) return [[path.join('.'), given]]
  return inside.flatMap(([name, inner]) => leaves(inner, [...path, name]))
}
