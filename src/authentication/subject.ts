/** The realm that proved a user, as profiles remember it. */
export interface RealmRef {
  readonly name: string
  /** `native`, `reserved`, later `jwt` and others. */
  readonly type: string
  /** The domain that the realm belongs to, if any. */
  readonly domain: string | null
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

/** How a caller proved itself, in Elasticsearch's words. */
export type AuthenticationType = 'realm'

/** Whoever sends the request. Never the subject of a grant, even where both are the same person. */
export interface Caller extends Subject {
  readonly authenticationType: AuthenticationType
  /** The security epoch when the caller was read. */
  readonly securityEpoch: number
}
