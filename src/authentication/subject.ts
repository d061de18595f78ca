import type { Role } from '../authorization/role.ts'
import type { Basis } from './basis.ts'
import type { Origin } from './origin.ts'

/** The realm that proved a user, as profiles remember it. */
export interface RealmRef {
  readonly name: string
  /** `native`, `reserved`, `jwt`, `introspection`, or any type of a cluster's realms. */
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

/** How somebody was proven, in Elasticsearch's words: by what a realm knows, by a token of ours, or by an API key. */
export type AuthenticationType = 'realm' | 'token' | 'api_key'

/** What a subject is. Only users have profiles. Source: spec 2.7. */
export type SubjectType = 'user' | 'api_key' | 'service_account'

/** Whether it is an API key, of ours or of another server. */
export function isApiKey({ subjectType }: Pick<Standing, 'subjectType'>): boolean {
  return subjectType === 'api_key'
}

/** Whether it is a service account, which only another server has. */
export function isServiceAccount({ subjectType }: Pick<Standing, 'subjectType'>): boolean {
  return subjectType === 'service_account'
}

/** What a realm that knows no roles says of a user: role mappings make the roles of it. Source: spec 5.4. */
export interface MappedFrom {
  readonly dn: string | null
  readonly groups: readonly string[]
}

/** Whose an API key is. */
export interface KeyOwner {
  readonly username: string
  /** Its domain is that of the day, not of the day when the key was made. */
  readonly realm: Pick<RealmRef, 'name' | 'type'>
  /** As in `Standing`. */
  readonly via: string | null
}

/** An API key, and what may be done with it: what both lists of roles allow, or the second alone if the first is empty. */
export interface ApiKeyOrigin {
  readonly id: string
  readonly name: string
  readonly owner: KeyOwner
  readonly roleDescriptors: readonly Role[]
  /** What its owner might do when it was made. */
  readonly limitedBy: readonly Role[]
}

/** What is known of a proven subject beside who it is. */
export interface Standing {
  readonly subjectType: SubjectType
  /** Null: the realm itself has said the roles. */
  readonly mappedFrom: MappedFrom | null
  /** The API key that was proven, or that has asked for the token that was. */
  readonly apiKey: ApiKeyOrigin | null
  /**
   * The configured realm that has asked another server for a subject of that server's own realms; null: the subject's
   * realm is one of ours.
   */
  readonly via: string | null
}

/** A user of one of our realms, which says the roles itself. */
export const plainUser: Standing = { subjectType: 'user', mappedFrom: null, apiKey: null, via: null }

/** A subject, and how it was proven. */
export interface Authenticated extends Subject {
  readonly authenticationType: AuthenticationType
  /** The API key that is behind it, if one is. */
  readonly apiKey?: Pick<ApiKeyOrigin, 'id' | 'name'> | null
}

/** An access token of ours, and the login from which it comes. */
export interface TokenOrigin {
  readonly accessHash: string
  /** Names the login. */
  readonly family: string
  /** When that was, in epoch milliseconds. */
  readonly familyStartedAt: number
}

/** One that has just proven somebody. */
export interface ProvenToken extends TokenOrigin {
  /** For how much longer it is valid, in milliseconds. */
  readonly left: number
}

/** Whoever sends the request. Never the subject of a grant, even where both are the same person. */
export interface Caller extends Authenticated, Standing {
  readonly apiKey: Standing['apiKey']
  /** What that rests on in our database: what is issued to the caller rests on it too. */
  readonly basis: Basis | null
  /** The token of ours that has proven it, if one has: what is issued to the caller ends with that login. */
  readonly token: ProvenToken | null
  /** The security epoch when the caller was read. */
  readonly securityEpoch: number
  /** Where the request comes from. */
  readonly origin: Origin
}
