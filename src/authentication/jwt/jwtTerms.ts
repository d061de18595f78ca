import { patternMatcher } from '../../wildcard.ts'
import type { SignatureAlgorithm } from './algorithm.ts'
import { after, before, inOrder, severalTexts, singleText, whereGiven } from './claimTerms.ts'
import { createClaimOf, memberOf, type FallbackClaims, type Jwt } from './jwt.ts'

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
  readonly fallbackClaims: FallbackClaims
  /** What these claims must say: one of the values. */
  readonly requiredClaims: Readonly<Record<string, readonly string[]>>
}

/** Why a token is not good at a time in epoch milliseconds, or null. */
type Check = (jwt: Jwt, now: number) => string | null

/**
 * Makes the check of a token against a realm's terms: one after the other, and the first that is not met is the answer.
 * Source: spec 5.3; RFC 8725.
 */
export function createTermsCheck(terms: JwtTerms): Check {
  const { issuer, audiences, subjects, subjectPatterns, algorithms } = terms
  const claimOf = createClaimOf(terms.fallbackClaims)
  const isIdToken = terms.tokenType === 'id_token'
  const skew = skewOf(terms)
  const patterns = subjectPatterns.map(patternMatcher)
  const isSubject = (value: string) =>
    subjects.length + patterns.length === 0 ||
    subjects.includes(value) ||
    patterns.some((fits) => fits(value))

  const checks: readonly Check[] = [
    understood,
    typed(isIdToken ? ['jwt'] : ['jwt', 'at+jwt', 'application/at+jwt']),
    singleText('iss', (value) => value === issuer, [issuer], claimOf),
    singleText('sub', isSubject, [...subjects, ...subjectPatterns], claimOf),
    severalTexts('aud', audiences, claimOf),
    signedBy(algorithms),
    before('iat', skew),
    after('exp', skew),
    ...(isIdToken ? ['nbf', 'auth_time'].map((name) => whereGiven(name, before(name, skew))) : []),
    ...Object.entries(terms.requiredClaims).map(([name, values]) => severalTexts(name, values, claimOf)),
  ]

  return inOrder(checks)
}

/** The clock skew, in milliseconds: whole seconds. */
export function skewOf({ clockSkew }: JwtTerms): number {
  return Math.floor(clockSkew / 1_000) * 1_000
}

/** What has to be understood, or changes what is signed, is not. Source: RFC 7515, section 4.1.11; RFC 7797. */
function understood({ header }: Jwt): string | null {
  const unsupported = ['crit', 'b64'].find((name) => memberOf(header, name) !== undefined)
  if (unsupported !== undefined) return `unsupported header [${unsupported}]`
  const kid = memberOf(header, 'kid')
  return kid === undefined || typeof kid === 'string' ? null : 'invalid jwt kid header'
}

function typed(types: readonly string[]): Check {
  return ({ header }) => {
    const type = memberOf(header, 'typ')
    const fits = type === undefined || (typeof type === 'string' && types.includes(type.toLowerCase()))
    return fits ? null : 'invalid jwt typ header'
  }
}

function signedBy(algorithms: readonly string[]): Check {
  return ({ algorithm }) =>
    algorithms.includes(algorithm) ? null : `algorithm [${algorithm}] is not one of [${algorithms.join()}]`
}
