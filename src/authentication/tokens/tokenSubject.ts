import type { RealmRef, Subject } from '../subject.ts'
import type { FoundPair } from './tokenRepository.ts'

/** The configured realm of a type and a name, or null. */
export type RealmOf = (type: string, name: string) => RealmRef | null

/** Whom tokens are for, as of now. Null if that is nobody any more: the user or the realm has gone. */
export function tokenSubject(pair: FoundPair, realmOf: RealmOf): Subject | null {
  const { username, realmType, realmName, snapshot, user, stands } = pair
  const realm = realmOf(realmType, realmName)
  const details = user?.details ?? snapshot
  return realm && stands && details ? { ...details, username, realm } : null
}
