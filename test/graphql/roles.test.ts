import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { predefinedClusterPrivileges } from '../../src/authorization/privileges.ts'
import { jacknich, nobody, provision } from '../support/people.ts'
import { createTestApp } from '../support/testApp.ts'
import { ask, expectRefused } from './ask.ts'
import { naughtyStrings } from './naughtyStrings.ts'

const { fetch, close } = await createTestApp()
afterAll(close)

const fields = 'name cluster indices applications runAs global metadata description'

const putRole = `mutation ($name: String!, $role: RoleInput!) {
  putRole(name: $name, role: $role) { __typename ... on RolePut { created role { ${fields} } } }
}`
const deleteRole = `mutation ($name: String!) {
  deleteRole(name: $name) { __typename ... on RoleDeleted { name } ... on Error { message } }
}`

const put = (name: string, role: object) => ask(fetch, putRole, { name, role })
const roleNamed = async (name: string) => {
  const answer = await ask(fetch, `query ($name: String!) { role(name: $name) { ${fields} } }`, { name })
  expect(answer.errors).toBeUndefined()
  return answer.data?.role
}

const whole = {
  cluster: ['manage_user_profile', 'cluster:admin/xpack/security/profile/*'],
  indices: [
    { names: ['a*'], privileges: ['read'], query: '{"match_all":{}}', allow_restricted_indices: true },
  ],
  applications: [{ application: 'shop', privileges: ['read'], resources: ['*'] }],
  runAs: ['ann', 'bob'],
  global: { application: { manage: { applications: ['shop'] } } },
  metadata: { version: 1, nested: { list: [1, null, 'a'] } },
  description: 'Looks after the shop.',
}
const empty = {
  cluster: [],
  indices: [],
  applications: [],
  runAs: [],
  global: null,
  metadata: {},
  description: null,
}

beforeEach(async () => {
  await ask(fetch, deleteRole, { name: 'shop' })
})

describe('putRole', () => {
  it('creates a role, with everything', async () => {
    const role = { name: 'shop', ...whole }
    expect((await put('shop', whole)).data).toEqual({
      putRole: { __typename: 'RolePut', created: true, role },
    })
    expect(await roleNamed('shop')).toEqual(role)
  })

  it('creates a role that grants nothing', async () => {
    const role = { name: 'shop', ...empty }
    expect((await put('shop', {})).data).toEqual({ putRole: { __typename: 'RolePut', created: true, role } })
    expect(await roleNamed('shop')).toEqual(role)
  })

  it('replaces a role whole', async () => {
    await put('shop', whole)
    const role = { name: 'shop', ...empty, cluster: ['monitor'] }
    expect((await put('shop', { cluster: ['monitor'] })).data).toEqual({
      putRole: { __typename: 'RolePut', created: false, role },
    })
    expect(await roleNamed('shop')).toEqual(role)
  })

  it('fills in what Elasticsearch does: lists around single strings, and a default', async () => {
    await put('shop', { indices: [{ names: 'a', privileges: 'read' }] })
    expect(await roleNamed('shop')).toMatchObject({
      indices: [{ names: ['a'], privileges: ['read'], allow_restricted_indices: false }],
    })
  })

  it('decides at once what its users may do', async () => {
    await provision(fetch)
    const activate = () =>
      ask(
        fetch,
        'mutation ($grant: GrantInput!) { activateProfile(grant: $grant) { __typename } }',
        { grant: { password: jacknich } },
        nobody,
      )
    const user = 'putUser(username: "nobody", user: { roles: ["shop"] }) { __typename }'
    await ask(fetch, `mutation { ${user} }`)
    expectRefused(await activate(), 403, 'FORBIDDEN')
    await put('shop', { cluster: ['manage_user_profile'] })
    expect((await activate()).data).toEqual({ activateProfile: { __typename: 'Profile' } })
    await put('shop', { cluster: ['manage'] })
    expectRefused(await activate(), 403, 'FORBIDDEN')
    await put('shop', { cluster: ['cluster:admin/xpack/security/profile/*'] })
    expect((await activate()).data).toEqual({ activateProfile: { __typename: 'Profile' } })
    await ask(fetch, deleteRole, { name: 'shop' })
    expectRefused(await activate(), 403, 'FORBIDDEN')
  })

  const nameRule =
    'Role names must be at least 1 and no more than 507 characters. They can contain alphanumeric characters ' +
    '(a-z, A-Z, 0-9), spaces, punctuation, and printable symbols in the Basic Latin (ASCII) block. Leading or ' +
    'trailing whitespace is not allowed.'
  const unknownPrivilege =
    'unknown cluster privilege [fly]. a privilege must be either one of the predefined cluster privilege names ' +
    `[${predefinedClusterPrivileges.join(',')}] or a pattern over one of the available cluster actions`

  it.each<[string, string, object, string[]]>([
    ['an empty name', '', {}, [nameRule]],
    ['a name beyond ASCII', 'rôle', {}, [nameRule]],
    ['a reserved name', 'superuser', {}, ['Role [superuser] is reserved and may not be used.']],
    ['an unknown privilege', 'shop', { cluster: ['monitor', 'fly'] }, [unknownPrivilege]],
    ['metadata of ours', 'shop', { metadata: { _a: 1 } }, ['metadata keys may not start with [_]']],
    [
      'a long description',
      'shop',
      { description: 'a'.repeat(1_001) },
      ['Role description must be less than 1000 characters.'],
    ],
    [
      'indices without names',
      'shop',
      { indices: [{ privileges: ['read'] }] },
      ['every entry of [indices] needs [names], a list of strings'],
    ],
    [
      'applications without resources',
      'shop',
      { applications: [{ application: 'a', privileges: ['read'] }] },
      ['every entry of [applications] needs [resources], a list of strings'],
    ],
    [
      'several at once',
      ' ',
      { cluster: ['fly'], metadata: { _a: 1 } },
      [nameRule, unknownPrivilege, 'metadata keys may not start with [_]'],
    ],
  ])('refuses %s, and says why in problems', async (_, name, role, problems) => {
    const answer = await put(name, role)
    expectRefused(answer, 400, 'INVALID_INPUT')
    expect(answer.errors).toMatchObject([{ path: ['putRole'], extensions: { problems } }])
    expect(await roleNamed('shop')).toBeNull()
  })

  it.each<[string, object, string[]]>([
    ['null for a list', { cluster: null }, ['role.cluster: expected [String!]!']],
    ['a number among names', { runAs: ['a', 1] }, ['role.runAs.1: expected String']],
    ['text among objects', { indices: [{}, 'a'] }, ['role.indices.1: expected JSONObject']],
    ["Elasticsearch's spelling", { run_as: [] }, ['role.run_as: is not a field of RoleInput']],
  ])('refuses %s, by path and expectation', async (_, role, problems) => {
    const answer = await put('shop', role)
    expectRefused(answer, 400, 'INVALID_INPUT')
    expect(answer.errors?.[0]?.extensions.problems).toEqual(problems)
  })

  it.each(naughtyStrings.map((text) => [text.slice(0, 20), text]))('keeps %j as it is', async (_, text) => {
    const short = Array.from(text).slice(0, 1_000).join('')
    const role = {
      ...empty,
      indices: [{ names: [text], privileges: [text], allow_restricted_indices: false, query: text }],
      applications: [{ application: text, privileges: [text], resources: [text] }],
      runAs: [text],
      global: { [`-${text}`]: text },
      metadata: { a: text },
      description: short,
    }
    expect((await put('shop', role)).errors).toBeUndefined()
    expect(await roleNamed('shop')).toEqual({ name: 'shop', ...role })
  })
})

describe('deleteRole', () => {
  it('deletes a role', async () => {
    await put('shop', {})
    expect((await ask(fetch, deleteRole, { name: 'shop' })).data).toEqual({
      deleteRole: { __typename: 'RoleDeleted', name: 'shop' },
    })
    expect(await roleNamed('shop')).toBeNull()
  })

  it.each(['shop', '', 'rôle', ...naughtyStrings.slice(0, 16)])(
    'answers RoleNotFound for %j',
    async (name) => {
      expect((await ask(fetch, deleteRole, { name })).data).toEqual({
        deleteRole: { __typename: 'RoleNotFound', message: 'there is no role of that name' },
      })
    },
  )

  it.each(['superuser', 'kibana_system'])('refuses %s, which is built in', async (name) => {
    const answer = await ask(fetch, deleteRole, { name })
    expectRefused(answer, 400, 'INVALID_INPUT')
    expect(answer.errors?.[0]?.message).toBe(`role [${name}] is reserved and cannot be deleted`)
    expect(await roleNamed(name)).toMatchObject({ name })
  })
})

describe('role and roles', () => {
  const namesOf = async (names?: unknown) => {
    const query = 'query ($names: [String!]) { roles(names: $names) { name } }'
    const { data } = await ask(fetch, query, names === undefined ? {} : { names })
    return (data as { roles: { name: string }[] }).roles.map(({ name }) => name)
  }

  it('answer a role that is built in', async () => {
    expect(await roleNamed('superuser')).toMatchObject({
      cluster: ['all'],
      metadata: { _reserved: true },
      description: expect.stringMatching(/./) as unknown,
    })
  })

  it('answer null for a role that is not there', async () => {
    expect(await roleNamed('nothing')).toBeNull()
  })

  it('answer all, built-in ones first', async () => {
    await put('shop', {})
    await put('archive', {})
    const names = await namesOf()
    expect(names).toEqual(expect.arrayContaining(['kibana_system', 'superuser', 'archive', 'shop']))
    expect(names.indexOf('superuser')).toBeLessThan(names.indexOf('archive'))
    expect(names.indexOf('archive')).toBeLessThan(names.indexOf('shop'))
  })

  it('answer those of the named that exist', async () => {
    await put('shop', {})
    expect(await namesOf(['shop', 'nothing', 'superuser', 'shop'])).toEqual(['superuser', 'shop'])
    expect(await namesOf([])).toEqual([])
  })

  it('answer however many are named', async () => {
    const names = ['superuser', ...Array.from({ length: 50_000 }, (_, n) => `role-${n}`)]
    expect(await namesOf(names)).toEqual(['superuser'])
  })
})
