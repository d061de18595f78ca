// Activation: a grant becomes its user's profile. This folder knows profiles and whose they are; it knows neither
// the wire, nor how a user is proven, nor how a profile is stored.

import type { Prove } from '../authentication/chain.ts'
import { grantProblems, type Grant } from '../authentication/credentials.ts'
import { grantRejected, type GrantRejected } from '../authentication/grantRejected.ts'
import type { Caller, Subject } from '../authentication/subject.ts'
import type { Authorize } from '../authorization/authorize.ts'
import { Failure, refuseProblems } from '../errors.ts'
import { isOwnedBy, isSameUser, profileUserOf, type Profile } from './profile.ts'
import type { Candidates, ProfileRepository } from './repository.ts'
import { baseOf, nextDifferentiator, uidOf } from './uid.ts'

const action = 'cluster:admin/xpack/security/profile/activate'

/** Each lost one is a write that somebody else has made. */
const mostAttempts = 1_000

interface ActivateParts {
  authorize: Authorize
  prove: Prove
  profiles: Pick<ProfileRepository, 'candidates' | 'create' | 'refresh'>
  /** For how long after an activation an equal one writes nothing, in milliseconds. */
  unchangedGrace: number
}

/** Makes the use case: the grant's user gets a profile, created or refreshed and enabled, labels and data untouched. */
export function createActivate({ authorize, prove, profiles, unchangedGrace }: ActivateParts) {
  return async function activate(caller: Caller, grant: Grant): Promise<Profile | GrantRejected> {
    // 1  Is it a grant at all, and may the caller do this?
    refuseProblems(grantProblems(grant))
    await authorize(caller, action)

    // 2  Whom does the grant prove?
    const proof = await prove(grant)
    if (proof.kind === 'refused') return grantRejected(grant, action)

    for (let attempt = 0; attempt < mostAttempts; attempt++) {
      // 3  Which profile is that user's? It is read before the user is confirmed: then nobody who wrote it so far
      //    knew anything newer of the user, and nobody can write later without being noticed in step 4.
      const base = baseOf(proof.subject.username)
      const candidates = await profiles.candidates(base)
      const subject = await proof.confirm()
      if (!subject) return grantRejected(grant, action)
      const owned = theOneOwnedBy(subject, candidates)

      // 4  Leave it, refresh it or create it. If somebody else has written meanwhile, look again.
      if (owned && isUnchanged(owned, subject, candidates.now)) return owned
      const next = owned ? refreshed(owned, subject, candidates.now) : firstOf(base, subject, candidates)
      const written = owned ? await profiles.refresh(next) : await profiles.create(base, next)

      if (!written) continue

      // 5  Return it, unless the user has changed meanwhile: somebody may have found that here and written nothing.
      const now = await proof.confirm()
      if (!now || isSameUser(next.user, profileUserOf(now))) return next
    }
    throw new Failure('UNAVAILABLE', 'others write this profile all the time, try again later')
  }

  function isUnchanged(profile: Profile, subject: Subject, now: number): boolean {
    const fresh = now - profile.lastSynchronized < unchangedGrace
    return fresh && profile.enabled && isSameUser(profile.user, profileUserOf(subject))
  }
}

export type Activate = ReturnType<typeof createActivate>

function theOneOwnedBy(subject: Subject, { profiles }: Candidates): Profile | undefined {
  const owned = profiles.filter((profile) => isOwnedBy(profile, subject))
  if (owned.length > 1) throw severalOwned(subject, owned)
  return owned[0]
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

function firstOf(base: string, subject: Subject, { now, profiles }: Candidates): Profile {
  const given = profiles.map(({ uid }) => uid)
  return {
    uid: uidOf(base, nextDifferentiator(base, given)),
    enabled: true,
    lastSynchronized: now,
    user: profileUserOf(subject),
    labels: {},
    seqNo: 0,
  }
}

/** Source: spec 2.2. */
function severalOwned({ username, realm }: Subject, owned: readonly Profile[]): Failure {
  const uids = owned.map(({ uid }) => uid).sort()
  return new Failure(
    'CONFIGURATION',
    `multiple [${uids.length}] profiles [${uids.join(',')}] found for user [${username}] from realm [${realm.name}]` +
      (realm.domain === null ? '' : ` under domain [${realm.domain}]`),
  )
}
