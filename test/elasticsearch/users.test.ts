import { hash } from '@node-rs/argon2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { jacknich, jacknichUser, loginBackend, nobody, provision } from '../support/people.ts'
import { createTestApp, elastic, rest, type Answered, type Credentials } from '../support/testApp.ts'

const app = await createTestApp()
beforeAll(async () => {
  await provision(app.fetch)
  await send('PUT', '/_security/role/reader', { cluster: ['read_security'] })
  await put('reader', { password: 'reader-p@ss', roles: ['reader'] })
})
afterAll(() => app.close())

const action = 'cluster:admin/xpack/security/user'
const minimal = { password: 'p@ssw0rd', roles: [] as string[] }
const reader = { username: 'reader', password: 'reader-p@ss' }
const stored = { roles: [], full_name: null, email: null, metadata: {}, enabled: true }

describe('200, putting a user', () => {
  it.each(['PUT', 'POST'])('says by %s whether the user is new', async (method) => {
    const path = `/_security/user/new-by-${method}`
    expect(await send(method, path, minimal)).toMatchObject({ status: 200, body: { created: true } })
    expect(await send(method, path, minimal)).toMatchObject({ status: 200, body: { created: false } })
  })

  it('stores every field, and takes the username as an echo', async () => {
    const { password, ...fields } = jacknichUser
    await put('echo', { ...fields, password, username: 'echo', enabled: false })
    expect(await get('echo')).toEqual({ username: 'echo', ...fields, enabled: false })
  })

  it('gives what is left out or null its default', async () => {
    await put('bare', { ...minimal, full_name: null, email: null })
    expect(await get('bare')).toEqual({ username: 'bare', ...stored })
  })

  it('replaces all but the password where none is given', async () => {
    const user = await fresh({ ...jacknichUser, password: minimal.password })
    expect(await put(user.username, { roles: ['b', 'a'] })).toMatchObject({ body: { created: false } })
    expect(await get(user.username)).toEqual({ username: user.username, ...stored, roles: ['b', 'a'] })
    expect(await authenticate(user)).toMatchObject({ status: 200, body: { roles: ['b', 'a'] } })
    for (const [text, roles] of [
      ['b,a', ['b', 'a']],
      ['', []],
    ] as const) {
      await put(user.username, { roles: text })
      expect(await get(user.username)).toMatchObject({ roles })
    }
  })

  it('replaces the password at once where one is given', async () => {
    const user = await fresh()
    await authenticate(user)
    await put(user.username, { ...minimal, password: 'another' })
    expect(await authenticate(user)).toMatchObject({ status: 401 })
    expect(await authenticate({ ...user, password: 'another' })).toMatchObject({ status: 200 })
  })

  it('takes a hash in place of the password', async () => {
    const password_hash = await hash('p@ssw0rd', { memoryCost: 19_456, timeCost: 2, parallelism: 1 })
    await put('hashed', { password_hash, roles: [] })
    expect(await authenticate({ username: 'hashed', password: 'p@ssw0rd' })).toMatchObject({ status: 200 })
  })

  it('takes a hash as Elasticsearch stores it', async () => {
    // Of l0ng-r4nd0m-p@ssw0rd, made by jBCrypt 0.4, from which Elasticsearch's own comes.
    const password_hash = '$2a$10$abcdefghijklmnopqrstuu4JkvQ8ilj.Gx./WK5bj8qORdf94LrqO'
    expect(await put('imported', { password_hash, roles: [] })).toMatchObject({ status: 200 })
    const user = { username: 'imported', password: 'l0ng-r4nd0m-p@ssw0rd' }
    for (let time = 0; time < 2; time++) expect(await authenticate(user)).toMatchObject({ status: 200 })
    expect(await authenticate({ ...user, password: 'wrong' })).toMatchObject({ status: 401 })
  })

  it.each(['true', 'false', 'wait_for'])('takes refresh=%s', async (refresh) => {
    const answer = await send('PUT', `/_security/user/refreshed?refresh=${refresh}`, minimal)
    expect(answer).toMatchObject({ status: 200 })
  })

  it('takes names of 507 characters and passwords of 6', async () => {
    const user = { username: 'n'.repeat(507), password: '123456' }
    expect(await put(user.username, { password: user.password, roles: [] })).toMatchObject({ status: 200 })
    expect(await authenticate(user)).toMatchObject({ status: 200, body: { username: user.username } })
  })
})

describe('200, getting users', () => {
  it('prints null for what a user has not', async () => {
    const { username } = await fresh()
    expect(await send('GET', `/_security/user/${username}`)).toMatchObject({
      status: 200,
      body: { [username]: { username, ...stored } },
    })
  })

  it('finds several, and leaves out those that are not there', async () => {
    const { body } = await send('GET', '/_security/user/jacknich,unknown,nobody')
    expect(Object.keys(body as object).sort()).toEqual(['jacknich', 'nobody'])
  })

  it('lists all, the reserved one too, and no secret of any', async () => {
    const { status, body } = await send('GET', '/_security/user')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      elastic: { username: 'elastic', roles: ['superuser'], metadata: { _reserved: true }, enabled: true },
      jacknich: { full_name: 'Jack Nicholson' },
    })
    expect(JSON.stringify(body)).not.toMatch(/argon2|password/i)
  })

  it('needs no more than read_security', async () => {
    expect(await send('GET', '/_security/user/jacknich', undefined, reader)).toMatchObject({ status: 200 })
  })
})

describe('200, authenticating', () => {
  it('tells a native user who it is', async () => {
    const { password, ...fields } = jacknichUser
    const realm = { name: 'native', type: 'native' }
    expect((await authenticate({ username: jacknich.username, password })).body).toEqual({
      username: 'jacknich',
      ...fields,
      enabled: true,
      authentication_realm: realm,
      lookup_realm: realm,
      authentication_type: 'realm',
    })
  })

  it('tells elastic that it is reserved, and prints null for what it has not', async () => {
    expect((await authenticate(elastic)).body).toMatchObject({
      username: 'elastic',
      roles: ['superuser'],
      full_name: null,
      email: null,
      authentication_realm: { name: 'reserved', type: 'reserved' },
    })
  })
})

describe('200, deleting a user', () => {
  it('ends its access at once', async () => {
    const user = await fresh()
    await authenticate(user)
    expect(await send('DELETE', `/_security/user/${user.username}`)).toMatchObject({
      status: 200,
      body: { found: true },
    })
    expect(await authenticate(user)).toMatchObject({ status: 401 })
  })
})

describe('200, changing a password', () => {
  it.each(['PUT', 'POST'])('by %s ends the old one at once, for caller and grant', async (method) => {
    const old = await fresh()
    await authenticate(old)
    expect(await send(method, passwordOf(old.username), { password: 'another' })).toMatchObject({
      status: 200,
      body: {},
    })
    for (const prove of [authenticate, activate]) {
      expect(await prove(old)).toMatchObject({ status: 401 })
      expect(await prove({ ...old, password: 'another' })).toMatchObject({ status: 200 })
    }
  })

  it('is everybody’s own right, by name and without', async () => {
    const user = await fresh()
    const first = { ...user, password: 'another' }
    const second = { ...user, password: 'and another' }
    const { username } = user
    expect(await send('POST', passwordOf(username), { password: first.password }, user)).toMatchObject({
      status: 200,
      body: {},
    })
    expect(
      await send('POST', '/_security/user/_password', { password: second.password }, first),
    ).toMatchObject({ status: 200, body: {} })
    expect(await authenticate(second)).toMatchObject({ status: 200 })
  })

  it('works for elastic', async () => {
    const other = await createTestApp()
    const changed = { ...elastic, password: 'changed' }
    await rest(other.fetch, 'POST', passwordOf('elastic'), elastic, { password: changed.password })
    const authenticated = (who: Credentials) => rest(other.fetch, 'GET', '/_security/_authenticate', who)
    expect(await authenticated(elastic)).toMatchObject({ status: 401 })
    expect(await authenticated(changed)).toMatchObject({ status: 200 })
    await other.close()
  })

  it('leaves the rest of the user as it is', async () => {
    const user = await fresh({ ...jacknichUser, enabled: false })
    const before = await get(user.username)
    await send('POST', passwordOf(user.username), { password: 'another' })
    expect(await get(user.username)).toEqual(before)
  })
})

describe('200, disabling and enabling', () => {
  it.each(['PUT', 'POST'])(
    'by %s keeps a user out, as caller and in a grant, until enabled',
    async (method) => {
      const user = await fresh()
      const { username } = user
      for (const [verb, status] of [
        ['_disable', 401],
        ['_enable', 200],
      ] as const) {
        const answer = await send(method, `/_security/user/${username}/${verb}`)
        expect(answer).toMatchObject({ status: 200, body: {} })
        expect(await get(username)).toMatchObject({ enabled: verb === '_enable' })
        expect(await authenticate(user)).toMatchObject({ status })
        expect(await activate(user)).toMatchObject({ status })
      }
    },
  )

  it('is idempotent', async () => {
    const { username } = await fresh()
    for (const verb of ['_disable', '_disable', '_enable', '_enable']) {
      expect(await send('PUT', `/_security/user/${username}/${verb}`)).toMatchObject({ status: 200 })
    }
  })

  it('tells a disabled caller what it tells an unknown one', async () => {
    const { username, password } = await fresh({ ...minimal, enabled: false })
    const unknown = await authenticate({ username: 'unknown', password })
    const disabled = await authenticate({ username, password })
    expect(disabled).toMatchObject({ status: 401 })
    expect(JSON.stringify(disabled.body).replaceAll(username, 'unknown')).toBe(JSON.stringify(unknown.body))
  })
})

describe('400', () => {
  const usernames =
    'User names must be at least 1 and no more than 507 characters. They can contain alphanumeric characters (a-z, ' +
    'A-Z, 0-9), spaces, punctuation, and printable symbols in the Basic Latin (ASCII) block. Leading or trailing ' +
    'whitespace is not allowed.'

  it.each([
    ['x', { password: 'p@ssw0rd' }, 'roles are missing'],
    ['x', { ...minimal, metadata: { _x: 1 } }, 'metadata keys may not start with [_]'],
    ['x', { ...minimal, password: '12345' }, 'passwords must be at least [6] characters long'],
    ['x', { ...minimal, password: '' }, 'passwords must be at least [6] characters long'],
    [' x', minimal, usernames],
    ['x ', minimal, usernames],
    ['Juan Pérez', minimal, usernames],
    ['x\ty', minimal, usernames],
    ['n'.repeat(508), minimal, usernames],
    ['elastic', minimal, 'Username [elastic] is reserved and may not be used.'],
    ['elastic', { roles: [] }, 'Username [elastic] is reserved and may not be used.'],
  ])('refuses to put %j as %j', async (username, user, problem) => {
    const answer = await put(username, user)
    expect(answer.status).toBe(400)
    expect(answer.body).toMatchObject({
      error: { type: 'action_request_validation_exception', reason: `Validation Failed: 1: ${problem};` },
      status: 400,
    })
  })

  it.each([
    { password: 'p@ssw0rd', password_hash: 'x' },
    { password_hash: 'p@ssw0rd' },
    { password_hash: '$2a$10$x' },
  ])('refuses %j for a password', async (user) => {
    expect(await put('hashless', { roles: [], ...user })).toMatchObject({ status: 400 })
    expect(await send('GET', '/_security/user/hashless')).toMatchObject({ status: 404 })
  })

  it('asks a new user for a password', async () => {
    const problem = 'password must be specified unless you are updating an existing user'
    expect(await put('passwordless', { roles: [] })).toMatchObject({
      status: 400,
      body: { error: { reason: expect.stringContaining(problem) as string } },
    })
    expect(await send('GET', '/_security/user/passwordless')).toMatchObject({ status: 404 })
  })

  it.each<[string, unknown]>([
    ['an unknown field', { ...minimal, foo: 1 }],
    ['a number for a password', { ...minimal, password: 123456 }],
    ['no list for roles', { ...minimal, roles: 1 }],
    ['null for roles', { ...minimal, roles: null }],
    ['a list of other things for roles', { ...minimal, roles: ['x', 1] }],
    ['a number for full_name', { ...minimal, full_name: 1 }],
    ['a list for email', { ...minimal, email: ['x'] }],
    ['a list for metadata', { ...minimal, metadata: [] }],
    ['a string for enabled', { ...minimal, enabled: 'true' }],
    ['a list for the user', []],
    ['no body', undefined],
  ])('creates nothing from %s', async (_, user) => {
    expect(await put('refused', user)).toMatchObject({ status: 400 })
    expect(await send('GET', '/_security/user/refused')).toMatchObject({ status: 404 })
  })

  it('changes nothing of a user by a put that it refuses', async () => {
    const user = await fresh(jacknichUser)
    const before = await get(user.username)
    for (const wrong of [{ enabled: 'x' }, { metadata: { _x: 1 } }, { password: '12345' }, { roles: [1] }]) {
      const answer = await put(user.username, { password: 'another', roles: [], email: 'x', ...wrong })
      expect(answer).toMatchObject({ status: 400 })
    }
    expect(await get(user.username)).toEqual(before)
    expect(await authenticate(user)).toMatchObject({ status: 200 })
  })

  it.each([{ password: '12345' }, { password: null }, { foo: 1 }, {}, undefined])(
    'keeps the password where the new one is %j',
    async (body) => {
      const user = await fresh()
      expect(await send('POST', passwordOf(user.username), body)).toMatchObject({ status: 400 })
      expect(await authenticate(user)).toMatchObject({ status: 200 })
    },
  )

  it.each([
    ['POST', passwordOf('unknown'), { password: 'p@ssw0rd' }],
    ['PUT', '/_security/user/unknown/_disable', undefined],
    ['PUT', '/_security/user/unknown/_enable', undefined],
  ])('%s %s says that there is no such user', async (method, path, body) => {
    expect(await send(method, path, body)).toMatchObject({ status: 400 })
  })

  it('keeps elastic from being deleted', async () => {
    expect(await send('DELETE', '/_security/user/elastic')).toMatchObject({ status: 400 })
    expect(await authenticate(elastic)).toMatchObject({ status: 200 })
  })

  it.each([
    ['GET', '_privileges', undefined],
    ['GET', '_has_privileges', undefined],
    ['POST', '_has_privileges', { cluster: ['monitor'] }],
    ['POST', '_has_privileges', minimal],
  ])('%s /_security/user/%s is no user of that name: %j', async (method, name, body) => {
    const reason = `[${name}] is not available on this gateway`
    expect(await send(method, `/_security/user/${name}`, body, nobody)).toMatchObject({
      status: 400,
      body: { error: { type: 'illegal_argument_exception', reason } },
    })
    expect(await send('GET', '/_security/user')).not.toHaveProperty(['body', name])
  })

  it('comes before 403', async () => {
    expect(await put('x', {}, nobody)).toMatchObject({ status: 400 })
  })
})

describe('403', () => {
  const reads = 'read_security,manage_security,all'
  const writes = 'manage_security,all'

  it.each([
    ['GET', '/_security/user', undefined, 'get', reads],
    ['GET', '/_security/user/nobody', undefined, 'get', reads],
    ['PUT', '/_security/user/x', minimal, 'put', writes],
    ['DELETE', '/_security/user/jacknich', undefined, 'delete', writes],
    ['POST', '/_security/user/jacknich/_password', { password: 'p@ssw0rd' }, 'change_password', writes],
    ['PUT', '/_security/user/jacknich/_disable', undefined, 'set_enabled', writes],
    ['PUT', '/_security/user/jacknich/_enable', undefined, 'set_enabled', writes],
  ])('%s %s names what it takes', async (method, path, body, verb, privileges) => {
    const reason =
      `action [${action}/${verb}] is unauthorized for user [nobody] with effective roles [], ` +
      `this action is granted by the cluster privileges [${privileges}]`
    const answer = await send(method, path, body, nobody)
    expect(answer.status).toBe(403)
    expect(answer.body).toEqual({
      error: { root_cause: [{ type: 'security_exception', reason }], type: 'security_exception', reason },
      status: 403,
    })
  })

  it('keeps a reader from writing, and an application from reading', async () => {
    expect(await put('x', minimal, reader)).toMatchObject({ status: 403 })
    expect(await send('GET', '/_security/user', undefined, loginBackend)).toMatchObject({ status: 403 })
    expect(await send('GET', '/_security/user/x')).toMatchObject({ status: 404 })
  })
})

describe('404', () => {
  it.each(['unknown', 'unknown,another'])('is an empty answer for the users %s', async (names) => {
    expect(await send('GET', `/_security/user/${names}`)).toMatchObject({ status: 404 })
    expect((await send('GET', `/_security/user/${names}`)).body).toEqual({})
  })

  it('finds nobody to delete', async () => {
    const { status, body } = await send('DELETE', '/_security/user/unknown')
    expect([status, body]).toEqual([404, { found: false }])
  })
})

function send(
  method: string,
  path: string,
  body?: unknown,
  caller: Credentials = elastic,
): Promise<Answered<unknown>> {
  return rest(app.fetch, method, path, caller, body)
}

function put(username: string, user: unknown, caller: Credentials = elastic) {
  return send('PUT', `/_security/user/${encodeURIComponent(username)}`, user, caller)
}

async function get(username: string): Promise<unknown> {
  const { body } = await send('GET', `/_security/user/${username}`)
  return (body as Record<string, unknown>)[username]
}

/** Puts a user whom no other test knows. */
async function fresh(user: typeof minimal & { enabled?: boolean } = minimal): Promise<Credentials> {
  const username = `user-${made++}`
  await put(username, user)
  return { username, password: user.password }
}
let made = 0

function authenticate(user: Credentials) {
  return send('GET', '/_security/_authenticate', undefined, user)
}

function activate(user: Credentials) {
  return send('POST', '/_security/profile/_activate', { grant_type: 'password', ...user }, loginBackend)
}

function passwordOf(username: string): string {
  return `/_security/user/${username}/_password`
}
