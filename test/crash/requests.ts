// What clients ask of the gateway, at both doors. Each gives its answer as it came.

import { loginBackend } from '../support/people.ts'
import { elastic, graphql, rest, type Answered, type Fetch } from '../support/testApp.ts'
import { documentOf, userOf, type Activation, type Person, type UserBlock } from './person.ts'

interface ProfileBody {
  uid: string
  enabled: boolean
  last_synchronized: number
  user: UserBlock
  labels: unknown
  data: unknown
  _doc: { _seq_no: number }
}

/** Activates at Elasticsearch's address. */
export function activateByRest(fetch: Fetch, { username, password }: Person): Promise<Answered> {
  const grant = { grant_type: 'password', username, password }
  return rest(fetch, 'POST', '/_security/profile/_activate', loginBackend, grant)
}

/** Activates at the GraphQL door. */
export function activateByGraphql(fetch: Fetch, { username, password }: Person): Promise<Answered> {
  return graphql(fetch, loginBackend, mutation, { username, password })
}

const mutation = /* GraphQL */ `
  mutation Activate($username: String!, $password: String!) {
    profile: activateProfile(grant: { password: { username: $username, password: $password } }) {
      ... on Profile {
        uid
        enabled
        last_synchronized: lastSynchronized
        user {
          username
          roles
          full_name: fullName
          email
        }
        labels
        _doc: doc {
          _seq_no: seqNo
        }
      }
    }
  }
`

/** Puts a version of the user, with a password or as it was. */
export function putUser(
  fetch: Fetch,
  { username }: Person,
  version: number,
  password?: string,
): Promise<Answered> {
  const user = { ...userOf(version), ...(password !== undefined && { password }) }
  return rest(fetch, 'PUT', `/_security/user/${username}`, elastic, user)
}

/** Writes a version of the labels and the data in the person's profile. */
export function putData(fetch: Fetch, uid: string, version: number): Promise<Answered> {
  const document = documentOf(version)
  return rest(fetch, 'PUT', `/_security/profile/${uid}/_data`, loginBackend, {
    labels: document,
    data: document,
  })
}

/** All users by their names. */
export async function allUsers(fetch: Fetch): Promise<Record<string, UserBlock>> {
  return ok(await rest(fetch, 'GET', '/_security/user', elastic)) as Record<string, UserBlock>
}

/** Profiles with all of their data, by their uids. */
export async function profilesOf(fetch: Fetch, uids: readonly string[]) {
  const found = new Map<string, Activation & { data: unknown }>()
  // More would not fit into one line of HTTP.
  for (let at = 0; at < uids.length; at += 50) {
    const list = uids.slice(at, at + 50).join(',')
    const body = ok(await rest(fetch, 'GET', `/_security/profile/${list}?data=*`, loginBackend))
    for (const profile of (body as { profiles: ProfileBody[] }).profiles) {
      found.set(profile.uid, { ...activationOf(profile), data: profile.data })
    }
  }
  return found
}

/** The profile in an answer to an activation, at either door. */
export function activationIn({ body }: Answered): Activation {
  const { data, ...rest } = body as ProfileBody & { data: { profile?: ProfileBody } }
  return activationOf(data.profile ?? { ...rest, data })
}

function activationOf({ uid, enabled, last_synchronized, user, labels, _doc }: ProfileBody): Activation {
  const { username, roles, full_name, email } = user
  return {
    uid,
    enabled,
    seqNo: _doc._seq_no,
    // The one door says it in milliseconds, the other as ISO 8601 has it.
    lastSynchronized: new Date(last_synchronized).getTime(),
    user: { username, roles, ...(full_name && { full_name }), ...(email && { email }) },
    labels,
  }
}

function ok({ status, body }: Answered): unknown {
  if (status !== 200) throw new Error(`answered ${status}: ${JSON.stringify(body)}`)
  return body
}
