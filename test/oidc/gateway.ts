import { expect, onTestFinished, vi } from 'vitest'
import { isUnavailable } from '../crash/unavailable.ts'
import { audience, portal, type OpenidProvider } from '../support/openidProvider.ts'
import { loginBackend, provision } from '../support/people.ts'
import {
  activateProfile,
  profileBodyOf,
  type GraphqlProfile,
  type ProfileBody,
} from '../support/profileBody.ts'
import { createTestApp, graphql, rest, type Answered, type Fetch, type TestApp } from '../support/testApp.ts'

/** Takes the ID tokens of the application. As it stands in an `elasticsearch.yml`, like those below. */
export const idTokens = ({ issuer, jwksUri }: OpenidProvider) => `
xpack.security.authc.realms.jwt.portal.order: 1
xpack.security.authc.realms.jwt.portal.token_type: id_token
xpack.security.authc.realms.jwt.portal.allowed_issuer: ${issuer}
xpack.security.authc.realms.jwt.portal.allowed_audiences: [${portal.id}]
xpack.security.authc.realms.jwt.portal.allowed_signature_algorithms: [RS256, ES256]
xpack.security.authc.realms.jwt.portal.pkc_jwkset_path: ${jwksUri}
xpack.security.authc.realms.jwt.portal.claims.principal: sub
xpack.security.authc.realms.jwt.portal.claims.name: name
xpack.security.authc.realms.jwt.portal.claims.mail: email
xpack.security.authc.realms.jwt.portal.claims.groups: roles
`

/** Takes the access tokens that the application gets for people. */
export const accessTokens = ({ issuer, jwksUri }: OpenidProvider) => `
xpack.security.authc.realms.jwt.api.order: 2
xpack.security.authc.realms.jwt.api.token_type: access_token
xpack.security.authc.realms.jwt.api.allowed_issuer: ${issuer}
xpack.security.authc.realms.jwt.api.allowed_audiences: [${audience}]
xpack.security.authc.realms.jwt.api.allowed_subject_patterns: ["*"]
xpack.security.authc.realms.jwt.api.allowed_signature_algorithms: [RS256, ES256]
xpack.security.authc.realms.jwt.api.required_claims.client_id: ${portal.id}
xpack.security.authc.realms.jwt.api.pkc_jwkset_path: ${jwksUri}
xpack.security.authc.realms.jwt.api.claims.principal: sub
xpack.security.authc.realms.jwt.api.claims.name: name
xpack.security.authc.realms.jwt.api.claims.mail: email
xpack.security.authc.realms.jwt.api.client_authentication.type: none
`

/** Takes the access tokens that programs get for themselves, some without a subject. */
export const programTokens = ({ issuer, jwksUri }: OpenidProvider) => `
xpack.security.authc.realms.jwt.programs.order: 3
xpack.security.authc.realms.jwt.programs.token_type: access_token
xpack.security.authc.realms.jwt.programs.allowed_issuer: ${issuer}
xpack.security.authc.realms.jwt.programs.allowed_audiences: [${audience}]
xpack.security.authc.realms.jwt.programs.allowed_subjects: [reporting, nameless]
xpack.security.authc.realms.jwt.programs.fallback_claims.sub: client_id
xpack.security.authc.realms.jwt.programs.pkc_jwkset_path: ${jwksUri}
xpack.security.authc.realms.jwt.programs.claims.principal: client_id
xpack.security.authc.realms.jwt.programs.client_authentication.type: none
`

/** Whoever has an ID token may bring it. */
export const anyClient = 'xpack.security.authc.realms.jwt.portal.client_authentication.type: none\n'

/**
 * A gateway with these settings. Its clock stands still at the time of now: the tokens of a provider are good for as
 * long as a test lasts, and what is to happen once in some seconds happens once. It is closed when the test is over.
 */
export async function gatewayWith(
  settings: string,
  environment: Record<string, string> = {},
): Promise<TestApp> {
  const app = await createTestApp({ settings, environment, now: Date.now() })
  onTestFinished(app.close)
  await provision(app.fetch)
  return app
}

/** Waits until all realms have keys. */
export async function untilReady({ fetch }: TestApp): Promise<void> {
  await vi.waitFor(async () => expect((await readiness(fetch)).body).toEqual({ status: 'ready' }), patience)
}

/** For conditions that come about by themselves. */
export const patience = { timeout: 20_000, interval: 50 }

export async function readiness(fetch: Fetch): Promise<{ status: number; body: unknown }> {
  const response = await fetch('/health/ready')
  return { status: response.status, body: await response.json() }
}

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

const activation = '/_security/profile/_activate'

export async function activateAtRest(fetch: Fetch, token: string, secret?: string): Promise<Outcome> {
  const answered: Answered<unknown> = await rest(fetch, 'POST', activation, loginBackend, {
    grant_type: 'access_token',
    access_token: token,
    ...(secret !== undefined && { client_authentication: { scheme: 'SharedSecret', value: secret } }),
  })
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
