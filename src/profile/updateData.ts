import { setImmediate } from 'node:timers/promises'
import type { Caller } from '../authentication/subject.ts'
import type { Authorize } from '../authorization/authorize.ts'
import { writesApplications } from '../authorization/globalPrivilege.ts'
import { Failure, refuseProblems } from '../errors.ts'
import { createInTurn } from '../inTurn.ts'
import { sizeOf } from '../json.ts'
import { mergeDocuments, type Document } from './document.ts'
import { primaryTerm, type Profile } from './profile.ts'
import type { ProfileRepository } from './repository.ts'

const action = 'cluster:admin/xpack/security/profile/put/data'

/** The version that a profile must have for a change to be made. */
export interface Version {
  readonly seqNo: number
  readonly primaryTerm: number
}

export interface DataChange {
  readonly uid: string
  /** What is merged into the labels and the data: top-level keys are applications. */
  readonly labels: Document
  readonly data: Document
  /** The version that the profile must have; negative halves count as absent. */
  readonly ifVersion: Version
}

/** Why a profile's data is not changed, in Elasticsearch's words. */
export interface DataRefusal {
  readonly kind: 'ProfileNotFound' | 'VersionConflict' | 'ProfileTooLarge'
  readonly message: string
}

interface UpdateDataParts {
  authorize: Authorize
  profiles: Pick<ProfileRepository, 'findWithData' | 'setData'>
  /** The largest that labels and data may be together, in bytes of JSON, as `sizeOf` counts them. */
  maxSize: number
}

/** What takes more, as it is stored, is large: it takes many times as much in memory. In bytes. */
const mostTogether = 16_384

/** Each that fails means a write by somebody else. */
const mostAttempts = 1_000

/** Makes the use case that merges what an application keeps into a profile. Nothing else of it changes. */
export function createUpdateData({ authorize, profiles, maxSize }: UpdateDataParts) {
  const inTurn = createInTurn()
  const ofLarge = createInTurn()

  return async function updateData(caller: Caller, change: DataChange): Promise<Profile | DataRefusal> {
    const { uid, ifVersion } = change
    const applications = [...new Set([...Object.keys(change.labels), ...Object.keys(change.data)])]
    refuseProblems([...applicationProblems(applications), ...versionProblems(ifVersion)])
    await authorize(caller, action, {
      grantsOtherwise: (roles) => roles.some((role) => writesApplications(role, applications)),
    })
    // One after another: at once, each would read the whole profile, and all but one in vain. Large ones wait for each other,
    // whosever they are.
    const updated = await inTurn(uid, async () => {
      return (await update(change, mostTogether)) ?? ofLarge('', () => updateLarge(change))
    })
    return updated ?? { kind: 'ProfileNotFound', message: missingProfile(uid) }
  }

  async function updateLarge(change: DataChange): Promise<Profile | DataRefusal | null> {
    // Other requests are answered in between.
    await setImmediate()
    return update(change)
  }

  /** Null: there is no such profile, or none so small. */
  async function update(change: DataChange, mostBytes?: number): Promise<Profile | DataRefusal | null> {
    const { uid, ifVersion } = change
    for (let attempts = 0; attempts < mostAttempts; attempts++) {
      const [found] = await profiles.findWithData([uid], mostBytes)
      if (!found) return null
      const { data: stored, ...profile } = found
      if (ifVersion.seqNo >= 0 && !isVersion(profile, ifVersion)) {
        return { kind: 'VersionConflict', message: conflict(profile, ifVersion) }
      }
      const labels = mergeDocuments(profile.labels, change.labels)
      const data = mergeDocuments(stored, change.data)
      if (labels === profile.labels && data === stored) return profile
      const size = sizeOf(labels) + sizeOf(data)
      if (size > maxSize) return { kind: 'ProfileTooLarge', message: tooLarge(uid, size, maxSize) }

      const next = { ...profile, labels, seqNo: profile.seqNo + 1 }
      if (await profiles.setData(next, data)) return next
    }
    throw new Failure('UNAVAILABLE', 'others write this profile all the time, try again later')
  }
}

export type UpdateData = ReturnType<typeof createUpdateData>

/** What is wrong with the names of applications that keep something in a profile. Source: spec 3.3. */
export function applicationNameProblems(applications: readonly string[]): string[] {
  const dotted = applications.filter((name) => name.includes('.'))
  const underscored = applications.filter((name) => name.startsWith('_'))
  return [
    ...(dotted.length > 0 ? [`application name must not contain dot, but found [${dotted.join(',')}]`] : []),
    ...(underscored.length > 0
      ? [`application name must not start with underscore, but found [${underscored.join(',')}]`]
      : []),
  ]
}

/** Source: spec 3.3. */
function applicationProblems(applications: readonly string[]): string[] {
  return applications.length === 0 ? ['update request is empty'] : applicationNameProblems(applications)
}

/** Both halves of a version, or neither. Source: spec 3.3. */
function versionProblems({ seqNo, primaryTerm: term }: Version): string[] {
  if (seqNo >= 0 && term <= 0) return [`ifSeqNo is set, but primary term is [${Math.max(term, 0)}]`]
  return seqNo < 0 && term > 0 ? [`ifSeqNo is unassigned, but primary term is [${term}]`] : []
}

function isVersion({ seqNo }: Profile, required: Version): boolean {
  return required.seqNo === seqNo && required.primaryTerm === primaryTerm
}

/** Source: spec 3.3. */
export function missingProfile(uid: string): string {
  return `[profile_${uid}]: document missing`
}

/** Source: spec 3.3. */
function conflict({ uid, seqNo }: Profile, required: Version): string {
  return (
    `[profile_${uid}]: version conflict, required seqNo [${required.seqNo}], primary term [${required.primaryTerm}]. ` +
    `current document has seqNo [${seqNo}] and primary term [${primaryTerm}]`
  )
}

/** Source: spec 3.3. */
function tooLarge(uid: string, size: number, maximum: number): string {
  return (
    `cannot update profile [${uid}] because the combined profile size of [${size}b] exceeds the maximum of ` +
    `[${maximum}b]`
  )
}
