import { raw, type JsonValue } from '@prisma/client/runtime/client'
import type { ProfileModel } from '../../prisma/generated/sqlite/models.ts'
import type { Profile } from '../profile/profile.ts'
import { objectOut, stringsOut } from './json.ts'

/** What is read where no application data are asked for. */
export type ProfileRow = Omit<ProfileModel, 'data' | 'base'>

export function profileOf(row: ProfileRow): Profile {
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
    labels: objectOut(row.labels),
    seqNo: Number(row.seqNo),
  }
}

/** The columns of a profile but for what can be large. */
export const profileColumns = raw(
  ['uid', 'enabled', 'lastSynchronized', 'username', 'roles', 'fullName', 'email']
    .concat('realmName', 'realmType', 'realmDomain', 'seqNo')
    .map((name) => `"profiles"."${name}"`)
    .join(),
)

/** What of a profile can be large, where no application data are asked for. */
export const canBeLarge = [raw('"profiles"."labels"')]

/** A profile as its columns and the texts of what can be large tell it. */
export function profileWith(texts: string, row: Omit<ProfileRow, 'labels'>): Profile {
  const [labels] = JSON.parse(texts) as [string]
  return profileOf({ ...row, labels: JSON.parse(labels) as JsonValue })
}
