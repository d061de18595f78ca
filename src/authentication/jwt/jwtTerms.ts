import type { JsonObject, JsonValue } from '../../json.ts'
import { patternMatcher } from '../../wildcard.ts'
import type { SignatureAlgorithm } from './algorithm.ts'
import { memberOf, textsOf, type Jwt } from './jwt.ts'

/** What a realm asks of a token beside its signature. Source: spec 5.1. */
export interface JwtTerms {
  readonly tokenType: 'id_token' | 'access_token'
  readonly issuer: string
  readonly audiences: readonly string[]
  /** A subject is one of these, or fits one of the patterns. Both empty: any is good. */
  readonly subjects: readonly string[]
  readonly subjectPatterns: readonly string[]
  readonly algorithms: readonly SignatureAlgorithm[]
  /** In milliseconds. */
  readonly clockSkew: number
  /** Which claims stand in for `sub` and `aud` where they lack. */
  readonly fallbackClaims: Readonly<Partial<Record<string, string>>>
  /** What these claims must say: one of the values. */
  readonly requiredClaims: Readonly<Record<string, readonly string[]>>
}

/**
 * Makes the check of a token against a realm's terms, which stops at the first that is not met and says which. Source:
 * spec 5.3; RFC 8725.
 */
export function createTermsCheck(terms: JwtTerms) {
  const { tokenType, issuer, audiences, subjects, algorithms } = terms
  const patterns = terms.subjectPatterns.map(patternMatcher)
  const anySubject = subjects.length + patterns.length === 0
  const types = tokenType === 'id_token' ? ['jwt'] : ['jwt', 'at+jwt', 'application/at+jwt']
  const skew = skewOf(terms)

  /** What is wrong with the token at a time in epoch milliseconds, or null. */
  return function termsProblem({ header, claims, algorithm }: Jwt, now: number): string | null {
    return (
      headerProblem(header, types) ??
      singleProblem('iss', claims, [issuer], (value) => value === issuer) ??
      singleProblem(
        'sub',
        claims,
        [...subjects, ...terms.subjectPatterns],
        (value) => anySubject || subjects.includes(value) || patterns.some((fits) => fits(value)),
      ) ??
      severalProblem('aud', claims, audiences) ??
      (algorithms.some((one) => one === algorithm)
        ? null
        : `algorithm [${algorithm}] is not one of [${algorithms.join()}]`) ??
      timeProblem('iat', claims, now, isBefore) ??
      timeProblem('exp', claims, now, isAfter) ??
      (tokenType === 'id_token' ? idTokenTimesProblem(claims, now) : null) ??
      Object.entries(terms.requiredClaims)
        .map(([name, values]) => severalProblem(name, claims, values))
        .find((problem) => problem !== null) ??
      null
    )
  }

  function singleProblem(
    name: string,
    claims: JsonObject,
    allowed: readonly string[],
    fits: (value: string) => boolean,
  ): string | null {
    const value = claimOf(claims, name)
    if (typeof value !== 'string') return `missing required string claim [${name}]`
    return fits(value) ? null : notAllowed(name, [value], allowed)
  }

  function severalProblem(name: string, claims: JsonObject, allowed: readonly string[]): string | null {
    const values = textsOf(claimOf(claims, name))
    if (!values) return `missing required string claim [${name}]`
    return values.some((value) => allowed.includes(value)) ? null : notAllowed(name, values, allowed)
  }

  function claimOf(claims: JsonObject, name: string): JsonValue | undefined {
    return memberOf(claims, name) ?? memberOf(claims, terms.fallbackClaims[name] ?? name)
  }

  function idTokenTimesProblem(claims: JsonObject, now: number): string | null {
    const given = ['nbf', 'auth_time'].filter((name) => memberOf(claims, name) !== undefined)
    return (
      given.map((name) => timeProblem(name, claims, now, isBefore)).find((problem) => problem !== null) ??
      null
    )
  }

  function isBefore(time: number, now: number): string | null {
    return time < now + skew ? null : 'before'
  }

  function isAfter(time: number, now: number): string | null {
    return time > now - skew ? null : 'after'
  }
}

/** How far the two clocks may differ, in milliseconds: only whole seconds count. Source: spec 5.3. */
export function skewOf({ clockSkew }: JwtTerms): number {
  return Math.floor(clockSkew / 1_000) * 1_000
}

/** Headers that change what is signed, or that must be understood, are not. */
function headerProblem(header: JsonObject, types: readonly string[]): string | null {
  const critical = ['crit', 'b64'].find((name) => memberOf(header, name) !== undefined)
  if (critical) return `unsupported header [${critical}]`
  const kid = memberOf(header, 'kid')
  if (kid !== undefined && typeof kid !== 'string') return 'invalid jwt kid header'
  const type = memberOf(header, 'typ')
  const fits = type === undefined || (typeof type === 'string' && types.includes(type.toLowerCase()))
  return fits ? null : 'invalid jwt typ header'
}

/** `isMissed` says on which side of now the time should be, if it is not there. */
function timeProblem(
  name: string,
  claims: JsonObject,
  now: number,
  isMissed: (time: number, now: number) => string | null,
): string | null {
  const seconds = memberOf(claims, name)
  if (seconds === undefined) return `missing required date claim [${name}]`
  if (typeof seconds !== 'number' || !Number.isFinite(seconds)) return `cannot parse date claim [${name}]`
  const time = seconds * 1_000
  const side = isMissed(time, now)
  return side && `date claim [${name}] value [${time}] must be ${side} now [${now}]`
}

function notAllowed(name: string, values: readonly string[], allowed: readonly string[]): string {
  return (
    `string claim [${name}] has value [${values.join()}] which does not match allowed claim values ` +
    `[${allowed.join()}]`
  )
}
