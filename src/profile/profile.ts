import type { RealmRef, Subject } from '../authentication/subject.ts'
import type { Document } from './document.ts'

/** The other half of a version. Elasticsearch counts failovers in it, of which there are none here. */
export const primaryTerm = 1

/** What a profile says of its user, as of the last activation that changed it. */
export interface ProfileUser {
  readonly username: string
  readonly roles: readonly string[]
  readonly fullName: string | null
  readonly email: string | null
  readonly realm: RealmRef
}

/**
 * A profile without what may be large, and is read only where it is asked for: application data, and labels that are large.
 */
export interface Profile {
  readonly uid: string
  readonly enabled: boolean
  /** Epoch milliseconds. */
  readonly lastSynchronized: number
  readonly user: ProfileUser
  /** Null: they are large, and were not read. */
  readonly labels: Document | null
  /** Counts the writes of this profile from 0. */
  readonly seqNo: number
}

/** What a profile keeps of a subject. */
export function profileUserOf({ username, roles, fullName, email, realm }: Subject): ProfileUser {
  return { username, roles, fullName, email, realm }
}

/** Whether two user blocks say the same, roles in the same order. */
export function isSameUser(one: ProfileUser, other: ProfileUser): boolean {
  return (
    one.username === other.username &&
    one.fullName === other.fullName &&
    one.email === other.email &&
    one.realm.name === other.realm.name &&
    one.realm.type === other.realm.type &&
    one.realm.domain === other.realm.domain &&
    one.roles.length === other.roles.length &&
    one.roles.every((role, index) => role === other.roles[index])
  )
}
