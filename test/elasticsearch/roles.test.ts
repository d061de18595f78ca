import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { jacknich, nobody, provision } from '../support/people.ts'
import { createTestApp, elastic, rest, type Answered, type Credentials } from '../support/testApp.ts'

const app = await createTestApp()
beforeAll(() => provision(app.fetch))
afterAll(() => app.close())

const activate = 'cluster:admin/xpack/security/profile/activate'
const granting = 'this action is granted by the cluster privileges [manage_user_profile,manage_security,all]'
const empty = {
  cluster: [],
  indices: [],
  applications: [],
  run_as: [],
  metadata: {},
  transient_metadata: { enabled: true },
}

describe('200, putting a role', () => {
  it.each(['PUT', 'POST'])('says by %s whether the role is new', async (method) => {
    const path = `/_security/role/new-by-${method}`
    expect((await send(method, path, {})).body).toEqual({ role: { created: true } })
    expect((await send(method, path, {})).body).toEqual({ role: { created: false } })
  })

  it('stores every field', async () => {
    const role = {
      cluster: ['monitor', 'cluster:admin/xpack/security/profile/*'],
      global: { profile: { write: { applications: ['kibana*'] } } },
      indices: [
        {
          names: ['a', 'b*'],
          privileges: ['read'],
          field_security: { grant: ['*'], except: ['secret'] },
          query: '{"match_all":{}}',
          allow_restricted_indices: true,
        },
      ],
      applications: [{ application: 'kibana', privileges: ['read'], resources: ['*'] }],
      run_as: ['jacknich'],
      metadata: { version: 1, nested: { list: [1, 'two', null] } },
      description: 'Everything that a role can have.',
    }
    await put('full', role)
    expect(await get('full')).toEqual({ ...role, transient_metadata: { enabled: true } })
  })

  it('gives what is left out its default', async () => {
    await put('bare', {})
    expect(await get('bare')).toEqual(empty)
  })

  it('completes the entries of indices', async () => {
    await put('indices', { indices: [{ names: 'a', privileges: 'read' }] })
    expect(await get('indices')).toEqual({
      ...empty,
      indices: [{ names: ['a'], privileges: ['read'], allow_restricted_indices: false }],
    })
  })

  it('replaces all of it', async () => {
    await put('replaced', { cluster: ['all'], metadata: { a: 1 }, description: 'x' })
    await put('replaced', { run_as: ['x'] })
    expect(await get('replaced')).toEqual({ ...empty, run_as: ['x'] })
  })

  it('takes back what it printed', async () => {
    await put('printed', { cluster: ['monitor'], indices: [{ names: 'a', privileges: 'read' }] })
    const printed = await get('printed')
    expect(await put('printed', printed)).toMatchObject({ status: 200 })
    expect(await get('printed')).toEqual(printed)
  })

  it.each(['true', 'false', 'wait_for'])('takes refresh=%s', async (refresh) => {
    expect(await send('PUT', `/_security/role/refreshed?refresh=${refresh}`, {})).toMatchObject({
      status: 200,
    })
  })

  it('takes names of 507 characters, and a description of 1,000', async () => {
    const name = 'n'.repeat(507)
    expect(await put(name, { description: 'd'.repeat(1000) })).toMatchObject({ status: 200 })
    expect(await get(name)).toMatchObject({ description: 'd'.repeat(1000) })
  })
})

describe('200, getting roles', () => {
  it('finds several, and leaves out those that are not there', async () => {
    await put('one', {})
    const { status, body } = await send('GET', '/_security/role/one,unknown,superuser')
    expect(status).toBe(200)
    expect(Object.keys(body as object).sort()).toEqual(['one', 'superuser'])
  })

  it('lists all, the reserved ones marked as such', async () => {
    const { body } = await send('GET', '/_security/role')
    expect(body).toMatchObject({
      superuser: { cluster: ['all'], metadata: { _reserved: true }, transient_metadata: { enabled: true } },
      kibana_system: { metadata: { _reserved: true } },
      profile_activator: { cluster: ['manage_user_profile'] },
    })
  })
})

describe('200, deleting a role', () => {
  it('says that it was there, and ends what it allowed at once', async () => {
    const user = await userWith(['short-lived'])
    await put('short-lived', { cluster: ['all'] })
    expect(await activateAs(user)).toMatchObject({ status: 200 })
    const { status, body } = await send('DELETE', '/_security/role/short-lived')
    expect([status, body]).toEqual([200, { found: true }])
    expect(await activateAs(user)).toMatchObject({ status: 403 })
  })
})

describe('200, activating', () => {
  it.each([
    'all',
    'manage_security',
    'manage_user_profile',
    'cluster:*',
    'cluster:admin/xpack/security/*',
    'cluster:admin/xpack/security/profile/*',
    'cluster:admin/*/profile/activate',
    'cluster:admin/xpack/security/profile/activate',
  ])('is allowed by the cluster privilege %s', async (privilege) => {
    expect(await activateAs(await userWithPrivileges(['monitor', privilege]))).toMatchObject({ status: 200 })
  })

  it.each(['superuser', 'kibana_system'])('is allowed by the built-in role %s', async (role) => {
    expect(await activateAs(await userWith(['unknown', role]))).toMatchObject({ status: 200 })
  })

  it('is allowed as soon as the role is', async () => {
    const user = await userWith(['late'])
    expect(await activateAs(user)).toMatchObject({ status: 403 })
    await put('late', { cluster: ['manage_user_profile'] })
    expect(await activateAs(user)).toMatchObject({ status: 200 })
  })
})

describe('400', () => {
  const names =
    'Role names must be at least 1 and no more than 507 characters. They can contain alphanumeric characters (a-z, ' +
    'A-Z, 0-9), spaces, punctuation, and printable symbols in the Basic Latin (ASCII) block. Leading or trailing ' +
    'whitespace is not allowed.'

  it.each([
    [' x', {}, names],
    ['é', {}, names],
    ['n'.repeat(508), {}, names],
    ['superuser', {}, 'Role [superuser] is reserved and may not be used.'],
    ['kibana_system', {}, 'Role [kibana_system] is reserved and may not be used.'],
    ['x', { metadata: { _x: 1 } }, 'metadata keys may not start with [_]'],
    ['x', { description: 'd'.repeat(1001) }, 'Role description must be less than 1000 characters.'],
  ])('refuses to put %j as %j', async (name, role, problem) => {
    const answer = await put(name, role)
    expect(answer.status).toBe(400)
    expect(answer.body).toMatchObject({
      error: { type: 'action_request_validation_exception', reason: `Validation Failed: 1: ${problem};` },
      status: 400,
    })
  })

  it.each<[unknown, string]>([
    [[], 'failed to parse role [x]. expected an object but found [START_ARRAY] instead'],
    [{ foo: 1, cluster: 1 }, 'failed to parse role [x]. unexpected field [foo]'],
    [{ metadata: null }, 'expected field [metadata] to be of type object, but found [VALUE_NULL] instead'],
    [
      { index: {} },
      'failed to parse indices privileges for role [x]. expected field [index] value to be an array, but found ' +
        '[START_OBJECT] instead',
    ],
    [
      { applications: ['a'] },
      'failed to parse application privileges for role [x]. expected field [applications] value to be an array of ' +
        'objects, but found an array element of type [VALUE_STRING]',
    ],
  ])('says of %j what does not fit', async (role, reason) => {
    const error = { type: 'parse_exception', reason }
    const { status, body } = await put('x', role)
    expect([status, body]).toEqual([400, { error: { root_cause: [error], ...error }, status: 400 }])
  })

  it.each<[object, string]>([
    [{ cluster: 'all' }, '[cluster] field. expected a string array but found [VALUE_STRING] value instead'],
    [{ run_as: {} }, '[run_as] field. expected a string array but found [START_OBJECT] value instead'],
    [
      { cluster: ['all', 1] },
      '[cluster] field. expected a string array but one of the value in the array is [VALUE_NUMBER]',
    ],
  ])('says of %j what lies behind it', async (role, problem) => {
    const cause = { type: 'parse_exception', reason: `could not parse ${problem}` }
    const error = { type: 'parse_exception', reason: 'failed to parse role [x]', caused_by: cause }
    const { status, body } = await put('x', role)
    expect([status, body]).toEqual([400, { error: { root_cause: [cause], ...error }, status: 400 }])
  })

  it.each(['x', 'ALL', 'manage_user_profiles', ''])('refuses the cluster privilege %j', async (privilege) => {
    const { status, body } = await put('privileged', { cluster: ['monitor', privilege] })
    const { reason } = (body as { error: { reason: string } }).error
    const [, unknown, known = ''] =
      /unknown cluster privilege \[(.*?)\]\. a privilege must be either one of the predefined cluster privilege names \[(.*?)\] or a pattern over one of the available cluster actions/.exec(
        reason,
      ) ?? []
    expect([status, unknown]).toEqual([400, privilege])
    expect(known.split(',')).toEqual(known.split(',').sort())
    expect(known.split(',')).toEqual(
      expect.arrayContaining(['all', 'manage_user_profile', 'write_fleet_secrets']),
    )
    expect(await send('GET', '/_security/role/privileged')).toMatchObject({ status: 404 })
  })

  it.each<[string, unknown]>([
    ['an unknown field', { foo: 1 }],
    ['a string for cluster', { cluster: 'all' }],
    ['numbers in cluster', { cluster: [1] }],
    ['a string for indices', { indices: 'x' }],
    ['an index entry without names', { indices: [{ privileges: ['read'] }] }],
    ['a list for metadata', { metadata: [] }],
    ['a number for description', { description: 1 }],
    ['a list for global', { global: [] }],
    ['a list for the role', []],
    ['no body', undefined],
  ])('creates nothing from %s', async (_, role) => {
    expect(await put('refused', role)).toMatchObject({ status: 400 })
    expect(await send('GET', '/_security/role/refused')).toMatchObject({ status: 404 })
  })

  it('changes nothing of a role by a put that it refuses', async () => {
    await put('kept', { cluster: ['monitor'] })
    expect(await put('kept', { cluster: ['all', 'x'], run_as: ['x'] })).toMatchObject({ status: 400 })
    expect(await get('kept')).toEqual({ ...empty, cluster: ['monitor'] })
  })

  it.each(['superuser', 'kibana_system'])('keeps %s from being deleted', async (name) => {
    expect(await send('DELETE', `/_security/role/${name}`)).toMatchObject({ status: 400 })
    expect(await get(name)).toMatchObject({ metadata: { _reserved: true } })
  })
})

describe('403', () => {
  it.each([
    [[], '[]'],
    [['manage'], '[limited]'],
    [['read_security', 'manage_own_api_key', 'none'], '[limited]'],
    [['cluster:monitor/*', 'cluster:admin/xpack/security/profile/get', 'cluster:*/put'], '[limited]'],
  ])('is what the privileges %j make of an activation', async (privileges, roles) => {
    await put('limited', { cluster: privileges })
    const user = await userWith(privileges.length > 0 ? ['limited'] : [])
    expect(await reasonOf(activateAs(user))).toBe(
      `action [${activate}] is unauthorized for user [${user.username}] with effective roles ${roles}, ${granting}`,
    )
  })

  it('names the assigned roles that do not exist, which the user keeps', async () => {
    await put('limited', { cluster: ['manage'] })
    await put('also', { cluster: [] })
    const user = await userWith(['zz', 'limited', 'aa', 'also'])
    expect(await reasonOf(activateAs(user))).toBe(
      `action [${activate}] is unauthorized for user [${user.username}] with effective roles [also,limited]` +
        ` (assigned roles [aa,zz] were not found), ${granting}`,
    )
    expect((await send('GET', `/_security/user/${user.username}`)).body).toMatchObject({
      [user.username]: { roles: ['zz', 'limited', 'aa', 'also'] },
    })
  })

  it.each([
    ['GET', '/_security/role', undefined, 'get', 'read_security,manage_security,all'],
    ['GET', '/_security/role/superuser', undefined, 'get', 'read_security,manage_security,all'],
    ['PUT', '/_security/role/x', {}, 'put', 'manage_security,all'],
    ['DELETE', '/_security/role/profile_activator', undefined, 'delete', 'manage_security,all'],
  ])('%s %s names what it takes', async (method, path, body, verb, privileges) => {
    expect(await reasonOf(send(method, path, body, nobody))).toBe(
      `action [cluster:admin/xpack/security/role/${verb}] is unauthorized for user [nobody] with effective roles [], ` +
        `this action is granted by the cluster privileges [${privileges}]`,
    )
  })
})

describe('404', () => {
  it.each(['unknown', 'unknown,another'])('is an empty answer for the roles %s', async (roles) => {
    const { status, body } = await send('GET', `/_security/role/${roles}`)
    expect([status, body]).toEqual([404, {}])
  })

  it('finds nothing to delete', async () => {
    const { status, body } = await send('DELETE', '/_security/role/unknown')
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

function put(name: string, role: unknown) {
  return send('PUT', `/_security/role/${encodeURIComponent(name)}`, role)
}

async function get(name: string): Promise<unknown> {
  const { body } = await send('GET', `/_security/role/${name}`)
  return (body as Record<string, unknown>)[name]
}

/** Puts a user whom no other test knows. */
async function userWith(roles: readonly string[]): Promise<Credentials> {
  const user = { username: `user-${made++}`, password: 'p@ssw0rd' }
  await send('PUT', `/_security/user/${user.username}`, { password: user.password, roles })
  return user
}
let made = 0

async function userWithPrivileges(cluster: readonly string[]): Promise<Credentials> {
  const role = `role-${made++}`
  await put(role, { cluster })
  return userWith([role])
}

function activateAs(caller: Credentials) {
  return send('POST', '/_security/profile/_activate', { grant_type: 'password', ...jacknich }, caller)
}

async function reasonOf(answer: ReturnType<typeof send>): Promise<string> {
  const { status, body } = await answer
  expect(status).toBe(403)
  return (body as { error: { reason: string } }).error.reason
}
