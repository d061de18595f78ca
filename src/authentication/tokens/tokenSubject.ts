import type { RealmRef, Subject } from '../subject.ts'
import type { FoundPair } from './tokenRepository.ts'

/**
 * The realm of a type and a name, if it still is one of ours, or one of those behind the realm that has asked elsewhere;
 * else null.
 */
export type RealmOf = (type: string, name: string, via: string | null) => RealmRef | null

/** Whom tokens are for, as of now. Null if that is nobody any more: the user or the realm has gone. */
export function tokenSubject(pair: FoundPair, realmOf: RealmOf): Subject | null {
  const { username, realmType, realmName, snapshot, user, stands } = pair
  const realm = realmOf(realmType, realmName, snapshot?.via ?? null)
  const details = user?.details ?? snapshot
  if (!realm || !stands || !details) return null
  const { roles, fullName, email, metadata } = details
  return { username, roles, fullName, email, metadata, realm }
}
