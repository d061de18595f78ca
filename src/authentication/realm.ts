// The contract of a realm: something that can prove who a user is. A realm answers three ways: not mine (null),
// mine and proven, mine and refused. It throws only if it cannot judge, and the chain then says so.

import type { Grant } from './credentials.ts'
import type { RealmRef, Subject } from './subject.ts'

export interface Realm {
  readonly ref: RealmRef
  authenticate(credentials: Grant): Promise<Proof | Refusal | null>
}

/** A user proven by one set of credentials. */
export interface Proof {
  readonly kind: 'proven'
  readonly subject: Subject
  /**
   * The subject as it is known now, or null if these credentials would no longer prove it. Proving can take long;
   * whoever writes down what the proof says asks again first.
   */
  confirm(): Promise<Subject | null>
}

export interface Refusal {
  readonly kind: 'refused'
}

export const refused: Refusal = { kind: 'refused' }
