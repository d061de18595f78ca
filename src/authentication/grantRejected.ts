import type { Action } from '../authorization/privileges.ts'
import { unknownSubject } from '../authorization/denial.ts'
import { principalOf, type Grant } from './credentials.ts'
import { parseJwt } from './jwt/jwt.ts'
import type { Refusal } from './realm.ts'
import type { SubjectType } from './subject.ts'
import type { TooManyAttempts } from './throttle/tooManyAttempts.ts'

export type GrantRejectedReason =
  | 'NOT_AUTHENTICATED'
  | 'TOKEN_EXPIRED'
  | 'CLIENT_AUTHENTICATION_NOT_SUPPORTED'
  | 'CLIENT_SECRET_EMPTY'
  | 'NOT_A_USER'

/** The answer to a grant that proves nobody. */
export interface GrantRejected {
  readonly kind: 'GrantRejected'
  readonly reason: GrantRejectedReason
  /** The name that Elasticsearch prints for such credentials. */
  readonly principal: string
  readonly message: string
}

/** The answer to credentials that were refused, or not looked at. Source: spec 1.7. */
export function grantRejected(
  grant: Grant,
  refusal: Refusal | TooManyAttempts,
  action: Action,
): GrantRejected | TooManyAttempts {
  if (refusal.kind === 'TooManyAttempts') return refusal
  const { reason } = refusal
  const principal = principalOf(grant)
  const message = reason === 'TOKEN_EXPIRED' ? tokenExpired : unknownSubject(principal, action)
  return { kind: 'GrantRejected', reason, principal, message }
}

/** The answer to a grant that proves somebody who is no user, and so has no profile. Source: spec 2.7. */
export function notAUser(grant: Grant, subjectType: SubjectType): GrantRejected {
  const message = `profile is supported for user only, but subject is a [${subjectType}]`
  return { kind: 'GrantRejected', reason: 'NOT_A_USER', principal: principalOf(grant), message }
}

/** The answer to a proof of the client that does not fit its token, whomever that proves; else null. Source: spec 1.3. */
export function clientRejected(grant: Grant): GrantRejected | null {
  if (grant.kind === 'password' || grant.clientSecret === null) return null
  const isJwt = parseJwt(grant.token) !== null
  if (isJwt && grant.clientSecret !== '') return null
  const reason = isJwt ? 'CLIENT_SECRET_EMPTY' : 'CLIENT_AUTHENTICATION_NOT_SUPPORTED'
  const message = isJwt
    ? 'Client shared secret must be non-empty'
    : '[client_authentication] not supported with the supplied access_token type'
  return { kind: 'GrantRejected', reason, principal: principalOf(grant), message }
}

/** What is said of a token of ours that is no longer valid. */
export const tokenExpired = 'token expired'
