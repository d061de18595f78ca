import type { JsonObject } from '../json.ts'
import { roleBody, roleFields, type RoleData } from './role.ts'

/** A key, as a row asks for it. */
export interface ApiKeyData {
  id: string
  name: string
  creation: Date
  expiration: Date | null
  invalidated: boolean
  invalidation: Date | null
  username: string
  realm: string
  realmType: string
  metadata: JsonObject
  roleDescriptors: RoleData[]
  limitedBy: RoleData[] | null
}

export const apiKeyFields = /* GraphQL */ `
  id
  name
  creation
  expiration
  invalidated
  invalidation
  username
  realm
  realmType
  metadata
  roleDescriptors {
    ${roleFields}
  }
  limitedBy {
    ${roleFields}
  }
`

/** A key as Elasticsearch prints it: what is absent is left out, not null. Source: spec 4.6. */
export function apiKeyBody(key: ApiKeyData): JsonObject {
  return {
    id: key.id,
    name: key.name,
    type: 'rest',
    creation: key.creation.getTime(),
    ...(key.expiration && { expiration: key.expiration.getTime() }),
    invalidated: key.invalidated,
    ...(key.invalidation && { invalidation: key.invalidation.getTime() }),
    username: key.username,
    realm: key.realm,
    realm_type: key.realmType,
    metadata: key.metadata,
    role_descriptors: byName(key.roleDescriptors),
    ...(key.limitedBy && { limited_by: [byName(key.limitedBy)] }),
  }
}

function byName(roles: readonly RoleData[]): JsonObject {
  return Object.fromEntries(roles.map((role) => [role.name, roleBody(role)]))
}
