import type { Caller } from '../authentication/subject.ts'
import { tooManyAttempts, type TooManyAttempts } from '../authentication/throttle/tooManyAttempts.ts'
import type { CountUse } from '../authentication/throttle/usesPerMinute.ts'
import { Failure } from '../errors.ts'
import type { Profile } from './profile.ts'
import { requireSelfActivation, type SelfActivates } from './selfActivation.ts'
import { createSynchronization, Overtaken, type SynchronizationParts } from './synchronization.ts'

/** The answer to whoever is not to be let in: only `manage_user_profile` takes the profile back into use. */
export interface ProfileDisabled {
  readonly kind: 'ProfileDisabled'
  readonly message: string
}

interface ActivateMineParts extends SynchronizationParts {
  selfActivates: SelfActivates
  countUse: CountUse
}

/**
 * Makes the use case for browser applications: the caller's own profile, created or refreshed, labels and data
 * untouched. One that is disabled stays as it is, to the letter.
 */
export function createActivateMine({ selfActivates, countUse, ...parts }: ActivateMineParts) {
  const { find, write, untilWritten } = createSynchronization(parts)

  return async function activateMine(caller: Caller): Promise<Profile | ProfileDisabled | TooManyAttempts> {
    // 1  May this caller activate itself, and so often?
    requireSelfActivation(caller, selfActivates)
    const wait = countUse(caller)
    if (wait !== null) return tooManyAttempts(wait)
    const answer = await untilWritten(() => attempt(caller))
    if (answer === null) throw new Failure('UNAVAILABLE', 'the user has just been changed, try again')
    return answer
  }

  /** Null: the caller is no longer what it was when the request began, and there is no grant to prove anew. */
  async function attempt(caller: Caller): Promise<Profile | ProfileDisabled | Overtaken | null> {
    // 2  Which profile is the caller's, if that still is who it was? It may be refreshed in passing if it is in use.
    const found = await find(caller, caller.basis, { enables: false })
    if (found instanceof Overtaken) return null

    // 3  Is it in use?
    if (found.profile?.enabled === false) return profileDisabled(found.profile)

    // 4  Unless that is done: leave it, refresh it or create it, while nobody else has written.
    // 5  Return it.
    return write(found)
  }
}

export type ActivateMine = ReturnType<typeof createActivateMine>

function profileDisabled({ uid }: Profile): ProfileDisabled {
  return { kind: 'ProfileDisabled', message: `the profile [${uid}] is disabled` }
}
