import { expect } from 'vitest'
import { isUnavailable } from '../crash/unavailable.ts'
import { loginBackend } from '../support/people.ts'
import {
  activateProfile,
  profileBodyOf,
  type GraphqlProfile,
  type ProfileBody,
} from '../support/profileBody.ts'
import { graphql, rest, type Answered, type Fetch } from '../support/testApp.ts'

/** How a grant was answered, whichever the door. */
export type Outcome =
  | { readonly status: 200; readonly profile: ProfileBody }
  | { readonly status: 401; readonly reason: unknown }
  | { readonly status: 503 }

/** Activates the profile of a token's user at both doors, which have to answer the same. */
export async function activate(fetch: Fetch, token: string, secret?: string): Promise<Outcome> {
  const outcome = await activateAtRest(fetch, token, secret)
  expect(await activateAtGraphql(fetch, token, secret)).toEqual(outcome)
  return outcome
}

/** The profile of a token's user. */
export async function profileOf(fetch: Fetch, token: string, secret?: string): Promise<ProfileBody> {
  const outcome = await activate(fetch, token, secret)
  if (outcome.status !== 200) throw new Error(`not activated: ${JSON.stringify(outcome)}`)
  return outcome.profile
}

export async function activateAtRest(fetch: Fetch, token: string, secret?: string): Promise<Outcome> {
  const answered: Answered<unknown> = await rest(
    fetch,
    'POST',
    '/_security/profile/_activate',
    loginBackend,
    {
      grant_type: 'access_token',
      access_token: token,
      ...(secret !== undefined && { client_authentication: { scheme: 'SharedSecret', value: secret } }),
    },
  )
  const { status, body } = answered
  if (status === 200) return { status, profile: body as ProfileBody }
  if (status === 401) return { status, reason: (body as { error: { reason: unknown } }).error.reason }
  if (isUnavailable(answered)) return { status: 503 }
  throw new Error(`answered with ${status}: ${JSON.stringify(body)}`)
}

export async function activateAtGraphql(fetch: Fetch, token: string, secret?: string): Promise<Outcome> {
  const answered = await graphql(fetch, loginBackend, activateProfile, {
    grant: {
      accessToken: { token, ...(secret !== undefined && { clientAuthentication: { value: secret } }) },
    },
  })
  const result = (answered.body as { data?: { activateProfile: GraphqlResult } | null }).data?.activateProfile
  if (result?.__typename === 'Profile') return { status: 200, profile: profileBodyOf(result) }
  if (result?.reason === 'NOT_AUTHENTICATED') return { status: 401, reason: result.message }
  if (isUnavailable(answered)) return { status: 503 }
  throw new Error(`answered with ${answered.status}: ${JSON.stringify(answered.body)}`)
}

type GraphqlResult =
  | { readonly __typename: 'GrantRejected'; readonly reason: string; readonly message: string }
  | ({ readonly __typename: 'Profile'; readonly reason?: never } & GraphqlProfile)
