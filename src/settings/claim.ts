import { z } from 'zod'
import { isObject } from '../json.ts'
import { regularExpression } from '../regularExpression.ts'
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
    .meta({
      ...{ expected: 'the name of a claim', examples: [claim === 'sub' ? 'client_id' : 'scope'] },
      description: `The claim to read where an access token lacks \`${claim}\`.`,
    })
}

/** What claims must say, by claim, whose name may have dots. Source: spec 5.1. */
export function requiredClaims(place: RealmPlace) {
  const checked = registered.filter((claim) => claim !== 'jti')

  return z
    .record(z.string(), z.unknown(), { error: 'expected claims' })
    .transform((given, context) => {
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
    .meta({
      ...{ expected: 'claims, each with a text or a list of texts', examples: [{ typ: 'Bearer' }] },
      description: `What claims must say, by claim: one of these values. Not for \`${checked.join('`, `')}\`.`,
    })
}

/** Which claim says what of a user. Source: spec 5.1. */
export function claimSettings(place: RealmPlace) {
  const { text } = realmSetting(place)
  return {
    claims: z
      .strictObject({
        principal: claim('principal', 'sub', 'The claim that is the username.'),
        groups: claim('groups', 'groups', 'The groups, from which role mappings make roles.').optional(),
        dn: claim('dn', 'dn', 'The distinguished name, from which role mappings make roles.').optional(),
        mail: claim('mail', 'email', 'The email address.').optional(),
        name: claim('name', 'name', 'The full name.').optional(),
      })
      .prefault({} as never)
      .describe('Which claim says what of a user: names at the top level, not paths.'),
    claim_patterns: z
      .strictObject({
        principal: claimPattern('principal').optional(),
        groups: claimPattern('groups').optional(),
        dn: claimPattern('dn').optional(),
        mail: claimPattern('mail').optional(),
        name: claimPattern('name').optional(),
      })
      .prefault({})
      .describe('Which part of these claims counts.'),
  }

  function claim(user: string, example: string, description: string) {
    const expected = 'the name of a claim'
    return text(`claims.${user}`).meta({ description, expected, examples: [example] })
  }
}

/** A regular expression with one group, in the syntax of RE2. */
function claimPattern(claim: string) {
  return z
    .string({ error: 'expected a regular expression' })
    .superRefine((pattern, context) => {
      if (groupsIn(pattern) !== 1)
        context.addIssue('expected a regular expression, as RE2 has them, with one group')
    })
    .meta({
      ...{ expected: 'a regular expression (RE2) with one group', examples: ['^([^@]+)@example\\.com$'] },
      description: `What its group matches in the claim of \`claims.${claim}\` counts in place of the whole.`,
    })
}

function groupsIn(pattern: string): number {
  try {
    return regularExpression(pattern).groups
  } catch {
    return 0
  }
}

function leaves(given: unknown, path: readonly string[] = []): (readonly [string, unknown])[] {
  const inside = isObject(given) ? Object.entries(given) : []
  if (inside.length === 0 && path.length > 0) return [[path.join('.'), given]]
  return inside.flatMap(([name, inner]) => leaves(inner, [...path, name]))
}
