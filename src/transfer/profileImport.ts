import { Failure } from '../errors.ts'
import type { ProfileWithData } from '../profile/repository.ts'
import { baseOf } from '../profile/uid.ts'
import type { ImporterParts, Sent } from './importer.ts'
import type { Holder } from './importRepository.ts'
import { profileClaim } from './profileClaim.ts'

/** Each lost one is a write that somebody else has made of the same profiles. */
const mostAttempts = 100

type SentProfile = Sent<'profile'>

/** Makes the function that stores a batch of profiles, none of which takes another's uid or gives a user two. */
export function createProfileImport({ repository: { profiles }, domains, replace, dryRun }: ImporterParts) {
  return async function storeProfiles(batch: readonly SentProfile[]): Promise<void> {
    let pending = batch
    for (let attempts = 0; pending.length > 0; attempts++) {
      if (attempts === mostAttempts)
        throw new Failure('UNAVAILABLE', 'others write these profiles all the time, try again later')
      pending = await attempt(pending)
    }
  }

  /** Stores what can be stored now, and returns what somebody else was faster with. */
  async function attempt(batch: readonly SentProfile[]): Promise<SentProfile[]> {
    const { free, newer } = await judge(batch)
    const added =
      dryRun || free.length === 0 ? [] : await profiles.add(free.map((sent) => based(thingOf(sent))))
    const replaced =
      dryRun || newer.length === 0
        ? []
        : await profiles.replace(newer.map(({ sent, holder }) => change(sent, holder)))
    const written = new Set([...added, ...replaced])
    const lost: SentProfile[] = []
    const settle = (sent: SentProfile, kind: 'imported' | 'replaced') => {
      if (dryRun || written.has(thingOf(sent).uid)) sent.settle({ kind })
      else lost.push(sent)
    }
    for (const sent of free) settle(sent, 'imported')
    for (const { sent } of newer) settle(sent, 'replaced')
    return lost
  }

  /** Settles what is refused or stays as it is. */
  async function judge(batch: readonly SentProfile[]) {
    const found = await profiles.holders(
      [...new Set(batch.map((sent) => baseOf(thingOf(sent).user.username)))],
      batch.map((sent) => thingOf(sent).uid),
    )
    // Those of this batch hold what they are about to be given.
    const holders = new Holders(found)
    const free: SentProfile[] = []
    const newer: { sent: SentProfile; holder: Holder }[] = []
    for (const sent of batch) {
      const profile = thingOf(sent)
      const claim = profileClaim(profile, holders.about(profile), domains)
      if (claim.kind === 'free') {
        free.push(sent)
        holders.add(profile)
      } else if (claim.kind === 'refused') sent.settle(claim)
      else if (replace && isNewer(profile, claim.holder)) newer.push({ sent, holder: claim.holder })
      else sent.settle({ kind: 'there already' })
    }
    return { free, newer }
  }
}

/** Those that matter to a profile are found by its uid, and by its username. */
class Holders {
  private readonly byUid = new Map<string, Holder>()
  private readonly byUsername = new Map<string, Holder[]>()

  constructor(holders: readonly Holder[]) {
    for (const holder of holders) this.add(holder)
  }

  add(holder: Holder): void {
    this.byUid.set(holder.uid, holder)
    const { username } = holder.user
    this.byUsername.set(username, [...(this.byUsername.get(username) ?? []), holder])
  }

  about({ uid, user }: ProfileWithData): Holder[] {
    const holder = this.byUid.get(uid)
    return [...(holder ? [holder] : []), ...(this.byUsername.get(user.username) ?? [])]
  }
}

/** Whether a profile was synchronized later, or as long ago and written more often. */
function isNewer(profile: ProfileWithData, holder: Holder): boolean {
  return profile.lastSynchronized === holder.lastSynchronized
    ? profile.seqNo > holder.seqNo
    : profile.lastSynchronized > holder.lastSynchronized
}

/** With a version that nobody has read yet. */
function change(sent: SentProfile, { seqNo: over }: Holder) {
  const profile = thingOf(sent)
  return { next: based({ ...profile, seqNo: Math.max(profile.seqNo, over + 1) }), over }
}

function based(profile: ProfileWithData) {
  return { ...profile, base: baseOf(profile.user.username) }
}

function thingOf({ record: { thing } }: SentProfile): ProfileWithData {
  return thing
}
