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

/** The name that Elasticsearch prints for credentials which prove nobody. */
export function principalOf(credentials: Grant): string {
  return credentials.kind === 'password' ? credentials.username : '_bearer_token'
}
