import type { Origin } from './origin.ts'
import type { Caller } from './subject.ts'

/** That somebody tries credentials: for oneself, as the caller, or on behalf of the subject of a grant. */
export type Attempt = CallerAttempt | SubjectAttempt

export interface CallerAttempt {
  readonly role: 'caller'
  /** Where the request comes from. */
  readonly origin: Origin
}

export interface SubjectAttempt {
  readonly role: 'subject'
  /** Who tries them, and may do so: the privilege is checked before. */
  readonly caller: Caller
}
