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
