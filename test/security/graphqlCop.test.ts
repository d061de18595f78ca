import { afterAll, describe, expect, it } from 'vitest'
import { basic, createTestApp, elastic } from '../support/testApp.ts'
import { expectRefused, send, type Answer } from '../graphql/ask.ts'

// What graphql-cop 1.15 looks for (dolevf/graphql-cop, lib/tests): its requests, and what it would call a finding.

const { fetch, close } = await createTestApp()
afterAll(close)

const callers = [
  ['nobody', null],
  ['a known caller', basic(elastic)],
] as const

/** As it sends a document: as JSON, naming the operation, taking any answer. */
function post(query: string, authorization: string | null): Promise<Answer> {
  const body = JSON.stringify({ query, operationName: 'cop' })
  return send(fetch, { headers: { authorization, accept: '*/*' }, body })
}

function get(query: string, authorization: string | null): Promise<Answer> {
  const headers = { authorization, accept: '*/*', 'content-type': null }
  return send(fetch, { method: 'GET', headers, search: { query } })
}

describe.each(callers)('graphql-cop, sent by %s, finds', (_, authorization) => {
  it('no alias overloading: 101 aliases are refused', async () => {
    const aliases = Array.from({ length: 101 }, (_, n) => `alias${n}:__typename `).join('\n')
    const { data } = await post(`query cop { ${aliases} }`, authorization)
    expect(data ?? null).toBeNull()
  })

  it('no batching: ten operations in a list are refused', async () => {
    const body = JSON.stringify(Array.from({ length: 10 }, () => ({ query: 'query cop { __typename }' })))
    const { text, data } = await send(fetch, { headers: { authorization, accept: '*/*' }, body })
    expect(data ?? null).toBeNull()
    expect(JSON.parse(text)).not.toBeInstanceOf(Array)
  })

  it('no circular introspection', async () => {
    const circle = 'fields { type { fields { type { fields { type { fields { type { name } } } } } } } }'
    const { data } = await post(`query cop { __schema { types { ${circle} } } }`, authorization)
    expect(data ?? null).toBeNull()
  })

  it('no directive overloading: ten of one are refused by one error', async () => {
    const { data, errors } = await post(`query cop { __typename ${'@aa'.repeat(10)} }`, authorization)
    expect(data ?? null).toBeNull()
    expect(errors).toHaveLength(1)
  })

  it('no field duplication: one field 500 times is refused', async () => {
    const { data } = await post(`query cop { ${'__typename \n'.repeat(500)} }`, authorization)
    expect(data ?? null).toBeNull()
  })

  it.each([
    'query cop { __schema { directive } }',
    'query cop { __schema }',
    'query cop { viewr { username } }',
    'query cop { viewer(usrname: 1) { username } }',
    'query cop { viewer { username @skp(if: true) } }',
    'query cop { viewer { ... on Viewr { username } } }',
    'query cop ($a: JSONObjct) { viewer { username } }',
    'mutation cop { activateProfile(grant: { pasword: "a" }) { uid } }',
    'mutation cop { putRoleMapping(name: "a", roleMapping: { roleTemplates: [{ source: "", format: JSN }], rules: {} }) { created } }',
  ])('no suggestions: %s', async (query) => {
    const { data, errors, text } = await post(query, authorization)
    expect(data ?? null).toBeNull()
    expect(errors?.length).toBeGreaterThan(0)
    expect(text).not.toMatch(/did you mean/i)
  })

  it('no mutation by GET', async () => {
    const { status, data } = await get('mutation cop {__typename}', authorization)
    expect(data ?? null).toBeNull()
    expect(status).toBe(authorization === null ? 401 : 405)
  })

  it('nothing that takes forms: a page of another origin cannot send what is run', async () => {
    const body = new URLSearchParams({ query: 'query cop { __typename }' }).toString()
    const headers = { authorization, accept: '*/*', 'content-type': 'application/x-www-form-urlencoded' }
    const { status, data } = await send(fetch, { headers, body })
    expect(data ?? null).toBeNull()
    expect(status).toBe(authorization === null ? 401 : 415)
  })

  it('no tracing', async () => {
    const { text } = await post('query cop { __typename }', authorization)
    expect(text).not.toMatch(/tracing|"extensions":\{"(?!code)/)
  })

  it('no unhandled errors', async () => {
    const { status, errors, text } = await post('qwerty cop { abc }', authorization)
    expect(status).toBe(authorization === null ? 401 : 200)
    expect(Object.keys(errors?.[0]?.extensions ?? {})).toEqual(['code'])
    expect(text).not.toMatch(/exception|stack|\.ts/)
  })
})

// Three of its checks ask whether something is offered at all. Here it is offered on purpose: what matters is to whom.
describe('what graphql-cop calls a finding wherever it is offered', () => {
  const introspection = 'query cop { __schema { types { name fields { name } } } }'

  it('introspection is for known callers alone', async () => {
    expectRefused(await post(introspection, null), 401, 'UNAUTHENTICATED')
    expect((await post(introspection, basic(elastic))).data).toMatchObject({ __schema: {} })
  })

  it('queries by GET are for known callers alone, and change nothing', async () => {
    expectRefused(await get('query cop {__typename}', null), 401, 'UNAUTHENTICATED')
    expect((await get('query cop {__typename}', basic(elastic))).data).toEqual({ __typename: 'Query' })
  })

  it('GraphiQL is a page that knows nothing of the schema: it asks with the credentials that are typed in', async () => {
    const headers = { authorization: null, accept: 'text/html' }
    const { status, text } = await send(fetch, { method: 'GET', headers })
    expect(status).toBe(200)
    expect(text).not.toMatch(/explainGrant|putRoleMapping|invalidateApiKeys/)
  })
})
