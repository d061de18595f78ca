import { parseJwt } from './jwt/jwt.ts'
import { jwtPrincipal } from './jwt/jwtPrincipal.ts'
import { longestPassword } from './passwords.ts'

/** What proves an end user inside a request. */
export type Grant = PasswordCredentials | AccessTokenCredentials

export interface PasswordCredentials {
  readonly kind: 'password'
  readonly username: string
  readonly password: string
}

export interface AccessTokenCredentials {
  readonly kind: 'accessToken'
  readonly token: string
  /** The secret of the client that obtained the token, where it has one. */
  readonly clientSecret: string | null
}

/** An API key of ours, which proves whoever sends a request, and is no grant. Source: spec 4.6. */
export interface ApiKeyCredentials {
  readonly kind: 'apiKey'
  readonly id: string
  readonly key: string
}

/** What proves somebody. */
export type Credentials = Grant | ApiKeyCredentials

/** Whether a token can be sent as `Authorization: Bearer`. Source: RFC 6750, section 2.1. */
export function isBearerToken(token: string): boolean {
  return /^[\w.~+/-]+=*$/.test(token)
}

/** What is wrong with a grant, before anybody is asked whom it proves. Source: spec 1.3. */
export function grantProblems(grant: Grant): string[] {
  if (grant.kind === 'accessToken') return missing('access_token', grant.token, 'access_token')
  const { username, password } = grant
  return [
    ...missing('username', username, 'password'),
    ...(username.length > 1_024 ? ['[username] must have at most [1024] characters'] : []),
    ...missing('password', password, 'password'),
    ...(password.length > longestPassword
      ? [`[password] must have at most [${longestPassword}] characters`]
      : []),
  ]
}

function missing(field: string, value: string, grantType: string): string[] {
  return value === '' ? [`[${field}] is required for grant_type [${grantType}]`] : []
}

/** The name that Elasticsearch prints for credentials which prove nobody. */
export function principalOf(credentials: Grant): string {
  if (credentials.kind === 'password') return credentials.username
  const jwt = parseJwt(credentials.token)
  return jwt ? jwtPrincipal(jwt.claims) : '_bearer_token'
}
