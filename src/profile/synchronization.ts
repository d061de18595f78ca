import type { Basis } from '../authentication/basis.ts'
import type { Domain, DomainOf } from '../authentication/domain.ts'
import type { Subject } from '../authentication/subject.ts'
import { Failure } from '../errors.ts'
import { createInTurn } from '../inTurn.ts'
import { ownedProfile } from './ownedProfile.ts'
import { isSameUser, profileUserOf, type Profile } from './profile.ts'
import type { Candidates, ProfileRepository, Refresh } from './repository.ts'
import { baseOf, newUid } from './uid.ts'

/** Each that fails means a write by somebody else, of the profile or of its user. */
const mostAttempts = 1_000

export interface SynchronizationParts {
  profiles: Pick<ProfileRepository, 'candidates' | 'create' | 'refresh'>
  domainOf: DomainOf
  /** For how long after an activation an equal one writes nothing, in milliseconds. */
  unchangedGrace: number
}

/** A proven subject, and what is known of its profile at one instant, at which the proof stood. */
interface Found {
  readonly subject: Subject
  readonly basis: Basis | null
  readonly domain: Domain | null
  readonly base: string
  readonly candidates: Candidates
  /** The subject's profile, if there is one. */
  readonly profile: Profile | undefined
}

/** The user, or the profile, was written by somebody else meanwhile. */
export class Overtaken {
  /** Of the user. */
  readonly base: string

  constructor(base: string) {
    this.base = base
  }
}

/** Makes what brings profiles up to date with what is proven of their users, whoever has proven it. */
export function createSynchronization({ profiles, domainOf, unchangedGrace }: SynchronizationParts) {
  const inTurn = createInTurn()
  return { find, write, untilWritten }

  /**
   * Looks for the subject's profile, while the proof of the subject stands. It may be refreshed in passing; one that is
   * disabled only where the activation `enables` it.
   */
  async function find(
    subject: Subject,
    basis: Basis | null,
    { enables }: Pick<Refresh, 'enables'>,
  ): Promise<Found | Overtaken> {
    const domain = domainOf(subject.realm)
    const base = baseOf(subject.username)
    const refresh = { user: profileUserOf(subject), enables, unchangedGrace }
    const candidates = await profiles.candidates(base, basis, refresh)
    if (!candidates.stands) return new Overtaken(base)
    const profile = ownedProfile(subject, domain, candidates.profiles)
    return { subject, basis, domain, base, candidates, profile }
  }

  /**
   * Leaves, refreshes or creates the profile, unless `find` has refreshed it; only while the proof stands and nobody else
   * has written.
   */
  async function write(found: Found): Promise<Profile | Overtaken> {
    const { subject, basis, base, candidates, profile } = found
    if (profile && candidates.isRefreshed) return refreshed(profile, subject, candidates.now)
    if (profile && isUnchanged(profile, subject, candidates.now)) return profile
    const next = profile ? refreshed(profile, subject, candidates.now) : firstOf(found)
    const written = profile ? await profiles.refresh(next, basis) : await profiles.create(base, next, basis)
    return written ? next : new Overtaken(base)
  }

  /**
   * Tries until nobody else is faster: from the second try on one after another, so that many who activate one user at once
   * do not overtake each other again and again.
   */
  async function untilWritten<Answer>(attempt: () => Promise<Answer | Overtaken>): Promise<Answer> {
    const answer = await attempt()
    return answer instanceof Overtaken ? inTurn(answer.base, () => again(attempt)) : answer
  }

  function isUnchanged(profile: Profile, subject: Subject, now: number): boolean {
    const fresh = now - profile.lastSynchronized < unchangedGrace
    return fresh && profile.enabled && isSameUser(profile.user, profileUserOf(subject))
  }
}

async function again<Answer>(attempt: () => Promise<Answer | Overtaken>): Promise<Answer> {
  for (let attempts = 0; attempts < mostAttempts; attempts++) {
    const answer = await attempt()
    if (!(answer instanceof Overtaken)) return answer
  }
  throw new Failure('UNAVAILABLE', 'others write this profile all the time, try again later')
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

function firstOf({ base, subject, domain, candidates }: Found): Profile {
  const given = candidates.profiles.map(({ uid }) => uid)
  return {
    uid: newUid(base, subject, domain, given),
    enabled: true,
    lastSynchronized: candidates.now,
    user: profileUserOf(subject),
    labels: {},
    seqNo: 0,
  }
}
