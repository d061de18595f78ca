import type { JsonObject } from '../json.ts'
import { ok } from './answer.ts'
import type { Row } from './row.ts'

/** Who somebody is, as a row asks for it. */
export interface ViewerData {
  username: string
  roles: string[]
  fullName: string | null
  email: string | null
  metadata: JsonObject
  authenticationRealm: { name: string; type: string; domain: string | null }
  authenticationType: string
  apiKey: { id: string; name: string } | null
}

export const viewerFields = /* GraphQL */ `
  username
  roles
  fullName
  email
  metadata
  authenticationRealm {
    name
    type
    domain
  }
  authenticationType
  apiKey {
    id
    name
  }
`

/** Who the caller is. Source: spec 4.2. */
export const authenticate: Row<undefined, { viewer: ViewerData }> = {
  methods: ['GET'],
  paths: ['/_security/_authenticate'],
  operation: /* GraphQL */ `
    query Authenticate {
      viewer {
        ${viewerFields}
      }
    }
  `,
  variables: () => ({}),
  answer: ({ viewer }) => ok(viewerBody(viewer)),
}

/** Source: spec 4.2. */
export function viewerBody(viewer: ViewerData): JsonObject {
  const { name, type, domain } = viewer.authenticationRealm
  const realm = { name, type, ...(domain !== null && { domain }) }
  return {
    username: viewer.username,
    roles: viewer.roles,
    full_name: viewer.fullName,
    email: viewer.email,
    metadata: viewer.metadata,
    enabled: true,
    authentication_realm: realm,
    lookup_realm: realm,
    authentication_type: viewer.authenticationType,
    ...(viewer.apiKey && { api_key: { ...viewer.apiKey } }),
  }
}
