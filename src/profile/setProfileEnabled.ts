import type { Caller } from '../authentication/subject.ts'
import type { Authorize } from '../authorization/authorize.ts'
import type { Profile } from './profile.ts'
import type { ProfileRepository } from './repository.ts'

interface SetEnabledParts {
  authorize: Authorize
  profiles: Pick<ProfileRepository, 'find' | 'setEnabled'>
}

/** Makes the use case that takes a profile out of use, or back into it. Null if there is no such profile. */
export function createSetProfileEnabled({ authorize, profiles }: SetEnabledParts) {
  return async function setProfileEnabled(
    caller: Caller,
    uid: string,
    enabled: boolean,
  ): Promise<Profile | null> {
    await authorize(caller, 'cluster:admin/xpack/security/profile/set_enabled')
    for (;;) {
      const written = await profiles.setEnabled(uid, enabled)
      const [profile] = await profiles.find([uid])
      if (!profile) return null
      // Otherwise somebody has just made it, or done the opposite.
      if (written || profile.enabled === enabled) return profile
    }
  }
}

export type SetProfileEnabled = ReturnType<typeof createSetProfileEnabled>
