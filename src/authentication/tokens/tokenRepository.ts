import type { Basis } from '../basis.ts'
import type { Client } from '../client.ts'
import type { Standing, TokenOrigin } from '../subject.ts'
import type { User } from '../userRepository.ts'

/** What a realm has said of a user who is not our own. Older ones do not say on what that stands. */
export type Snapshot = Pick<User, 'roles' | 'fullName' | 'email' | 'metadata'> &
  Partial<Pick<Standing, 'mappedFrom' | 'via' | 'subjectType'>>

/** The hashes under which an access token and its refresh token are stored. The tokens themselves are nowhere. */
export interface PairHashes {
  readonly accessHash: string
  /** Null if there is no refresh token. */
  readonly refreshHash: string | null
}

/** What an access token, and its refresh token, are stored with. */
interface PairFacts {
  readonly username: string
  readonly realmName: string
  readonly realmType: string
  /** Null for users of our own, and for whom one of them stands: those are read whenever a token is used. */
  readonly snapshot: Snapshot | null
  /** Who asked for it: that client alone may refresh it. */
  readonly client: Client
  /** The API key that asked for it in its own name, or null. */
  readonly apiKeyId: string | null
}

export interface NewPair extends PairHashes, PairFacts {
  /** The access token with which it was asked for; null: it is a login of its own. */
  readonly parent: TokenOrigin | null
}

/** For how long tokens are valid from their issue on, in milliseconds. */
export interface Lifetimes {
  readonly access: number
  readonly refresh: number
  /** How much longer it is known that they were ours. */
  readonly remembered: number
}

/** A pair as one statement found it. */
export interface FoundPair extends PairFacts, TokenOrigin {
  readonly accessExpiresAt: number
  readonly accessInvalidated: boolean
  readonly refresh: RefreshState | null
  /** Whether it rests on no user of ours, or on one who is still there, enabled, and of the same incarnation. */
  readonly stands: boolean
  /** That user. */
  readonly user: { readonly details: Snapshot; readonly basis: Basis } | null
  /** The database's clock, in epoch milliseconds, as all times. */
  readonly now: number
  readonly securityEpoch: number
}

export interface RefreshState {
  readonly expiresAt: number
  readonly invalidated: boolean
  /** When it was first used. */
  readonly usedAt: number | null
  /** With it and the refresh token, the successors can be made again. */
  readonly salt: string | null
  /** Whether its successors were ever stored: to use it and to store them are two steps. */
  readonly succeeded: boolean
}

/** Whose tokens: all that fit what is named. */
export type TokenSelection =
  | { readonly family: string }
  | { readonly username: string | null; readonly realmName: string | null }

/** How many tokens there are in pairs of which one at least is neither invalidated nor expired. */
export interface ActiveTokens {
  readonly valid: number
  readonly invalidated: number
  /** When the last of their logins was, in epoch milliseconds: in the future, if the clock was put back since. */
  readonly newestLogin: number
}

/** What the token service needs of the database. Every write is one atomic statement; times are the database's. */
export interface TokenRepository {
  /**
   * Stores a pair as issued now. False, and nothing is stored, if its user is another than that of the basis by now, or
   * cannot log in, or its parent was invalidated; without them nothing is asked.
   */
  create(pair: NewPair, lifetimes: Lifetimes, basis: Basis | null): Promise<boolean>
  find(hash: { readonly accessHash: string } | { readonly refreshHash: string }): Promise<FoundPair | null>
  /**
   * Marks the first use of a pair's refresh token, in place of one at that time, if there was one. False if it was used
   * at another, or is not valid.
   */
  use(accessHash: string, salt: string, usedAt: number | null): Promise<boolean>
  /**
   * Stores the successor of a pair as issued when that was used, unless it is there already. False if the pair is not
   * one that was used with this salt, or not valid any more.
   */
  succeed(
    predecessor: { readonly accessHash: string; readonly salt: string },
    successor: PairHashes,
    lifetimes: Lifetimes,
  ): Promise<boolean>
  /**
   * Counts the tokens of active pairs: of all, or of those of logins until a time of which others were invalidated
   * already. One that expired counts as valid.
   */
  active(selection: TokenSelection, until: number | null): Promise<ActiveTokens>
  /**
   * Invalidates all tokens of the active pairs of logins until a time. False if there are none, such as when somebody
   * else has just done it.
   */
  invalidateActive(selection: TokenSelection, until: number): Promise<boolean>
  /** Invalidates one token of a pair. False if it was so before. */
  invalidate(kind: 'access' | 'refresh', accessHash: string): Promise<boolean>
  /** Removes pairs of which nothing need be known any more; some, if there are very many. How many. */
  removeOld(): Promise<number>
  /** Forgets the salts of pairs that were used so long ago, in milliseconds. How many. */
  wipeSalts(age: number): Promise<number>
}
