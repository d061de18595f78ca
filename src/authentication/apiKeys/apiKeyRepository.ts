import type { Role } from '../../authorization/role.ts'
import type { Basis } from '../basis.ts'
import type { ApiKeyOrigin, KeyOwner, RealmRef, TokenOrigin } from '../subject.ts'

/** An API key as it is stored, but for the hash of its secret. Times are in epoch milliseconds. */
export interface ApiKey extends ApiKeyOrigin {
  readonly metadata: Readonly<Record<string, unknown>>
  readonly createdAt: number
  /** Null: never. */
  readonly expiresAt: number | null
  readonly invalidatedAt: number | null
}

export interface NewApiKey {
  readonly id: string
  /** base64url(SHA-256(secret)). The secret itself is nowhere. */
  readonly keyHash: string
  readonly name: string
  readonly owner: KeyOwner
  readonly roleDescriptors: readonly Role[]
  readonly limitedBy: readonly Role[]
  readonly metadata: Readonly<Record<string, unknown>>
  /** The access token with which it was asked for, or null. */
  readonly parent: TokenOrigin | null
}

/** For how long a key is valid and, past that, kept, in milliseconds, and how many there can be. */
export interface KeyBounds {
  /** Null: until it is invalidated. */
  readonly valid: number | null
  readonly retained: number
  /** How many valid keys its owner can have: a user of one realm. */
  readonly most: number
}

/** A key as one statement found it. */
export interface FoundApiKey {
  readonly apiKey: ApiKey
  readonly keyHash: string
  /** Whether it has neither expired nor been invalidated. */
  readonly isValid: boolean
  readonly securityEpoch: number
}

/** Which keys: all that fit everything that is not null. */
export interface ApiKeySelection {
  readonly ids: readonly string[] | null
  /** The whole name, or with a `*` at its end the beginning of it. */
  readonly name: string | null
  readonly username: string | null
  readonly realmName: string | null
  readonly owner: OwnerSelection | null
  /** Only those that are neither invalidated nor expired. */
  readonly activeOnly: boolean
}

/** Whose keys somebody calls their own: those of all realms in which they are the same person. */
export interface OwnerSelection {
  readonly username: string
  readonly realms: readonly Pick<RealmRef, 'name' | 'type'>[]
  readonly via: string | null
}

/** A part of a list. */
export interface Page {
  readonly from: number
  readonly size: number
  readonly newestFirst: boolean
}

/** What API keys need of the database. Every write is one atomic statement; times are the database's. */
export interface ApiKeyRepository {
  /**
   * Stores a key as made now, and answers with when it was made and until when it is valid. Null, and nothing is stored,
   * if the basis does not stand any more, or the parent was invalidated: the key would keep for good what was taken from
   * its owner meanwhile. Without a basis, or a parent, nothing is asked of it.
   * Null as well if the owner has so many valid keys as there can be; of keys that are made at once, a few may be made beyond that.
   */
  create(
    key: NewApiKey,
    bounds: KeyBounds,
    basis: Basis | null,
  ): Promise<Pick<ApiKey, 'createdAt' | 'expiresAt'> | null>
  find(id: string): Promise<FoundApiKey | null>
  /** Those selected, or a part of them, by when they were made, oldest first. */
  list(selection: ApiKeySelection, page: Page | null): Promise<ApiKey[]>
  /** The ids of what `list` answers with, in its order. */
  ids(selection: ApiKeySelection, page: Page | null): Promise<string[]>
  count(selection: ApiKeySelection): Promise<number>
  /** Invalidates those selected, and answers with the ids of those that were not invalidated before. */
  invalidate(selection: ApiKeySelection, retained: number): Promise<string[]>
  /** Removes keys that nobody misses any more; some, if there are very many. How many. */
  removeOld(): Promise<number>
}
