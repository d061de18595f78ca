import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nobody, provision } from '../support/people.ts'
import { createTestApp, elastic, rest, type Answered, type Credentials } from '../support/testApp.ts'

const app = await createTestApp()
beforeAll(() => provision(app.fetch))
afterAll(() => app.close())

const sound = { enabled: true, roles: ['admin'], rules: { field: { groups: 'admins' } } }

describe('200, putting a role mapping', () => {
  it.each(['PUT', 'POST'])('says by %s whether it is new', async (method) => {
    const path = `/_security/role_mapping/new-by-${method}`
    expect((await send(method, path, sound)).body).toEqual({ role_mapping: { created: true } })
    expect((await send(method, path, sound)).body).toEqual({ role_mapping: { created: false } })
  })

  it('stores every field, and replaces all of it', async () => {
    const rules = {
      any: [
        { all: [{ field: { 'metadata.a': [1, 'b*', true, null] } }, { except: { field: { dn: '/x/' } } }] },
        { field: { username: 'jack' } },
      ],
    }
    const whole = { enabled: false, roles: ['b', 'a'], rules, metadata: { version: 1, list: [1, null] } }
    await put('whole', whole)
    expect(await get('whole')).toEqual(whole)
    await put('whole', sound)
    expect(await get('whole')).toEqual({ ...sound, metadata: {} })
  })

  it('takes one role, and one template, by themselves', async () => {
    await put('one', { ...sound, roles: 'admin' })
    expect(await get('one')).toEqual({ ...sound, metadata: {} })
    const { roles, ...rest } = sound
    expect(roles).toHaveLength(1)
    await put('one', { ...rest, role_templates: { template: { source: 'x', lang: 'mustache' } } })
    const role_templates = [{ template: '{"source":"x"}', format: 'string' }]
    expect(await get('one')).toEqual({ ...rest, role_templates, metadata: {} })
  })

  it('takes true and false as text, as templates of configuration write them', async () => {
    for (const enabled of [true, false]) {
      expect(await put('texts', { ...sound, enabled: String(enabled) })).toMatchObject({ status: 200 })
      expect(await get('texts')).toEqual({ ...sound, enabled, metadata: {} })
    }
  })

  it('takes back what it printed', async () => {
    const { enabled, rules } = sound
    const role_templates = [{ template: { source: '{{#tojson}}groups{{/tojson}}' }, format: 'JSON' }]
    await put('printed', { enabled, rules, role_templates, metadata: { a: 1 } })
    const printed = await get('printed')
    expect(await put('printed', printed)).toMatchObject({ status: 200 })
    expect(await get('printed')).toEqual(printed)
  })

  it('ignores what an index has of it', async () => {
    await put('indexed', { ...sound, doc_type: 'role-mapping', type: 'doc' })
    expect(await get('indexed')).toEqual({ ...sound, metadata: {} })
  })

  it.each(['true', 'false', 'wait_for'])('takes refresh=%s', async (refresh) => {
    expect(await send('PUT', `/_security/role_mapping/refreshed?refresh=${refresh}`, sound)).toMatchObject({
      status: 200,
    })
  })
})

describe('200, getting role mappings', () => {
  it('finds several, and leaves out those that are not there', async () => {
    for (const name of ['b', 'a']) await put(name, sound)
    const { status, body } = await send('GET', '/_security/role_mapping/b,unknown,a')
    expect([status, Object.keys(body as object)]).toEqual([200, ['a', 'b']])
  })

  it('is nothing where there is none', async () => {
    const { body: all } = await send('GET', '/_security/role_mapping')
    for (const name of Object.keys(all as object)) await send('DELETE', `/_security/role_mapping/${name}`)
    expect(await send('GET', '/_security/role_mapping')).toMatchObject({ status: 200, body: {} })
  })
})

describe('400', () => {
  const location = { line: 1, col: expect.any(Number) as number }

  it('says where rules stand that cannot be read, and what is wrong with them', async () => {
    const { status, body } = await put('m', { ...sound, rules: { any: [{ none: 1 }] } })
    const reason = '[1:43] [role-mapping] failed to parse field [rules]'
    const error = { type: 'parsing_exception', reason, line: 1, col: 43 }
    const why = 'failed to parse rules expression. field [none] is not recognised in object [any]'
    expect([status, body]).toEqual([
      400,
      {
        error: {
          root_cause: [error],
          ...error,
          caused_by: {
            type: 'x_content_parse_exception',
            reason,
            caused_by: { type: 'parse_exception', reason: why },
          },
        },
        status: 400,
      },
    ])
  })

  it.each<[object, string]>([
    [[], '[1:1] Expected START_OBJECT but was: START_ARRAY'],
    [{ foo: 1 }, '[1:2] [role-mapping] unknown field [foo]'],
    [{ rule: {} }, '[1:2] [role-mapping] unknown field [rule] did you mean any of [rules, roles]?'],
    [{ roles: 1 }, "[1:10] [role-mapping] roles doesn't support values of type: VALUE_NUMBER"],
    [{ roles: ['a', null] }, "[1:15] [role-mapping] roles doesn't support values of type: VALUE_NULL"],
    [{ rules: [] }, "[1:10] [role-mapping] rules doesn't support values of type: START_ARRAY"],
    [{ enabled: 1 }, "[1:12] [role-mapping] enabled doesn't support values of type: VALUE_NUMBER"],
    [{ metadata: null }, "[1:13] [role-mapping] metadata doesn't support values of type: VALUE_NULL"],
    [
      { role_templates: ['x'] },
      "[1:20] [role-mapping] role_templates doesn't support values of type: VALUE_STRING",
    ],
  ])('is the answer to %j', async (mapping, reason) => {
    const { status, body } = await put('m', mapping)
    const error = { type: 'parsing_exception', reason, ...location }
    expect([status, body]).toEqual([
      400,
      {
        error: { root_cause: [error], ...error, caused_by: { type: 'x_content_parse_exception', reason } },
        status: 400,
      },
    ])
  })

  it.each(['yes', 'True', ''])('is the answer to %j for enabled', async (enabled) => {
    const { status, body } = await put('m', { enabled })
    const reason = '[1:12] [role-mapping] failed to parse field [enabled]'
    const why = `Failed to parse value [${enabled}] as only [true] or [false] are allowed.`
    const causedBy = { type: 'illegal_argument_exception', reason: why }
    const failed = { type: 'x_content_parse_exception', reason, caused_by: causedBy }
    expect([status, body]).toMatchObject([
      400,
      { error: { type: 'parsing_exception', reason, caused_by: failed } },
    ])
  })

  it.each<[unknown, string]>([
    [{}, 'Required [template]'],
    [
      { template: {} },
      'a template must be text, or an object with it as [source], and [lang] must be [mustache]',
    ],
    [{ template: { source: 'x', params: {} } }, 'a template must be text'],
    [{ template: { source: 'x', lang: 'painless' } }, 'a template must be text'],
    [{ template: 'not JSON' }, 'a template must be text'],
    [{ template: { source: 'x' }, format: 'yaml' }, 'Invalid format [yaml] expected one of [json,string]'],
    [{ template: { source: 'x' }, foo: 1 }, '[role-mapping-template] unknown field [foo]'],
    [{ template: 1 }, "[role-mapping-template] template doesn't support values of type: VALUE_NUMBER"],
  ])('is the answer to the template %j', async (template, reason) => {
    const { status, body } = await put('m', { ...sound, roles: [], role_templates: [template] })
    const failed = expect.stringMatching(
      /^\[1:\d+\] \[role-mapping\] failed to parse field \[role_templates\]$/,
    ) as string
    const why = { reason: expect.stringContaining(reason) as string }
    expect([status, body]).toMatchObject([
      400,
      { error: { type: 'parsing_exception', reason: failed, caused_by: { reason: failed, caused_by: why } } },
    ])
  })

  it.each<[string, object, string]>([
    [' x', sound, 'Role mapping names must be at least 1 and no more than 507 characters.'],
    ['x', { ...sound, roles: [] }, 'role-mapping roles or role-templates are missing'],
    ['x', { ...sound, metadata: { _x: 1 } }, 'metadata keys may not start with [_]'],
    [
      'x',
      { ...sound, roles: [], role_templates: [{ template: { source: '{{#x}}' } }] },
      'role-template [1] only',
    ],
  ])('refuses to put %j as %j', async (name, mapping, problem) => {
    expect(await put(name, mapping)).toMatchObject({
      status: 400,
      body: {
        error: {
          type: 'action_request_validation_exception',
          reason: expect.stringMatching(/^Validation Failed: 1: .*;$/) as string,
        },
      },
    })
    expect(JSON.stringify((await put(name, mapping)).body)).toContain(problem)
  })

  it('creates and changes nothing', async () => {
    await put('kept', sound)
    for (const wrong of [
      [],
      { ...sound, rules: {} },
      { ...sound, rules: { field: { dn: '/(/' } } },
      undefined,
    ]) {
      for (const name of ['kept', 'refused']) expect(await put(name, wrong)).toMatchObject({ status: 400 })
    }
    expect(await get('kept')).toEqual({ ...sound, metadata: {} })
    expect(await send('GET', '/_security/role_mapping/refused')).toMatchObject({ status: 404 })
  })
})

describe('403', () => {
  it.each([
    ['GET', '/_security/role_mapping', undefined, 'get', 'read_security,manage_security,all'],
    ['PUT', '/_security/role_mapping/x', sound, 'put', 'manage_security,all'],
    ['DELETE', '/_security/role_mapping/x', undefined, 'delete', 'manage_security,all'],
  ])('%s %s names what it takes', async (method, path, body, verb, privileges) => {
    const answer = await send(method, path, body, nobody)
    expect(answer).toMatchObject({
      status: 403,
      body: {
        error: {
          reason:
            `action [cluster:admin/xpack/security/role_mapping/${verb}] is unauthorized for user [nobody] with ` +
            `effective roles [], this action is granted by the cluster privileges [${privileges}]`,
        },
      },
    })
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

function put(name: string, mapping: unknown) {
  return send('PUT', `/_security/role_mapping/${encodeURIComponent(name)}`, mapping)
}

async function get(name: string): Promise<unknown> {
  const { body } = await send('GET', `/_security/role_mapping/${name}`)
  return (body as Record<string, unknown>)[name]
}
