// OAuth servers that issue opaque tokens, and are asked whose one is. This folder knows what such a server is asked, and
// what of its answer counts; it knows neither how servers are reached nor what profiles are.

import { isBearerToken } from '../credentials.ts'
import { claimsProof } from '../jwt/claimsProof.ts'
import { longestToken, parseJwt } from '../jwt/jwt.ts'
import { createReadUser, type JwtClaims, type JwtUser } from '../jwt/jwtUser.ts'
import type { VerifiedTokens } from '../jwt/verifiedTokens.ts'
import { refused, type Realm, type Refusal } from '../realm.ts'
import type { Source } from '../source.ts'
import type { RealmRef } from '../subject.ts'
import type { Introspection } from './introspection.ts'
import { createSingleFlight } from '../singleFlight.ts'
import { createTermsCheck, type IntrospectionTerms } from './introspectionTerms.ts'

interface IntrospectionRealmParts {
  ref: RealmRef
  ask: Introspection['ask']
  terms: IntrospectionTerms
  claims: JwtClaims
  /** For how long active tokens are remembered at most, in milliseconds; 0: not at all. */
  ttl: number
  remembered: VerifiedTokens
  clock: () => number
  /** Takes why a token is refused: for the log, never for whoever has sent it. */
  report: (reason: string) => void
}

/** Proves users by the opaque access tokens of an OAuth server. Source: RFC 7662. */
export function createIntrospectionRealm(parts: IntrospectionRealmParts): Realm {
  const { ref, ask, ttl, remembered, clock, report } = parts
  const termsProblem = createTermsCheck(parts.terms)
  const readUser = createReadUser(parts.claims)
  // Whoever brings a token while it is asked about waits for that answer.
  const once = createSingleFlight<JwtUser | NoUser>()

  return {
    takes: 'accessToken',

    async authenticate(credentials, source) {
      if (credentials.kind !== 'accessToken' || !isOpaque(credentials.token)) return null
      const { token } = credentials
      const user = remembered.find(token) ?? (await once(token, () => askedUser(token, source)))
      return 'reason' in user ? refuse(user) : claimsProof(user, ref)
    },
  }

  async function askedUser(token: string, source: Source): Promise<JwtUser | NoUser> {
    const askedAt = clock()
    const answer = await ask(token, source)
    if (typeof answer === 'string') return { reason: answer, isActive: false }
    const { claims, length } = answer
    const problem = termsProblem({ claims }, clock())
    if (problem !== null) return { reason: problem, isActive: true }
    const user = readUser(claims)
    if (typeof user === 'string') return { reason: `Realm [${ref.name}] ${user}`, isActive: true }
    // What is revoked after the question may still be in the answer.
    const expiresAt = Math.min(askedAt + ttl, expiryOf(claims))
    remembered.remember(token, user, expiresAt, length)
    return user
  }

  function refuse({ reason, isActive }: NoUser): Refusal {
    report(reason)
    return { ...refused, detail: reason, isGuess: () => !isActive }
  }
}

/** Why a token proves nobody, and whether the server knows it. */
interface NoUser {
  readonly reason: string
  readonly isActive: boolean
}

/** Whether a token says nothing itself, and can be one. */
function isOpaque(token: string): boolean {
  return token.length <= longestToken && isBearerToken(token) && parseJwt(token) === null
}

/** In epoch milliseconds: without skew, for past that the server knows better. */
function expiryOf({ exp }: { readonly exp?: unknown }): number {
  return typeof exp === 'number' ? exp * 1_000 : Infinity
}
