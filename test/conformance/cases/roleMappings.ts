import assert from 'node:assert/strict'
import { assertErrorWith, assertForbidden, assertInvalid, assertOk, type Answer } from '../answer.ts'
import type { ConformanceCase } from '../case.ts'
import type { ConformanceServer } from '../server.ts'

const path = '/_security/role_mapping/'

const mapping = { enabled: true, roles: ['admin'], rules: { field: { groups: 'admins' } }, metadata: {} }

/** A sound one that lacks a field. */
function without(field: keyof typeof mapping): object {
  return Object.fromEntries(Object.entries(mapping).filter(([name]) => name !== field))
}

/** Puts a role mapping that nobody has seen. */
async function put({ send, newName, admin: as }: ConformanceServer, body: object): Promise<[string, Answer]> {
  const name = newName()
  return [name, await send('PUT', path + name, { as, body })]
}

/** What was wrong with the rules, at the bottom of what Elasticsearch says. */
function assertUnread(answer: Answer, type: string, reason: string): void {
  assertErrorWith(
    answer,
    400,
    'parsing_exception',
    /^\[\d+:\d+\] \[role-mapping\] failed to parse field \[rules\]$/,
  )
  assert.equal(answer.body.error.caused_by?.type, 'x_content_parse_exception')
  const { type: actual, reason: said } = answer.body.error.caused_by.caused_by ?? {}
  assert.deepEqual([actual, said], [type, reason])
}

/** Role mappings. */
export const roleMappings: readonly ConformanceCase[] = [
  ...['PUT', 'POST'].map((method): ConformanceCase => ({
    id: `role-mapping-${method}`,
    name: `MUST create and replace a role mapping with ${method}, and tell which`,
    evidence: 'T',
    source: 'spec 4.7',
    async fn({ send, newName, admin: as }) {
      const uri = path + newName()
      assertOk(await send(method, uri, { as, body: mapping }), { role_mapping: { created: true } })
      assertOk(await send(method, uri, { as, body: mapping }), { role_mapping: { created: false } })
    },
  })),
  {
    id: 'role-mapping-fields',
    name: 'MUST show a role mapping as it was put',
    evidence: 'T',
    source: 'spec 4.7',
    async fn(server) {
      const rules = {
        all: [
          { any: [{ field: { dn: '*,ou=sales,dc=example,dc=com' } }, { field: { groups: ['a', 'b*'] } }] },
          { field: { 'metadata.level': [1, true, null] } },
          { except: { field: { 'realm.name': '/other.*/' } } },
        ],
      }
      const whole = { enabled: false, roles: ['b', 'a'], rules, metadata: { version: 1 } }
      const [name, answer] = await put(server, whole)
      assertOk(answer)
      assertOk(await server.send('GET', path + name, { as: server.admin }), { [name]: whole })
    },
  },
  {
    id: 'role-mapping-one-value',
    name: 'MUST show the only value of a list by itself, and metadata where none were given',
    evidence: 'S',
    source: 'spec 4.7',
    async fn(server) {
      const given = { ...without('metadata'), rules: { field: { groups: ['admins'] } } }
      const [name, answer] = await put(server, given)
      assertOk(answer)
      assertOk(await server.send('GET', path + name, { as: server.admin }), { [name]: mapping })
    },
  },
  {
    id: 'role-mapping-templates',
    name: 'MUST show role templates as text, and no roles beside them',
    evidence: 'S',
    source: 'spec 4.7',
    async fn(server) {
      const role_templates = [
        { template: { source: '_user_{{username}}' } },
        { template: { source: '{{#tojson}}groups{{/tojson}}' }, format: 'json' },
      ]
      const rest = without('roles')
      const [name, answer] = await put(server, { ...rest, role_templates })
      assertOk(answer)
      const shown = [
        { template: '{"source":"_user_{{username}}"}', format: 'string' },
        { template: '{"source":"{{#tojson}}groups{{/tojson}}"}', format: 'json' },
      ]
      assertOk(await server.send('GET', path + name, { as: server.admin }), {
        [name]: { ...rest, role_templates: shown },
      })
    },
  },
  {
    id: 'role-mapping-some',
    name: 'MUST show those of several role mappings that are there',
    evidence: 'S',
    source: 'spec 4.7',
    async fn(server) {
      const [[one], [two]] = [await put(server, mapping), await put(server, mapping)]
      const answer = await server.send('GET', `${path}${one},${server.newName()},${two}`, {
        as: server.admin,
      })
      assertOk(answer)
      assert.deepEqual(Object.keys(answer.body).sort(), [one, two].sort())
    },
  },
  ...['', '*', '_all'].map((names): ConformanceCase => ({
    id: `role-mapping-list-${names || 'none'}`,
    name: `MUST show all role mappings ${names ? `where ${names} is asked for` : 'where none is named'}`,
    evidence: names ? 'S' : 'T',
    source: 'spec 4.7',
    async fn(server) {
      const [name] = await put(server, mapping)
      const answer = await server.send('GET', `/_security/role_mapping${names && `/${names}`}`, {
        as: server.admin,
      })
      assertOk(answer)
      assert.deepEqual(answer.body[name], mapping)
    },
  })),
  {
    id: 'role-mapping-unknown',
    name: 'MUST answer 404 with nothing for a role mapping that is not there',
    evidence: 'S',
    source: 'spec 4.7',
    async fn({ send, newName, admin: as }) {
      const { status, body } = await send('GET', path + newName(), { as })
      assert.deepEqual([status, body], [404, {}])
    },
  },
  {
    id: 'role-mapping-deleted',
    name: 'MUST delete a role mapping, and tell whether there was one',
    evidence: 'T',
    source: 'spec 4.7',
    async fn(server) {
      const [name] = await put(server, mapping)
      const as = server.admin
      assertOk(await server.send('DELETE', path + name, { as }), { found: true })
      const { status, body } = await server.send('DELETE', path + name, { as })
      assert.deepEqual([status, body], [404, { found: false }])
    },
  },
  ...(['roles', 'rules', 'enabled'] as const).map((field): ConformanceCase => ({
    id: `role-mapping-without-${field}`,
    name: `MUST NOT take a role mapping without ${field}`,
    evidence: 'S',
    source: 'spec 4.7',
    async fn(server) {
      const [name, answer] = await put(server, without(field))
      const reason = `failed to parse role-mapping [${name}]. missing field [${field}]`
      assertErrorWith(answer, 400, 'parsing_exception', reason)
    },
  })),
  {
    id: 'role-mapping-unknown-field',
    name: 'MUST NOT take a field that a role mapping does not have',
    evidence: 'S',
    source: 'spec 1.3, 4.7',
    async fn(server) {
      const [, answer] = await put(server, { ...mapping, foo: 1 })
      assertErrorWith(answer, 400, 'parsing_exception', /^\[\d+:\d+\] \[role-mapping\] unknown field \[foo\]/)
    },
  },
  ...(
    [
      ['no-roles', { roles: [] }, ['role-mapping roles or role-templates are missing']],
      [
        'roles-and-templates',
        { role_templates: [{ template: { source: 'a' } }] },
        ['role-mapping cannot have both roles and role-templates'],
      ],
      ['metadata', { metadata: { _x: 1 } }, ['metadata keys may not start with [_]']],
      [
        'order',
        { roles: [], metadata: { _x: 1 } },
        ['role-mapping roles or role-templates are missing', 'metadata keys may not start with [_]'],
      ],
    ] as const
  ).map(([id, change, problems]): ConformanceCase => ({
    id: `role-mapping-invalid-${id}`,
    name: `MUST NOT take a role mapping whose problems are: ${problems.join(', ')}`,
    evidence: 'S',
    source: 'spec 4.7',
    async fn(server) {
      const [, answer] = await put(server, { ...mapping, ...change })
      assertInvalid(answer, ...problems)
    },
  })),
  ...(
    [
      ['empty', {}, 'object [NAME] does not contain any fields'],
      ['unknown', { none: [] }, 'field [none] is not recognised in object [NAME]'],
      ['several', { any: [], all: [] }, 'object [NAME] contains multiple fields'],
      ['no-list', { any: {} }, 'field [any] requires an array'],
      ['no-rule', { all: ['x'] }, 'expected [all] to be an object but found [VALUE_STRING] instead'],
      ['except', { except: { field: { dn: 'x' } } }, 'field [except] is not allowed within [NAME]'],
      [
        'except-in-any',
        { any: [{ except: { field: { dn: 'x' } } }] },
        'field [except] is not allowed within [any]',
      ],
      ['no-field', { field: {} }, 'object [field] does not contain any fields'],
      ['fields', { field: { dn: 'x', groups: 'x' } }, 'object [field] contains multiple fields'],
      ['no-value', { field: { dn: {} } }, 'expected a field value but found [START_OBJECT] instead'],
    ] as const
  ).map(([id, rules, said]): ConformanceCase => ({
    id: `role-mapping-rules-${id}`,
    name: `MUST NOT take rules of which it says: ${said}`,
    evidence: 'S',
    source: 'spec 4.7',
    async fn(server) {
      const [name, answer] = await put(server, { ...mapping, rules })
      const reason = `failed to parse rules expression. ${said.replace('NAME', name)}`
      assertUnread(answer, 'parse_exception', reason)
    },
  })),
  {
    id: 'role-mapping-rules-no-values',
    name: 'MUST NOT take a field without values',
    evidence: 'S',
    source: 'spec 4.7',
    async fn(server) {
      const [, answer] = await put(server, { ...mapping, rules: { field: { dn: [] } } })
      assertUnread(answer, 'illegal_argument_exception', 'null or empty values ([])')
    },
  },
  {
    id: 'role-mapping-rules-expression',
    name: 'MUST NOT take an expression that cannot be read',
    evidence: 'S',
    source: 'spec 4.7',
    async fn(server) {
      const [, answer] = await put(server, { ...mapping, rules: { field: { groups: '/(/' } } })
      assert.equal(answer.status, 400)
    },
  },
  ...(
    [
      ['GET', 'get', 'read_security,manage_security,all'],
      ['PUT', 'put', 'manage_security,all'],
      ['DELETE', 'delete', 'manage_security,all'],
    ] as const
  ).map(([method, verb, privileges]): ConformanceCase => ({
    id: `role-mapping-forbidden-${method}`,
    name: `MUST name the privileges that ${method} of a role mapping takes`,
    evidence: 'M',
    source: 'spec 3.0, 4.7',
    async fn({ send, newName, nobody: as }) {
      const body = method === 'PUT' ? { body: mapping } : {}
      const answer = await send(method, path + newName(), { as, ...body })
      assertForbidden(
        answer,
        `action [cluster:admin/xpack/security/role_mapping/${verb}] is unauthorized for user [${as.username}] with ` +
          `effective roles [], this action is granted by the cluster privileges [${privileges}]`,
      )
    },
  })),
]
