import type { Read } from '../read.ts'
import type { Basis } from './basis.ts'
import type { Grounds } from './grounds.ts'

/** A user as the database keeps it. */
export interface StoredUser {
  readonly username: string
  readonly passwordHash: string
  readonly roles: readonly string[]
  readonly fullName: string | null
  readonly email: string | null
  readonly metadata: Readonly<Record<string, unknown>>
  readonly enabled: boolean
}

/** A user without its password hash: what may leave the gateway. */
export type User = Omit<StoredUser, 'passwordHash'>

/** A user as one statement found it. */
export interface FoundUser {
  readonly user: StoredUser
  readonly basis: Basis
  /** The security epoch at that moment. */
  readonly securityEpoch: number
}

/** What a password is verified against. */
export interface StoredPassword {
  readonly passwordHash: string
  readonly enabled: boolean
  /** The user whose it is, as the same statement found it; null if the user is large. */
  readonly found: FoundUser | null
}

/** What the authentication service needs of the database. Every write is one atomic statement. */
export interface UserRepository {
  /** How long it takes does not tell how large the user is, nor whether there is one. */
  findPassword(username: string): Promise<StoredPassword | null>
  find(username: string): Promise<FoundUser | null>
  /** Those of the named users that exist, or all users, by name: read part by part, as there is room for them. */
  list(usernames: readonly string[] | null, read: Read): Promise<User[]>
  /**
   * Creates the user or replaces it whole. True if it was created; null, and nothing is stored, if the grounds do not
   * stand any more.
   */
  put(user: StoredUser, grounds: Grounds): Promise<boolean | null>
  /** Replaces an existing user but for its password. False if there is none. */
  replace(user: User): Promise<boolean>
  /** False if there is no such user; null, and nothing is stored, as above. */
  setPasswordHash(username: string, passwordHash: string, grounds: Grounds): Promise<boolean | null>
  /**
   * Stores another hash of the same password, for the user that a basis is. False, and nothing is stored, if that user
   * was written since. Where the user has tokens all the same, they end, as with another password.
   */
  rehash(basis: Basis, passwordHash: string): Promise<boolean>
  setEnabled(username: string, enabled: boolean): Promise<boolean>
  delete(username: string): Promise<boolean>
  /** The hashes of enabled users after a name, in the database's own order of names; so many at most. */
  passwordHashes(after: string, most: number): Promise<Pick<StoredUser, 'username' | 'passwordHash'>[]>
  /** Creates the user unless there is one of that name, which it returns. */
  createIfAbsent(user: StoredUser): Promise<StoredUser>
}
