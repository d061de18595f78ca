import type { Basis } from '../authentication/basis.ts'
import type { Document } from './document.ts'
import type { Profile, ProfileUser } from './profile.ts'

/** What an activation makes of a user's profile. */
export interface Refresh {
  readonly user: ProfileUser
  /** Whether a disabled profile is refreshed too, and so enabled. */
  readonly enables: boolean
  /** For how long after an activation an equal one writes nothing, in milliseconds. */
  readonly unchangedGrace: number
}

/** The profiles that could belong to a username, at one instant of the database. */
export interface Candidates {
  /** That instant by the database's clock, in epoch milliseconds. */
  readonly now: number
  /** Whether the basis still stood at that instant. */
  readonly stands: boolean
  readonly profiles: readonly Profile[]
  /** Whether this read has refreshed the profile, then the only one: what is stored by now is its next version. */
  readonly isRefreshed: boolean
}

/**
 * What this folder needs of the database. Every write is one atomic statement that bumps `seqNo` by one. What is
 * written on a basis is written only while that stands; without one (null) nothing else is asked.
 */
export interface ProfileRepository {
  /**
   * All profiles of usernames with this base, whoever owns them and whatever their uids look like. Where there is one, of
   * that user of that very realm, and nobody else is writing it, it may be refreshed in passing, while the basis stands.
   */
  candidates(base: string, basis: Basis | null, refresh?: Refresh): Promise<Candidates>
  /** Stores a new profile with empty labels and data. False if its uid is already given, or the basis is gone. */
  create(base: string, profile: Profile, basis: Basis | null): Promise<boolean>
  /**
   * Writes user block, time and `enabled` of `next` over the profile that still has the version before it; labels
   * and data stay as they are. False if somebody else has written since, or the basis is gone.
   */
  refresh(next: Profile, basis: Basis | null): Promise<boolean>
  /** Puts a profile into use, or out of it. False, and nothing is written, if it is so already or is not there. */
  setEnabled(uid: string, enabled: boolean): Promise<boolean>
  /**
   * Writes the labels of `next`, and the data, over the profile that still has the version before it. False if
   * somebody else has written since.
   */
  setData(next: Profile & Pick<ProfileWithData, 'labels'>, data: Document): Promise<boolean>
  /** Those of the profiles that exist, in any order. */
  find(uids: readonly string[]): Promise<Profile[]>
  /**
   * The labels or the application data, by uid, of as many of the profiles as have at most `mostBytes` of them together;
   * with `oneAtLeast` of at least one, if any is there.
   */
  findDocuments(
    part: 'labels' | 'data',
    uids: readonly string[],
    mostBytes: number,
    oneAtLeast: boolean,
  ): Promise<ReadonlyMap<string, Document>>
  /** The same as `find`, with all their labels and their application data: those that have at most `mostBytes` of both. */
  findWithData(uids: readonly string[], mostBytes?: number): Promise<ProfileWithData[]>
}

export type ProfileWithData = Profile & Readonly<Record<'labels' | 'data', Document>>
