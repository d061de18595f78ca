import {
  after,
  before,
  inOrder,
  severalTexts,
  singleText,
  whereGiven,
  type ClaimTerm,
} from '../jwt/claimTerms.ts'

/** What a realm asks of what a server says of an active token. */
export interface IntrospectionTerms {
  readonly issuer: string
  /** One of which `aud` has; null: whichever. */
  readonly audiences: readonly string[] | null
  /** One of which `client_id` is; null: whichever. */
  readonly clients: readonly string[] | null
  /** What these claims must say: one of the values. */
  readonly requiredClaims: Readonly<Record<string, readonly string[]>>
}

/** How far the server's clock may differ, in milliseconds. */
const skew = 60_000

/**
 * Makes the check of an answer against a realm's terms: one after the other, and the first that is not met is what is
 * said. The server need not say more than that a token is active, but for what it is allowed by. Source: RFC 7662, section 2.2.
 */
export function createTermsCheck({
  issuer,
  audiences,
  clients,
  requiredClaims,
}: IntrospectionTerms): ClaimTerm {
  const checks: readonly ClaimTerm[] = [
    whereGiven(
      'iss',
      singleText('iss', (value) => value === issuer, [issuer]),
    ),
    ...(audiences ? [severalTexts('aud', audiences)] : []),
    ...(clients ? [singleText('client_id', (value) => clients.includes(value), clients)] : []),
    whereGiven('exp', after('exp', skew)),
    whereGiven('nbf', before('nbf', skew)),
    ...Object.entries(requiredClaims).map(([name, values]) => severalTexts(name, values)),
  ]

  return inOrder(checks)
}
