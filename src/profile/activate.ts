// Activation: a grant becomes its user's profile. This folder knows profiles and whose they are; it knows neither
// the wire, nor how a user is proven, nor how a profile is stored.

import type { Prove } from '../authentication/chain.ts'
import type { Domain, DomainOf } from '../authentication/domain.ts'
import { grantProblems, type Grant } from '../authentication/credentials.ts'
import {
  clientRejected,
  grantRejected,
  notAUser,
  type GrantRejected,
} from '../authentication/grantRejected.ts'
import { plainUser, type Caller, type Subject } from '../authentication/subject.ts'
import type { Authorize } from '../authorization/authorize.ts'
import { Failure, refuseProblems } from '../errors.ts'
import { createInTurn } from './inTurn.ts'
import { ownedProfile } from './ownedProfile.ts'
import { isSameUser, profileUserOf, type Profile } from './profile.ts'
import type { Candidates, ProfileRepository } from './repository.ts'
import { baseOf, newUid } from './uid.ts'

const action = 'cluster:admin/xpack/security/profile/activate'

/** Each lost one is a write that somebody else has made, of the profile or of its user. */
const mostAttempts = 1_000

interface ActivateParts {
  authorize: Authorize
  prove: Prove
  profiles: Pick<ProfileRepository, 'candidates' | 'create' | 'refresh'>
  domainOf: DomainOf
  /** For how long after an activation an equal one writes nothing, in milliseconds. */
  unchangedGrace: number
}

/** Makes the use case: the grant's user gets a profile, created or refreshed and enabled, labels and data untouched. */
export function createActivate({ authorize, prove, profiles, domainOf, unchangedGrace }: ActivateParts) {
  const inTurn = createInTurn()

  return async function activate(caller: Caller, grant: Grant): Promise<Profile | GrantRejected> {
    // 1  Is it a grant at all, and may the caller do this?
    refuseProblems(grantProblems(grant))
    await authorize(caller, action)
    const result = clientRejected(grant) ?? (await attempt(caller, grant))
    return isOvertaken(result) ? inTurn(result.base, () => attemptAgain(caller, grant)) : result
  }

  async function attempt(caller: Caller, grant: Grant): Promise<Profile | GrantRejected | Overtaken> {
    // 2  Whom does the grant prove?
    const proof = await prove(grant, caller.securityEpoch)
    if (proof.kind === 'refused') return grantRejected(grant, proof, action)
    const { subject, standing = plainUser, basis } = proof
    if (standing.subjectType !== 'user') return notAUser(grant, standing.subjectType)
    const domain = domainOf(subject.realm)

    // 3  Which profile is that user's? Proving took its time: it is read together with whether the proof stands.
    const base = baseOf(subject.username)
    const candidates = await profiles.candidates(base, basis)
    if (!candidates.stands) return { kind: 'Overtaken', base }
    const owned = ownedProfile(subject, domain, candidates.profiles)

    // 4  Leave it, refresh it or create it, while the proof stands and nobody else has written.
    if (owned && isUnchanged(owned, subject, candidates.now)) return owned
    const next = owned
      ? refreshed(owned, subject, candidates.now)
      : firstOf(base, subject, domain, candidates)
    const written = owned ? await profiles.refresh(next, basis) : await profiles.create(base, next, basis)

    // 5  Return it.
    return written ? next : { kind: 'Overtaken', base }
  }

  /** In turn, so that the many who activate one user at once do not write in vain again and again. */
  async function attemptAgain(caller: Caller, grant: Grant): Promise<Profile | GrantRejected> {
    for (let attempts = 0; attempts < mostAttempts; attempts++) {
      const result = await attempt(caller, grant)
      if (!isOvertaken(result)) return result
    }
    throw new Failure('UNAVAILABLE', 'others write this profile all the time, try again later')
  }

  function isUnchanged(profile: Profile, subject: Subject, now: number): boolean {
    const fresh = now - profile.lastSynchronized < unchangedGrace
    return fresh && profile.enabled && isSameUser(profile.user, profileUserOf(subject))
  }
}

export type Activate = ReturnType<typeof createActivate>

/** The user, or the profile, was written by somebody else meanwhile. */
interface Overtaken {
  readonly kind: 'Overtaken'
  /** Of the user. */
  readonly base: string
}

function isOvertaken(result: Profile | GrantRejected | Overtaken): result is Overtaken {
  return 'kind' in result && result.kind === 'Overtaken'
}

function refreshed(profile: Profile, subject: Subject, now: number): Profile {
  return {
    ...profile,
    enabled: true,
    lastSynchronized: Math.max(now, profile.lastSynchronized),
    user: profileUserOf(subject),
    seqNo: profile.seqNo + 1,
  }
}

function firstOf(
  base: string,
  subject: Subject,
  domain: Domain | null,
  { now, profiles }: Candidates,
): Profile {
  const given = profiles.map(({ uid }) => uid)
  return {
    uid: newUid(base, subject, domain, given),
    enabled: true,
    lastSynchronized: now,
    user: profileUserOf(subject),
    labels: {},
    seqNo: 0,
  }
}
