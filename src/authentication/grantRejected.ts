import type { Action } from '../authorization/privileges.ts'
import { unknownSubject } from '../authorization/denial.ts'
import { principalOf, type Grant } from './credentials.ts'

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

export function grantRejected(grant: Grant, action: Action): GrantRejected {
  const principal = principalOf(grant)
  return {
    kind: 'GrantRejected',
    reason: 'NOT_AUTHENTICATED',
    principal,
    message: unknownSubject(principal, action),
  }
}
