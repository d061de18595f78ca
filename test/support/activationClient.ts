import { baseOf, uidOf } from '../../src/profile/uid.ts'
import { versionOf, type Answer, type Call } from './activationModel.ts'
import { loginBackend } from './people.ts'
import {
  activateProfile,
  profileBodyOf,
  rejection,
  type GraphqlProfile,
  type ProfileBody,
} from './profileBody.ts'
import { elastic, graphql, rest, type Answered, type Credentials, type Fetch } from './testApp.ts'

export type Door = 'REST' | 'GraphQL'

interface ClientParts {
  readonly fetch: Fetch
  readonly username: string
  /** The hashes of all passwords that users are given: making one takes longer than everything else. */
  readonly hashes: ReadonlyMap<string, string>
}

/**
 * Sends the calls of `activationModel.ts` to a gateway: the users' as the superuser, the profiles' as the application.
 * Whatever is neither done nor refused as the model knows it throws: a 409, a 5xx, a caller who is turned away.
 */
export function createActivationClient({ fetch, username, hashes }: ClientParts) {
  const uid = uidOf(baseOf(username), 0)
  const user = `/_security/user/${username}`
  const profile = `/_security/profile/${uid}`

  return async function ask(call: Call, door: Door = 'REST'): Promise<Answer> {
    switch (call.kind) {
      case 'put user': {
        const password_hash = call.password === null ? undefined : hashes.get(call.password)
        const answered = await send('PUT', user, elastic, { ...versionOf(call.version), password_hash })
        if (done(answered, 400) === 'no') return 'no'
        return (answered.body as { created: boolean }).created ? 'created' : 'done'
      }
      case 'delete user':
        return done(await send('DELETE', user, elastic), 404)
      case 'change password': {
        const password_hash = hashes.get(call.password)
        return done(await send('POST', `${user}/_password`, elastic, { password_hash }), 400)
      }
      case 'set user enabled':
        return done(await send('PUT', `${user}/${call.enabled ? '_enable' : '_disable'}`, elastic), 400)
      case 'activate':
        return door === 'REST' ? activateAtRest(call.password) : activateAtGraphql(call.password)
      case 'set profile enabled':
        return done(
          await send('PUT', `${profile}/${call.enabled ? '_enable' : '_disable'}`, loginBackend),
          404,
        )
      case 'set label': {
        const labels = { [call.name]: call.value }
        return done(await send('PUT', `${profile}/_data`, loginBackend, { labels }), 404)
      }
      case 'get profile': {
        const answered = await send('GET', profile, loginBackend)
        if (answered.status !== 200) throw unexpected(answered)
        return (answered.body as { profiles: ProfileBody[] }).profiles[0] ?? 'no'
      }
    }
  }

  function send(method: string, path: string, caller: Credentials, body?: object): Promise<Answered> {
    return rest(fetch, method, path, caller, body)
  }

  async function activateAtRest(password: string): Promise<Answer> {
    const grant = { grant_type: 'password', username, password }
    const answered = await send('POST', '/_security/profile/_activate', loginBackend, grant)
    if (answered.status === 200) return answered.body as ProfileBody
    const reason = (answered.body as { error?: { reason?: string } }).error?.reason
    // Not the caller, who is turned away with the same status.
    if (answered.status === 401 && reason === rejection(username)) return 'no'
    throw unexpected(answered)
  }

  async function activateAtGraphql(password: string): Promise<Answer> {
    const answered = await graphql(fetch, loginBackend, activateProfile, {
      grant: { password: { username, password } },
    })
    const result = (answered.body as { data?: { activateProfile: GraphqlResult } | null }).data
      ?.activateProfile
    if (answered.status !== 200 || !result) throw unexpected(answered)
    if (result.__typename !== 'Profile') return 'no'
    return profileBodyOf(result)
  }
}

type GraphqlResult =
  | { readonly __typename: 'GrantRejected' }
  | ({ readonly __typename: 'Profile' } & GraphqlProfile)

function done(answered: Answered, missing: number): 'done' | 'no' {
  if (answered.status === 200) return 'done'
  if (answered.status === missing) return 'no'
  throw unexpected(answered)
}

function unexpected({ status, body }: Answered): Error {
  return new Error(`answered with ${status}: ${JSON.stringify(body)}`)
}
