import type { JsonObject } from '../json.ts'

/** What an operation asks of a profile, to make the body of. */
export const profileFields = /* GraphQL */ `
  uid
  enabled
  lastSynchronized
  user {
    username
    roles
    realmName
    realmDomain
    email
    fullName
  }
  labels
  doc {
    primaryTerm
    seqNo
  }
`

export interface ProfileData {
  uid: string
  enabled: boolean
  lastSynchronized: Date
  user: {
    username: string
    roles: string[]
    realmName: string
    realmDomain: string | null
    email: string | null
    fullName: string | null
  }
  labels: JsonObject
  doc: { primaryTerm: number; seqNo: number }
  /** Application data, where it was asked for. */
  data?: JsonObject
}

/** A profile as Elasticsearch prints it: what is absent is left out, not null. Source: spec 2.6. */
export function profileBody(profile: ProfileData): JsonObject {
  const { uid, enabled, lastSynchronized, user, labels, doc, data = {} } = profile
  const { username, roles, realmName, realmDomain, email, fullName } = user
  return {
    uid,
    enabled,
    last_synchronized: lastSynchronized.getTime(),
    user: {
      username,
      roles,
      realm_name: realmName,
      ...(realmDomain !== null && { realm_domain: realmDomain }),
      ...(email !== null && { email }),
      ...(fullName !== null && { full_name: fullName }),
    },
    labels,
    data,
    _doc: { _primary_term: doc.primaryTerm, _seq_no: doc.seqNo },
  }
}
