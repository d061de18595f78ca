import type { Caller } from './subject.ts'

/** That somebody tries credentials: for oneself, as the caller, or on behalf of the subject of a grant. */
export type Attempt = { readonly role: 'caller' } | SubjectAttempt

export interface SubjectAttempt {
  readonly role: 'subject'
  /** Who tries them, and may do so: the privilege is checked before. */
  readonly caller: Caller
}
