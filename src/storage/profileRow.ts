import { raw, type JsonValue } from '@prisma/client/runtime/client'
import type { ProfileModel } from '../../prisma/generated/sqlite/models.ts'
import type { Document } from '../profile/document.ts'
import type { Profile } from '../profile/profile.ts'
import type { ProfileWithData } from '../profile/repository.ts'
import { objectOut, stringsOut } from './json.ts'

/** What is always read of a profile. */
export type ProfileRow = Omit<ProfileModel, 'labels' | 'data' | 'base'>

/** The columns of a profile but for what can be large. */
export const profileColumns = raw(
  ['uid', 'enabled', 'lastSynchronized', 'username', 'roles', 'fullName', 'email']
    .concat('realmName', 'realmType', 'realmDomain', 'seqNo')
    .map((name) => `"profiles"."${name}"`)
    .join(),
)

/** What of a profile can be large, where no application data are asked for. */
export const canBeLarge = [raw('"profiles"."labels"')]

/** A profile as its columns and the texts of what can be large tell it; null: they were not read. */
export function profileWith(texts: string | null, row: ProfileRow): Profile {
  if (texts === null) return profileOf(row, null)
  const [labels] = JSON.parse(texts) as [string]
  return profileOf(row, objectOut(JSON.parse(labels) as JsonValue))
}

/** A profile of a whole row. */
export function profileWithData(row: Omit<ProfileModel, 'base'>): ProfileWithData {
  const labels = objectOut(row.labels)
  return { ...profileOf(row, labels), labels, data: objectOut(row.data) }
}

function profileOf(row: ProfileRow, labels: Document | null): Profile {
  const { uid, enabled, username, fullName, email, realmName, realmType, realmDomain } = row
  return {
    uid,
    enabled,
    lastSynchronized: Number(row.lastSynchronized),
    user: {
      username,
      roles: stringsOut(row.roles),
      fullName,
      email,
      realm: { name: realmName, type: realmType, domain: realmDomain },
    },
    labels,
    seqNo: Number(row.seqNo),
  }
}
