// Activation: a grant becomes its user's profile. This folder knows profiles and whose they are; it knows neither
// the wire, nor how a user is proven, nor how a profile is stored.

import { grantProblems, type Grant } from '../authentication/credentials.ts'
import {
  clientRejected,
  grantRejected,
  notAUser,
  type GrantRejected,
} from '../authentication/grantRejected.ts'
import type { Prove } from '../authentication/prove.ts'
import { plainUser, type Caller } from '../authentication/subject.ts'
import type { TooManyAttempts } from '../authentication/throttle/tooManyAttempts.ts'
import type { Authorize } from '../authorization/authorize.ts'
import { refuseProblems } from '../errors.ts'
import type { Profile } from './profile.ts'
import { createSynchronization, Overtaken, type SynchronizationParts } from './synchronization.ts'

const action = 'cluster:admin/xpack/security/profile/activate'

interface ActivateParts extends SynchronizationParts {
  authorize: Authorize
  prove: Prove
}

type Answer = Profile | GrantRejected | TooManyAttempts

/** Makes the use case: the grant's user gets a profile, created or refreshed and enabled, labels and data untouched. */
export function createActivate({ authorize, prove, ...parts }: ActivateParts) {
  const { find, write, untilWritten } = createSynchronization(parts)

  return async function activate(caller: Caller, grant: Grant): Promise<Answer> {
    // 1  Is it a grant at all, and may the caller do this?
    refuseProblems(grantProblems(grant))
    await authorize(caller, action)
    return clientRejected(grant) ?? untilWritten(() => attempt(caller, grant))
  }

  async function attempt(caller: Caller, grant: Grant): Promise<Answer | Overtaken> {
    // 2  Whom does the grant prove?
    const proof = await prove(grant, { role: 'subject', caller })
    if (proof.kind !== 'proven') return grantRejected(grant, proof, action)
    const { subject, standing = plainUser, basis } = proof
    if (standing.subjectType !== 'user') return notAUser(grant, standing.subjectType)

    // 3  Which profile is that user's? Proving took its time: it is read together with whether the proof stands, and may
    //    be refreshed in passing.
    const found = await find(subject, basis, { enables: true })
    if (found instanceof Overtaken) return found

    // 4  Unless that is done: leave it, refresh it or create it, while the proof stands and nobody else has written.
    // 5  Return it.
    return write(found)
  }
}

export type Activate = ReturnType<typeof createActivate>
