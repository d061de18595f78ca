import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { nobody, provision } from '../support/people.ts'
import { createTestApp } from '../support/testApp.ts'
import { ask, expectRefused } from './ask.ts'

const { fetch, close } = await createTestApp()
afterAll(close)

const fields = 'name enabled roles roleTemplates { source format } rules metadata'

const putRoleMapping = `mutation ($name: String!, $roleMapping: RoleMappingInput!) {
  putRoleMapping(name: $name, roleMapping: $roleMapping) {
    __typename ... on RoleMappingPut { created roleMapping { ${fields} } }
  }
}`
const deleteRoleMapping = `mutation ($name: String!) {
  deleteRoleMapping(name: $name) { __typename ... on RoleMappingDeleted { name } ... on Error { message } }
}`

const put = (roleMapping: object, name = 'staff') => ask(fetch, putRoleMapping, { name, roleMapping })
const named = async (names: readonly string[] | null) => {
  const answer = await ask(fetch, `query ($names: [String!]) { roleMappings(names: $names) { ${fields} } }`, {
    names,
  })
  expect(answer.errors).toBeUndefined()
  return answer.data?.roleMappings
}

const rules = { all: [{ field: { groups: ['a', 'b*'] } }, { except: { field: { dn: null } } }] }
const whole = { enabled: false, roles: ['b', 'a'], roleTemplates: [], rules, metadata: { version: 1 } }

beforeEach(async () => {
  for (const name of ['staff', 'a']) await ask(fetch, deleteRoleMapping, { name })
})

describe('putRoleMapping', () => {
  it('creates a role mapping, with everything', async () => {
    const roleMapping = { name: 'staff', ...whole }
    expect((await put(whole)).data).toEqual({
      putRoleMapping: { __typename: 'RoleMappingPut', created: true, roleMapping },
    })
    expect(await named(['staff'])).toEqual([roleMapping])
  })

  it('replaces a role mapping whole, and gives what is left out its default', async () => {
    await put(whole)
    const roleTemplates = [{ source: '{{username}}' }, { source: '[]', format: 'JSON' }]
    const { data } = await put({ roleTemplates, rules: { field: { groups: ['x'] } } })
    const roleMapping = {
      name: 'staff',
      enabled: true,
      roles: [],
      roleTemplates: [
        { source: '{{username}}', format: 'STRING' },
        { source: '[]', format: 'JSON' },
      ],
      rules: { field: { groups: 'x' } },
      metadata: {},
    }
    expect(data).toEqual({ putRoleMapping: { __typename: 'RoleMappingPut', created: false, roleMapping } })
    expect(await named(['staff'])).toEqual([roleMapping])
  })

  it('takes rules as a literal, too', async () => {
    const literal = '{ all: [{ field: { groups: ["a", "b*"] } }, { except: { field: { dn: null } } }] }'
    const { data } = await ask(
      fetch,
      `mutation { putRoleMapping(name: "staff", roleMapping: { roles: "x", rules: ${literal} }) { __typename } }`,
    )
    expect(data).toEqual({ putRoleMapping: { __typename: 'RoleMappingPut' } })
    expect(await named(null)).toMatchObject([{ rules }])
  })

  it.each<[object, string]>([
    [{ ...whole, rules: {} }, 'failed to parse rules expression. object [staff] does not contain any fields'],
    [
      { ...whole, rules: { field: { groups: '/(/' } } },
      'invalid pattern [/(/]. it is no regular expression of RE2',
    ],
    [{ ...whole, roles: [] }, 'role-mapping roles or role-templates are missing'],
  ])('refuses with 400, and names the problem of %j', async (roleMapping, problem) => {
    const answer = await put(roleMapping)
    expectRefused(answer, 400, 'INVALID_INPUT')
    expect(answer.errors?.[0]?.extensions.problems).toEqual([problem])
    expect(await named(null)).toEqual([])
  })

  it.each<object>([
    { ...whole, rules: 'x' },
    { ...whole, rules: null },
    { roles: ['x'] },
    { ...whole, more: 1 },
  ])('refuses what is no role mapping: %j', async (roleMapping) => {
    expectRefused(await put(roleMapping), 400, 'INVALID_INPUT')
  })
})

describe('roleMappings', () => {
  it('are those of the named that exist, or all, by name', async () => {
    for (const name of ['staff', 'a']) await put(whole, name)
    const [a, staff] = ['a', 'staff'].map((name) => ({ name, ...whole }))
    expect(await named(['staff', 'unknown'])).toEqual([staff])
    expect(await named(null)).toEqual([a, staff])
    expect(await named([])).toEqual([])
  })
})

describe('deleteRoleMapping', () => {
  it('deletes a role mapping, and says where there is none', async () => {
    await put(whole)
    const remove = async () => (await ask(fetch, deleteRoleMapping, { name: 'staff' })).data
    expect(await remove()).toEqual({ deleteRoleMapping: { __typename: 'RoleMappingDeleted', name: 'staff' } })
    const message = 'there is no role mapping of that name'
    expect(await remove()).toEqual({ deleteRoleMapping: { __typename: 'RoleMappingNotFound', message } })
  })
})

describe('without the privileges', () => {
  it('nothing of role mappings can be read or changed', async () => {
    await provision(fetch)
    for (const [query, variables] of [
      [putRoleMapping, { name: 'staff', roleMapping: whole }],
      [deleteRoleMapping, { name: 'staff' }],
      ['{ roleMappings { name } }', {}],
    ] as const)
      expectRefused(await ask(fetch, query, variables, nobody), 403, 'FORBIDDEN')
  })
})
