import { provision } from './people.ts'
import { basic, elastic, rest, type Answered, type Credentials, type TestApp } from './testApp.ts'

export const apiKeyPath = '/_security/api_key'

/** Whoever sends a request: a user, or an `Authorization` header as it is. */
export type Sender = Credentials | string

/** May do everything with everybody's API keys, and activate profiles. */
export const keyManager = { username: 'key-manager', password: 'k3y-manager-p@ss' }
/** May have own API keys, and activate profiles. */
export const keyOwner = { username: 'key-owner', password: 'k3y-owner-p@ss' }

/** A key as it is handed out. */
export interface IssuedKey {
  readonly id: string
  readonly name: string
  readonly api_key: string
  readonly encoded: string
  readonly expiration?: number
}

/** The parts of an answer that tests look at by name. */
export interface KeyAnswer {
  readonly api_keys: readonly {
    readonly id: string
    readonly creation: number
    readonly limited_by?: readonly object[]
    readonly _sort?: readonly number[]
  }[]
  readonly total: number
  readonly count: number
  readonly uid: string
  readonly access_token: string
  readonly error: { readonly reason: string }
}

/** What tests ask of the API keys of an app. */
export function apiKeyRequests({ fetch }: Pick<TestApp, 'fetch'>) {
  return { prepare, send, create, issued, change, authenticate }

  /** Makes those above, and the people of `people.ts`. */
  async function prepare(): Promise<void> {
    await provision(fetch)
    await change('PUT', 'role/key_manager', { cluster: ['manage_api_key', 'manage_user_profile'] })
    await change('PUT', 'role/key_owner', { cluster: ['manage_own_api_key', 'manage_user_profile'] })
    for (const [{ username, password }, role] of [
      [keyManager, 'key_manager'],
      [keyOwner, 'key_owner'],
    ] as const) {
      await change('PUT', `user/${username}`, { password, roles: [role], metadata: { team: 'a' } })
    }
  }

  async function send(method: string, path: string, as: Sender, body?: object): Promise<Answered<KeyAnswer>> {
    const response = await fetch(path, {
      method,
      headers: {
        authorization: typeof as === 'string' ? as : basic(as),
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    })
    const { status, headers } = response
    return { status, headers, body: (await response.json()) as KeyAnswer }
  }

  function create(body: object = { name: 'k' }, as: Sender = keyOwner): Promise<Answered<KeyAnswer>> {
    return send('POST', apiKeyPath, as, body)
  }

  /** A key that was made, and the header that it goes into. */
  async function issued(
    body: object = { name: 'k' },
    as: Sender = keyOwner,
  ): Promise<IssuedKey & { as: string }> {
    const { status, body: key } = (await create(body, as)) as Answered<unknown> as Answered<IssuedKey>
    if (status !== 200) throw new Error(`there is no key: ${status} ${JSON.stringify(key)}`)
    return { ...key, as: `ApiKey ${key.encoded}` }
  }

  function authenticate(as: Sender): Promise<Answered<KeyAnswer>> {
    return send('GET', '/_security/_authenticate', as)
  }

  /** Changes users and roles, as an operator. */
  async function change(method: string, path: string, body?: object): Promise<void> {
    const { status } = await rest(fetch, method, `/_security/${path}`, elastic, body)
    if (status !== 200) throw new Error(`cannot change ${path}: ${status}`)
  }
}
