import { jacknich, provision } from './people.ts'
import { elastic, rest, type Answered, type Credentials, type TestApp } from './testApp.ts'

export const tokenPath = '/_security/oauth2/token'

/** Applications that may do everything with tokens, and nothing else. */
export const portal = { username: 'portal', password: 'p0rtal-p@ss' }
export const otherPortal = { username: 'other-portal', password: 'p0rtal-p@ss' }

export const login = { grant_type: 'password', ...jacknich }

/** What is answered where tokens are issued, or not. */
export interface IssuedBody {
  readonly access_token: string
  readonly refresh_token: string
  readonly error_description?: string
}

/** What tests ask of the token service of an app, and of its tokens. */
export function tokenRequests({ fetch }: Pick<TestApp, 'fetch'>) {
  return { prepare, issue, refresh, end, authenticate, activate, loggedIn, newUser, change }

  /** Makes the applications, and the people of `people.ts`. */
  async function prepare(): Promise<void> {
    await provision(fetch)
    await change('PUT', 'role/token_manager', { cluster: ['manage_token'] })
    for (const { username, password } of [portal, otherPortal]) {
      await change('PUT', `user/${username}`, { password, roles: ['token_manager'] })
    }
  }

  function issue(body: object, as: Credentials | null = portal): Promise<Answered<IssuedBody>> {
    return rest(fetch, 'POST', tokenPath, as, body) as Promise<Answered<IssuedBody>>
  }

  function refresh(token: string, as: Credentials = portal): Promise<Answered<IssuedBody>> {
    return issue({ grant_type: 'refresh_token', refresh_token: token }, as)
  }

  function end(body: object, as: Credentials = portal): Promise<Answered<unknown>> {
    return rest(fetch, 'DELETE', tokenPath, as, body)
  }

  /** Whom a token proves, as the caller of a request. */
  async function authenticate(token: string): Promise<Answered<unknown>> {
    const response = await fetch('/_security/_authenticate', {
      headers: { authorization: `Bearer ${token}` },
    })
    return { status: response.status, headers: response.headers, body: await response.json() }
  }

  function activate(grant: object, as: Credentials): Promise<Answered<unknown>> {
    return rest(fetch, 'POST', '/_security/profile/_activate', as, grant)
  }

  async function loggedIn(user: Credentials = jacknich): Promise<{ access: string; refresh: string }> {
    const { status, body } = await issue({ grant_type: 'password', ...user })
    if (status !== 200) throw new Error(`cannot log in: ${status}`)
    return { access: body.access_token, refresh: body.refresh_token }
  }

  /** A user whom no other test knows. */
  async function newUser(): Promise<Credentials> {
    const user = { username: `user-${Math.random().toString(36).slice(2)}`, password: 'p@ssw0rd' }
    await change('PUT', `user/${user.username}`, { password: user.password, roles: [] })
    return user
  }

  /** Changes users and roles, as an operator. */
  async function change(method: string, path: string, body?: object): Promise<void> {
    const { status } = await rest(fetch, method, `/_security/${path}`, elastic, body)
    if (status !== 200) throw new Error(`cannot change ${path}: ${status}`)
  }
}
