import { expect } from 'vitest'
import type { Grant } from '../../src/authentication/credentials.ts'
import { loginBackend } from '../support/people.ts'
import {
  activateProfile,
  profileBodyOf,
  type GraphqlProfile,
  type ProfileBody,
} from '../support/profileBody.ts'
import { basic, graphql, rest, type Answered, type Credentials, type Fetch } from '../support/testApp.ts'

/** How a gateway has answered, whichever the door. */
export type Outcome<Proven> =
  | { readonly status: 200; readonly proven: Proven }
  | { readonly status: number; readonly reason: unknown }

/** Who somebody is, as both doors say it. */
export interface Viewer {
  readonly username: string
  readonly roles: readonly string[]
  readonly realm: { readonly name: string; readonly type: string }
  readonly authenticationType: string
}

export function passwordOf(username: string, password: string): Grant {
  return { kind: 'password', username, password }
}

export function tokenOf(token: string, clientSecret: string | null = null): Grant {
  return { kind: 'accessToken', token, clientSecret }
}

/** Activates a grant's user at both doors, which have to answer the same. */
export async function activate(
  fetch: Fetch,
  grant: Grant,
  caller: Credentials = loginBackend,
): Promise<Outcome<ProfileBody>> {
  const atRest = await activateAtRest(fetch, grant, basic(caller))
  expect(await activateAtGraphql(fetch, grant, caller)).toEqual(atRest)
  return atRest
}

/** The profile of a grant's user. */
export async function profileOf(...given: Parameters<typeof activate>): Promise<ProfileBody> {
  const outcome = await activate(...given)
  if (!('proven' in outcome)) throw new Error(`not activated: ${JSON.stringify(outcome)}`)
  return outcome.proven
}

/** Activates a grant's user for a caller that shows this header. */
export async function activateAtRest(
  fetch: Fetch,
  grant: Grant,
  authorization: string,
): Promise<Outcome<ProfileBody>> {
  const response = await fetch('/_security/profile/_activate', {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify(bodyOf(grant)),
  })
  const body = (await response.json()) as ProfileBody & RestError
  if (response.status === 200) return { status: 200, proven: body }
  return { status: response.status, reason: body.error.reason }
}

async function activateAtGraphql(
  fetch: Fetch,
  grant: Grant,
  caller: Credentials,
): Promise<Outcome<ProfileBody>> {
  const answered = await graphql(fetch, caller, activateProfile, { grant: inputOf(grant) })
  const { data, errors } = answered.body as GraphqlBody<{ activateProfile: ActivateResult }>
  const result = data?.activateProfile
  if (!result) return { status: answered.status, reason: errors?.[0]?.message }
  if (result.__typename === 'Profile') return { status: 200, proven: profileBodyOf(result) }
  return { status: result.reason === 'NOT_AUTHENTICATED' ? 401 : 400, reason: result.message }
}

/** Who a caller is that shows this header, at both doors, which have to answer the same. */
export async function callAs(
  fetch: Fetch,
  authorization: string,
  clientAuthentication?: string,
): Promise<Outcome<Viewer>> {
  const headers = {
    authorization,
    ...(clientAuthentication !== undefined && { 'es-client-authentication': clientAuthentication }),
  }
  const [atRest, atGraphql] = await Promise.all([
    viewerAtRest(await fetch('/_security/_authenticate', { headers })),
    viewerAtGraphql(
      await fetch('/graphql', {
        method: 'POST',
        headers: {
          ...headers,
          'content-type': 'application/json',
          accept: 'application/graphql-response+json',
        },
        body: JSON.stringify({
          query: '{ viewer { username roles realm: authenticationRealm { name type } authenticationType } }',
        }),
      }),
    ),
  ])
  const nowhere = JSON.parse(
    JSON.stringify(atGraphql).replaceAll('/graphql', '/_security/_authenticate'),
  ) as unknown
  expect(nowhere).toEqual(atRest)
  return atRest
}

export function issueToken(fetch: Fetch, caller: Credentials, body: object): Promise<Answered> {
  return rest(fetch, 'POST', '/_security/oauth2/token', caller, body)
}

async function viewerAtRest(response: Response): Promise<Outcome<Viewer>> {
  const body = (await response.json()) as Record<string, never> & RestError
  if (response.status !== 200) return { status: response.status, reason: body.error.reason }
  const { username, roles, authentication_realm: realm, authentication_type: authenticationType } = body
  return { status: 200, proven: { username, roles, realm, authenticationType } as unknown as Viewer }
}

async function viewerAtGraphql(response: Response): Promise<Outcome<Viewer>> {
  const { data, errors } = (await response.json()) as GraphqlBody<{ viewer: Viewer }>
  if (data?.viewer) return { status: 200, proven: data.viewer }
  return { status: response.status, reason: errors?.[0]?.message }
}

function bodyOf(grant: Grant): object {
  if (grant.kind === 'password')
    return { grant_type: 'password', username: grant.username, password: grant.password }
  const { token, clientSecret } = grant
  const client = clientSecret !== null && {
    client_authentication: { scheme: 'SharedSecret', value: clientSecret },
  }
  return { grant_type: 'access_token', access_token: token, ...client }
}

function inputOf(grant: Grant): object {
  if (grant.kind === 'password') return { password: { username: grant.username, password: grant.password } }
  const { token, clientSecret } = grant
  return {
    accessToken: { token, ...(clientSecret !== null && { clientAuthentication: { value: clientSecret } }) },
  }
}

interface RestError {
  readonly error: { readonly reason: unknown }
}

interface GraphqlBody<Data> {
  readonly data?: Data | null
  readonly errors?: readonly { readonly message: string }[]
}

type ActivateResult =
  | ({ readonly __typename: 'Profile' } & GraphqlProfile)
  | { readonly __typename: 'GrantRejected'; readonly reason: string; readonly message: string }
