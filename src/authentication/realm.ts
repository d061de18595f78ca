// The contract of a realm: something that can prove who a user is. A realm answers three ways: not mine (null),
// mine and proven, mine and refused. It throws only if it cannot judge, and the chain then says so.

import type { Basis } from './basis.ts'
import type { Credentials } from './credentials.ts'
import type { Source } from './source.ts'
import type { AuthenticationType, ProvenToken, Standing, Subject } from './subject.ts'

export interface Realm {
  /** The one kind of credentials that can be its own: about others it is not asked. Without it: any can. */
  readonly takes?: Credentials['kind']
  /**
   * `source`: for whom it is done, where others wait for the same. `anew`: a remembered password counts only where one that
   * is not remembered could be judged now too.
   */
  authenticate(credentials: Credentials, source: Source, anew?: boolean): Promise<Proof | Refusal | null>
}

/** A user proven by one set of credentials. */
export interface Proof {
  readonly kind: 'proven'
  readonly subject: Subject
  readonly authenticationType: AuthenticationType
  /** Without it: a user of one of our realms, which says the roles itself. */
  readonly standing?: Standing
  /** The token of ours that was proven, if it is one. */
  readonly token?: ProvenToken
  /**
   * What the proof rests on in our database, or null if on nothing there. Proving can take long: whoever writes down
   * what the proof says makes sure that this still stands.
   */
  readonly basis: Basis | null
  /**
   * The security epoch when the subject was read: who decides about it must know definitions as new as that. Null if
   * nothing was read.
   */
  readonly securityEpoch: number | null
}

export interface Refusal {
  readonly kind: 'refused'
  readonly reason: 'NOT_AUTHENTICATED' | 'TOKEN_EXPIRED'
  /** Why, for those who manage security: never for whoever has sent the credentials. */
  readonly detail?: string
  /**
   * Whether the credentials can be made up. Not if an issuer has signed them, or a server knows them. Found out only where
   * it matters. Without it: they can.
   */
  readonly isGuess?: () => boolean
  /** Whether there is such a user or API key: for the audit log alone, which names nobody else. */
  readonly isKnown?: true
  /** Whether no other realm is to see the credentials. */
  readonly isFinal?: true
}

export const refused: Refusal = { kind: 'refused', reason: 'NOT_AUTHENTICATED' }

export const refusedKnown: Refusal = { ...refused, isKnown: true }

/** Only of a token that was really ours. */
export const expired: Refusal = { kind: 'refused', reason: 'TOKEN_EXPIRED' }

/** Whether what was refused was a guess: a token that was ours, and is over, was none. */
export function isGuess({ reason, isGuess }: Refusal): boolean {
  return reason !== 'TOKEN_EXPIRED' && (isGuess?.() ?? true)
}
