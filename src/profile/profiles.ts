import type { DomainOf } from '../authentication/domain.ts'
import type { Caller } from '../authentication/subject.ts'
import type { Authorize } from '../authorization/authorize.ts'
import { refuseProblems } from '../errors.ts'
import type { Document } from './document.ts'
import { filterData } from './filterData.ts'
import { isOwnedBy, ownedProfile } from './ownedProfile.ts'
import type { Profile } from './profile.ts'
import type { ProfileRepository } from './repository.ts'
import { readsOwnProfile, type SelfActivates } from './selfActivation.ts'
import { baseOf } from './uid.ts'

const action = 'cluster:admin/xpack/security/profile/get'

const mostUids = 1_000
/** Each is looked for everywhere in a document. */
const mostFilters = 100

interface Found {
  readonly profiles: Profile[]
  readonly missing: string[]
}

interface ProfilesParts {
  authorize: Authorize
  profiles: Pick<ProfileRepository, 'candidates' | 'find' | 'findWithData'>
  domainOf: DomainOf
  selfActivates: SelfActivates
}

/** Makes the use cases that read profiles. */
export function createProfiles({ authorize, profiles, domainOf, selfActivates }: ProfilesParts) {
  const authorizeRead = (caller: Caller) => authorize(caller, action)
  const authorizeOwn = async (caller: Caller) => {
    if (!readsOwnProfile(caller, selfActivates)) await authorizeRead(caller)
  }
  return {
    /** Throws `FORBIDDEN` unless the caller may read profiles. */
    authorizeRead,

    /** The profiles that exist, in the order of the request, and the uids of those that do not. Source: spec 3.1. */
    async find(caller: Caller, uids: readonly string[]): Promise<Found> {
      refuseProblems(uidProblems(uids))
      await authorizeRead(caller)
      const asked = [...new Set(uids)]
      const found = new Map((await profiles.find(asked)).map((profile) => [profile.uid, profile]))
      return {
        profiles: asked.flatMap((uid) => found.get(uid) ?? []),
        missing: asked.filter((uid) => !found.has(uid)).sort(),
      }
    },

    /** The caller's own profile, or null. Needs the right to read all, or a realm whose users may activate themselves. */
    async mine(caller: Caller): Promise<Profile | null> {
      await authorizeOwn(caller)
      if (caller.subjectType !== 'user') return null
      const { profiles: candidates } = await profiles.candidates(baseOf(caller.username), null)
      return ownedProfile(caller, domainOf(caller.realm), candidates) ?? null
    },

    /** What the filters keep of a profile's application data, of the version that was found or a later one. */
    async data(caller: Caller, profile: Profile, filters: readonly string[]): Promise<Document> {
      if (filters.length > mostFilters) refuseProblems([`at most [${mostFilters}] filters can be given`])
      const isOwn = isOwnedBy(profile, caller, domainOf(caller.realm))
      await (isOwn ? authorizeOwn(caller) : authorizeRead(caller))
      const [row] = await profiles.findWithData([profile.uid])
      return filterData(row?.data ?? {}, filters)
    },
  }
}

export type Profiles = ReturnType<typeof createProfiles>

function uidProblems(uids: readonly string[]): string[] {
  if (uids.length === 0) return ['profile UIDs must be provided']
  if (uids.length > mostUids) return [`at most [${mostUids}] profile UIDs can be provided`]
  return uids.some((uid) => uid.trim() === '') ? ['Profile UID cannot be empty'] : []
}
