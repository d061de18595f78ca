import type { Basis } from './basis.ts'

/** The realm that proved a user, as profiles remember it. */
export interface RealmRef {
  readonly name: string
  /** `native`, `reserved`, later `jwt` and others. */
  readonly type: string
  /** The domain that the realm belongs to, if any. */
  readonly domain: string | null
}

/** Whether two realms are one: there is only one native realm, so its name does not matter. */
export function isSameRealm(
  one: Pick<RealmRef, 'type' | 'name'>,
  other: Pick<RealmRef, 'type' | 'name'>,
): boolean {
  return one.type === other.type && (one.type === 'native' || one.name === other.name)
}

/** Whether its users are those of our database. */
export function isOwnRealm({ type }: Pick<RealmRef, 'type'>): boolean {
  return ['native', 'reserved'].includes(type)
}

/** A user whom a realm has proven. */
export interface Subject {
  readonly username: string
  readonly roles: readonly string[]
  readonly fullName: string | null
  readonly email: string | null
  readonly metadata: Readonly<Record<string, unknown>>
  readonly realm: RealmRef
}

/** How somebody was proven, in Elasticsearch's words: by what a realm knows, or by a token of ours. */
export type AuthenticationType = 'realm' | 'token'

/** A subject, and how it was proven. */
export interface Authenticated extends Subject {
  readonly authenticationType: AuthenticationType
}

/** An access token of ours, and the login from which it comes. */
export interface TokenOrigin {
  readonly accessHash: string
  /** Names the login. */
  readonly family: string
  /** When that was, in epoch milliseconds. */
  readonly familyStartedAt: number
}

/** Whoever sends the request. Never the subject of a grant, even where both are the same person. */
export interface Caller extends Authenticated {
  /** What that rests on in our database: what is issued to the caller rests on it too. */
  readonly basis: Basis | null
  /** The token of ours that has proven it, if one has: what is issued to the caller ends with that login. */
  readonly token: TokenOrigin | null
  /** The security epoch when the caller was read. */
  readonly securityEpoch: number
}
