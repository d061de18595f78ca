import type { Action } from '../authorization/privileges.ts'
import { unknownSubject } from '../authorization/denial.ts'
import { principalOf, type Grant } from './credentials.ts'
import { jwtClaims } from './jwt.ts'

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

/** Source: spec 1.3, 1.7. */
export function grantRejected(grant: Grant, action: Action): GrantRejected {
  const reason = reasonOf(grant)
  const principal = principalOf(grant)
  const message = messages[reason] ?? unknownSubject(principal, action)
  return { kind: 'GrantRejected', reason, principal, message }
}

const messages: Partial<Record<GrantRejectedReason, string>> = {
  CLIENT_AUTHENTICATION_NOT_SUPPORTED:
    '[client_authentication] not supported with the supplied access_token type',
  CLIENT_SECRET_EMPTY: 'Client shared secret must be non-empty',
}

/** Only a JWT takes a proof of its client, which must then be one. */
function reasonOf(grant: Grant): GrantRejectedReason {
  if (grant.kind === 'password' || grant.clientSecret === null) return 'NOT_AUTHENTICATED'
  if (!jwtClaims(grant.token)) return 'CLIENT_AUTHENTICATION_NOT_SUPPORTED'
  return grant.clientSecret === '' ? 'CLIENT_SECRET_EMPTY' : 'NOT_AUTHENTICATED'
}
