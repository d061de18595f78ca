import type { Grant } from './people.ts'

/** A request of one user, and who the answer must be about. */
export interface Request {
  readonly uid: string
  readonly body: string
}

/** What a profile that was answered says, as far as the bench looks at it. */
export interface Activated {
  readonly uid: unknown
  readonly seqNo: unknown
  /** Epoch milliseconds. */
  readonly lastSynchronized: unknown
}

interface Door {
  readonly method: 'GET' | 'POST'
  readonly pathOf: (uid: string) => string
  readonly bodyOf: (grant: Grant) => string
  /** Reads an answer's body. @throws if it is no profile */
  readonly read: (body: string) => Activated
}

/**
 * The two addresses at which a profile is activated, of which the floors have the second one only, and the one at which it
 * is read.
 */
export const doors: Readonly<Record<DoorName, Door>> = {
  graphql: {
    method: 'POST',
    pathOf: () => '/graphql',
    bodyOf: (grant) => JSON.stringify({ query: operation, variables: { grant: graphqlGrant(grant) } }),
    read(body) {
      const { uid, doc, lastSynchronized } = (JSON.parse(body) as GraphqlAnswer).data.activateProfile
      return { uid, seqNo: doc.seqNo, lastSynchronized: Date.parse(lastSynchronized) }
    },
  },
  read: {
    method: 'GET',
    pathOf: (uid) => `/_security/profile/${uid}`,
    bodyOf: () => '',
    read(body) {
      const [{ uid, _doc, last_synchronized }] = (JSON.parse(body) as ReadAnswer).profiles
      return { uid, seqNo: _doc._seq_no, lastSynchronized: last_synchronized }
    },
  },
  rest: {
    method: 'POST',
    pathOf: () => '/_security/profile/_activate',
    bodyOf: (grant) => JSON.stringify(restGrant(grant)),
    read(body) {
      const { uid, _doc, last_synchronized } = JSON.parse(body) as RestAnswer
      return { uid, seqNo: _doc._seq_no, lastSynchronized: last_synchronized }
    },
  },
}

export type DoorName = 'graphql' | 'rest' | 'read'

/** Asks for what the REST body holds. */
const operation = /* GraphQL */ `
  mutation ActivateProfile($grant: GrantInput!) {
    activateProfile(grant: $grant) {
      __typename
      ... on Profile {
        uid
        enabled
        lastSynchronized
        labels
        user {
          username
          roles
          realmName
          realmDomain
          email
          fullName
        }
        doc {
          primaryTerm
          seqNo
        }
      }
      ... on GrantRejected {
        message
        reason
      }
    }
  }
`

interface GraphqlAnswer {
  data: { activateProfile: { uid: string; doc: { seqNo: number }; lastSynchronized: string } }
}

interface RestAnswer {
  uid: string
  _doc: { _seq_no: number }
  last_synchronized: number
}

interface ReadAnswer {
  profiles: [RestAnswer]
}

function graphqlGrant(grant: Grant): object {
  return grant.kind === 'token'
    ? { accessToken: { token: grant.token } }
    : { password: { username: grant.username, password: grant.password } }
}

function restGrant(grant: Grant): object {
  return grant.kind === 'token'
    ? { grant_type: 'access_token', access_token: grant.token }
    : { grant_type: 'password', username: grant.username, password: grant.password }
}
