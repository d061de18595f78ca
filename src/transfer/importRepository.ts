import type { StoredUser } from '../authentication/userRepository.ts'
import type { RoleMapping } from '../authorization/mappings/roleMapping.ts'
import type { Role } from '../authorization/role.ts'
import type { Profile } from '../profile/profile.ts'
import type { ProfileWithData } from '../profile/repository.ts'

/** What importing needs of the database. Every write is one atomic statement over some hundred rows at most. */
export interface ImportRepository {
  readonly users: NamedThings<StoredUser>
  readonly roles: NamedThings<Role>
  readonly roleMappings: NamedThings<RoleMapping>
  readonly profiles: ImportedProfiles
}

/** What is found by its name. Nothing is given twice in one call. */
export interface NamedThings<Thing> {
  /** How many there are. */
  readonly count: () => Promise<number>
  /** Those of the named ones that are there, in any order. */
  readonly find: (names: readonly string[]) => Promise<Thing[]>
  /** Stores those whose names are free, and returns their names. */
  readonly add: (things: readonly Thing[]) => Promise<string[]>
  /** Creates them, or replaces them whole. */
  readonly put: (things: readonly Thing[]) => Promise<void>
}

/** A profile that is there, as far as it matters to one that is to come. */
export interface Holder extends Pick<Profile, 'uid' | 'lastSynchronized' | 'seqNo'> {
  readonly user: Pick<Profile['user'], 'username' | 'realm'>
}

/** A profile, and under what all profiles of its username are found. */
export type BasedProfile = ProfileWithData & { readonly base: string }

export interface ImportedProfiles {
  /** Those with one of the uids, and those of usernames with one of the bases. */
  holders(bases: readonly string[], uids: readonly string[]): Promise<Holder[]>
  /** Stores those whose uids are free, and returns their uids. */
  add(profiles: readonly BasedProfile[]): Promise<string[]>
  /** Writes each over the one that still has the version given, and returns the uids of those written. */
  replace(changes: readonly ProfileChange[]): Promise<string[]>
}

export interface ProfileChange {
  readonly next: BasedProfile
  /** The `seqNo` of the one that it replaces. */
  readonly over: number
}
