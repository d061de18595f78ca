import type { Caller } from '../authentication/subject.ts'
import type { Authorize } from '../authorization/authorize.ts'
import { refuseProblems } from '../errors.ts'
import type { Document } from './document.ts'
import { filterData } from './filterData.ts'
import type { Profile } from './profile.ts'
import type { ProfileRepository } from './repository.ts'

const action = 'cluster:admin/xpack/security/profile/get'

interface ProfilesParts {
  authorize: Authorize
  profiles: Pick<ProfileRepository, 'find' | 'data'>
}

/** Makes the use cases that read profiles. */
export function createProfiles({ authorize, profiles }: ProfilesParts) {
  return {
    /** The profiles that exist, in the order of the request, and the uids of those that do not. Source: spec 3.1. */
    async find(caller: Caller, uids: readonly string[]): Promise<{ profiles: Profile[]; missing: string[] }> {
      refuseProblems(problemsOf(uids))
      await authorize(caller, action)
      const asked = [...new Set(uids)]
      const found = new Map((await profiles.find(asked)).map((profile) => [profile.uid, profile]))
      return {
        profiles: asked.flatMap((uid) => found.get(uid) ?? []),
        missing: asked.filter((uid) => !found.has(uid)).sort(),
      }
    },

    /** What the filters keep of a profile's application data. Whoever got the profile may read it. */
    async data({ uid }: Profile, filters: readonly string[]): Promise<Document> {
      if (filters.length === 0) return {}
      return filterData((await profiles.data(uid)) ?? {}, filters)
    },
  }
}

export type Profiles = ReturnType<typeof createProfiles>

function problemsOf(uids: readonly string[]): string[] {
  if (uids.length === 0) return ['profile UIDs must be provided']
  return uids.some((uid) => uid.trim() === '') ? ['Profile UID cannot be empty'] : []
}
