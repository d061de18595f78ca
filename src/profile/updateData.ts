import type { Caller } from '../authentication/subject.ts'
import type { Authorize } from '../authorization/authorize.ts'
import { writesApplication } from '../authorization/globalPrivilege.ts'
import { refuseProblems } from '../errors.ts'
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
  readonly ifVersion: Version | null
}

/** Why a profile's data is not changed, in Elasticsearch's words. */
export interface DataRefusal {
  readonly kind: 'ProfileNotFound' | 'VersionConflict' | 'ProfileTooLarge'
  readonly message: string
}

interface UpdateDataParts {
  authorize: Authorize
  profiles: Pick<ProfileRepository, 'findWithData' | 'setData'>
  /** The largest that labels and data may be together, in bytes of JSON. */
  maxSize: number
}

/** Makes the use case that merges what an application keeps into a profile. Nothing else of it changes. */
export function createUpdateData({ authorize, profiles, maxSize }: UpdateDataParts) {
  return async function updateData(caller: Caller, change: DataChange): Promise<Profile | DataRefusal> {
    const { uid, ifVersion } = change
    const applications = [...new Set([...Object.keys(change.labels), ...Object.keys(change.data)])]
    refuseProblems(problemsOf(applications))
    await authorize(caller, action, (roles) =>
      applications.every((name) => roles.some((role) => writesApplication(role, name))),
    )

    for (;;) {
      const found = await profiles.findWithData(uid)
      if (!found) return { kind: 'ProfileNotFound', message: missingProfile(uid) }
      const { profile } = found
      if (ifVersion && !(ifVersion.seqNo === profile.seqNo && ifVersion.primaryTerm === primaryTerm)) {
        return { kind: 'VersionConflict', message: conflict(profile, ifVersion) }
      }
      const labels = mergeDocuments(profile.labels, change.labels)
      const data = mergeDocuments(found.data, change.data)
      if (labels === profile.labels && data === found.data) return profile
      const size = sizeOf(labels) + sizeOf(data)
      if (size > maxSize) return { kind: 'ProfileTooLarge', message: tooLarge(uid, size, maxSize) }

      const next = { ...profile, labels, seqNo: profile.seqNo + 1 }
      if (await profiles.setData(next, data)) return next
    }
  }
}

export type UpdateData = ReturnType<typeof createUpdateData>

/** Source: spec 3.3. */
function problemsOf(applications: readonly string[]): string[] {
  if (applications.length === 0) return ['update request is empty']
  return applications.flatMap((name) => [
    ...(name.includes('.') ? [`application name must not contain dot, but found [${name}]`] : []),
    ...(name.startsWith('_') ? [`application name must not start with underscore, but found [${name}]`] : []),
  ])
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

function sizeOf(document: Document): number {
  return Buffer.byteLength(JSON.stringify(document))
}
