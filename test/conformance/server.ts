// The server under test, with what a case may ask of it. It takes an address and an administrator, nothing else:
// users, roles, role mappings, API keys and profiles are made over the wire, and removed when it is closed, or keys
// invalidated. Profiles stay: Elasticsearch has no way to remove one.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { ContractGateway } from '../support/activationContract.ts'
import { basic, type Credentials, type Fetch } from '../support/testApp.ts'
import { assertOk, type Answer, type ProfileBody } from './answer.ts'
import { createWire, type Wire } from './wire.ts'

export interface Target {
  readonly fetch: Fetch
  readonly admin: Credentials
  /** Where it listens, for what `fetch` cannot send. */
  readonly url?: string
  /** Moves its clock, in milliseconds. */
  readonly advance?: (milliseconds: number) => Promise<void>
}

type UserFields = NonNullable<Parameters<ContractGateway['putUser']>[1]>

/** Both ways to send a request send as the application, unless something else is said. */
export interface ConformanceServer extends ContractGateway, Wire {
  /** The version of the wire that the server speaks: its major version. It speaks the one before it, too. */
  readonly major: number
  /** Two profiles with labels and data, that no case changes. */
  readonly samples: readonly [ProfileBody, ProfileBody]
  /** The name of a user, a role or a role mapping that nobody has seen. */
  readonly newName: () => string
  readonly putRole: (role: object) => Promise<string>
  /** A user who holds a role like this; equal ones are one. */
  readonly callerWith: (role: object) => Promise<Credentials>
  readonly activate: (user: Credentials) => Promise<ProfileBody>
  /** The profile of a new user. */
  readonly putProfile: (fields?: UserFields) => Promise<ProfileBody>
  readonly getProfile: (uid: string, data?: string) => Promise<ProfileBody>
  readonly update: (uid: string, change: object, query?: string) => Promise<Answer>
  /** Removes what was made. */
  readonly close: () => Promise<void>
  /** Why it does not offer what a case needs, if so. */
  readonly lacks: (need: Need) => string | undefined
}

/** What not every server, and not every way to it, offers. */
export type Need = 'clock' | 'socket' | 'elastic' | 'free names'

/** Users whose names the specification gives. */
const namedUsers = ['jacknich', 'joe']

export async function createConformanceServer(target: Target): Promise<ConformanceServer> {
  const { fetch, admin, url, advance } = target
  const wire = createWire(fetch, url)
  const run = `conformance-${randomBytes(4).toString('hex')}`
  const made = new Set<string>()
  const callers = new Map<string, Promise<Credentials>>()
  let names = 0

  const major = await majorVersion()
  const taken = await Promise.all(namedUsers.map(exists))
  const application = await callerWith({ cluster: ['manage_user_profile'] })
  try {
    return {
      fetch,
      admin,
      application,
      nobody: await putUser(),
      ...(advance && { advance }),
      major,
      samples: [await sample('one'), await sample('two')],
      send,
      sendRaw,
      newName,
      putUser,
      deleteUser,
      operate,
      putRole,
      callerWith,
      activate,
      putProfile,
      getProfile,
      update,
      close,
      lacks,
    }
  } catch (error) {
    await close()
    throw error
  }

  function send(...[method, path, { as = application, ...sending } = {}]: Parameters<Wire['send']>) {
    return wire.send(method, path, { as, ...sending })
  }

  function sendRaw(...[method, path, headers = [], body]: Parameters<Wire['sendRaw']>) {
    const named = headers.some(([name]) => name === 'authorization')
    const all = named ? headers : [['authorization', basic(application)] as const, ...headers]
    return wire.sendRaw(method, path, all, body)
  }

  function newName(): string {
    const name = freshName()
    made.add(`user/${name}`).add(`role/${name}`).add(`role_mapping/${name}`)
    return name
  }

  function freshName(): string {
    return `${run}-${++names}`
  }

  async function putUser(user: Partial<Credentials> = {}, fields: UserFields = {}): Promise<Credentials> {
    const { username = freshName(), password = `p@ss-${freshName()}` } = user
    const path = `user/${encodeURIComponent(username)}`
    made.add(path)
    await operate('PUT', path, { password, roles: [], ...fields })
    return { username, password }
  }

  async function deleteUser({ username }: Credentials): Promise<void> {
    await operate('DELETE', `user/${encodeURIComponent(username)}`)
  }

  async function putRole(role: object): Promise<string> {
    const name = freshName()
    made.add(`role/${name}`)
    await operate('PUT', `role/${name}`, role)
    return name
  }

  function callerWith(role: object): Promise<Credentials> {
    const key = JSON.stringify(role)
    const caller = callers.get(key) ?? putRole(role).then((name) => putUser({}, { roles: [name] }))
    callers.set(key, caller)
    return caller
  }

  async function activate({ username, password }: Credentials): Promise<ProfileBody> {
    const body = { grant_type: 'password', username, password }
    const answer = await send('POST', '/_security/profile/_activate', { body })
    assertOk(answer)
    return answer.body as unknown as ProfileBody
  }

  async function putProfile(fields: UserFields = {}): Promise<ProfileBody> {
    return activate(await putUser({}, fields))
  }

  async function getProfile(uid: string, data?: string): Promise<ProfileBody> {
    const query = data === undefined ? '' : `?data=${data}`
    const answer = await send('GET', `/_security/profile/${uid}${query}`)
    assertOk(answer)
    const [profile] = answer.body.profiles
    assert.ok(profile, answer.text)
    return profile
  }

  function update(uid: string, change: object, query = ''): Promise<Answer> {
    return send('PUT', `/_security/profile/${uid}/_data${query}`, { body: change })
  }

  /** A profile in which `data` and `filter_path` have something to choose from. */
  async function sample(name: string): Promise<ProfileBody> {
    const fields = { roles: ['alpha', 'beta'], full_name: `Sample ${name}`, email: `${name}@example.com` }
    const { uid } = await putProfile(fields)
    const data = {
      app1: { key1: 'one', key2: ['two', 'three'] },
      app2: { key1: 2 },
      other: { deep: { key: 3 } },
    }
    assertOk(await update(uid, { labels: { app1: { space: name } }, data }))
    return getProfile(uid)
  }

  function lacks(need: Need): string | undefined {
    switch (need) {
      case 'clock':
        return advance ? undefined : 'there is no clock to move'
      case 'socket':
        return url === undefined ? 'there is no socket' : undefined
      case 'elastic':
        return admin.username === 'elastic' ? undefined : 'the administrator is not elastic'
      case 'free names':
        return taken.includes(true) ? `one of the users ${namedUsers.join(', ')} exists already` : undefined
    }
  }

  async function close(): Promise<void> {
    try {
      await invalidateKeys()
    } finally {
      for (const path of made) await send('DELETE', `/_security/${path}`, { as: admin })
    }
  }

  /** They would outlive their users. */
  async function invalidateKeys(): Promise<void> {
    const { body } = await send('GET', '/_security/api_key?active_only=true', { as: admin })
    const keys = (body.api_keys ?? []) as readonly { id: string; username: string }[]
    const ids = keys
      .filter(({ username }) => made.has(`user/${encodeURIComponent(username)}`))
      .map(({ id }) => id)
    if (ids.length > 0) assertOk(await send('DELETE', '/_security/api_key', { as: admin, body: { ids } }))
  }

  async function exists(username: string): Promise<boolean> {
    const { status } = await send('GET', `/_security/user/${username}`, { as: admin })
    return status === 200
  }

  async function majorVersion(): Promise<number> {
    const answer = await send('GET', '/', { as: admin })
    assertOk(answer)
    return Number.parseInt((answer.body.version as { number: string }).number, 10)
  }

  async function operate(method: string, path: string, body?: object): Promise<unknown> {
    const answer = await send(method, `/_security/${path}`, { as: admin, body })
    assertOk(answer)
    return answer.body
  }
}
