import { rows } from '../../src/elasticsearch/rows.ts'
import type { AnyRow } from '../../src/elasticsearch/row.ts'
import { jacknich, jacknichUid } from '../support/people.ts'
import { canary } from './canary.ts'

/** An endpoint, and bodies that it takes. */
export interface Endpoint {
  readonly row: AnyRow
  readonly bodies: readonly unknown[]
}

const role = {
  cluster: ['manage_user_profile', 'cluster:admin/*'],
  indices: [{ names: ['a-*'], privileges: ['read'], field_security: { grant: ['*'] } }],
  applications: [{ application: 'app', privileges: ['read'], resources: ['*'] }],
  run_as: ['other'],
  global: { profile: { write: { applications: ['app', 'app-*'] } } },
  metadata: { a: [1, 2.5, null, true, 'é'] },
  description: 'a role',
}
const password = `new-${canary}`
const rules = {
  all: [
    { any: [{ field: { username: ['a', '*'] } }, { field: { groups: '/a|b.*/' } }] },
    { except: { field: { 'metadata.a': [1, null, true] } } },
    { field: { dn: '*,ou=people,dc=example,dc=com' } },
  ],
}

/** By the first method and the first path of their row. */
const bodies: Readonly<Record<string, readonly unknown[]>> = {
  'POST /_security/profile/_activate': [
    { grant_type: 'password', ...jacknich },
    { grant_type: 'password', username: 'fuzz-user-1', password },
    { grant_type: 'access_token', access_token: `token-${canary}` },
    {
      grant_type: 'access_token',
      access_token: `e30.e30.${canary}`,
      client_authentication: { scheme: 'SharedSecret', value: `secret-${canary}` },
    },
  ],
  'PUT /_security/profile/{uid}/_data': [
    {
      labels: { app: { tags: ['a', 'b'] } },
      data: { app: { theme: 'dark', n: 1.5, list: [1, { a: null }] } },
    },
    { data: { 'app.with.dots': { a: {} } } },
  ],
  'GET /_security/profile/_suggest': [{ name: 'jack', size: 10, data: '*', hint: { uids: [jacknichUid] } }],
  'GET /_security/profile/_has_privileges': [{ uids: [jacknichUid], privileges: { cluster: ['monitor'] } }],
  'GET /_security/user/_privileges': [{}],
  'GET /_security/user/_has_privileges': [{ cluster: ['monitor'] }],
  'PUT /_security/user/{username}': [
    {
      password,
      roles: ['a', 'b'],
      full_name: 'A B',
      email: 'a@b',
      metadata: { a: { b: [1] } },
      enabled: true,
    },
    {
      password_hash: '$2a$10$NfmCuYBsgXqTPjPqKMLGHOwSNDoaChGHyRXSTd.HpMG95bTdFB3GC',
      roles: 'a,b',
      full_name: null,
      email: null,
    },
  ],
  'PUT /_security/user/_password': [{ password }],
  'PUT /_security/role/{name}': [role, { cluster: [] }],
  'PUT /_security/role_mapping/{name}': [
    { roles: ['a'], enabled: true, rules, metadata: { a: 1 } },
    {
      role_templates: [{ template: { source: '{{#tojson}}groups{{/tojson}}' }, format: 'json' }],
      enabled: false,
      rules: { field: { username: '*' } },
    },
    { role_templates: [{ template: '{"source":"_{{username}}"}' }], enabled: true, rules: { any: [] } },
  ],
  'POST /_security/oauth2/token': [
    { grant_type: 'password', username: 'fuzz-user-1', password, scope: 'a' },
    { grant_type: 'client_credentials' },
    { grant_type: 'refresh_token', refresh_token: `refresh-${canary}` },
  ],
  'DELETE /_security/oauth2/token': [
    { token: `token-${canary}` },
    { refresh_token: `refresh-${canary}` },
    { realm_name: 'native', username: 'fuzz-user-1' },
  ],
  'POST /_security/api_key': [
    { name: 'key', expiration: '1d', role_descriptors: { a: role }, metadata: { a: 1 } },
    { name: 'key' },
  ],
  'DELETE /_security/api_key': [
    { ids: ['a', 'b'] },
    { name: 'key', owner: true },
    { username: 'fuzz-user-1' },
  ],
  'GET /_security/_query/api_key': [
    { query: { ids: { values: ['a'] } }, from: 0, size: 10, sort: [{ creation: { order: 'desc' } }] },
    { query: { terms: { _id: ['a', 'b'] } } },
    { query: { term: { _id: { value: 'a' } } }, sort: 'creation' },
    { query: { match_all: {} }, aggs: {}, search_after: [1] },
  ],
}

/** Every endpoint of the table: one that takes a body must have an example of it here. */
export const endpoints: readonly Endpoint[] = rows.map((row) => {
  const name = `${row.methods[0] ?? ''} ${row.paths[0] ?? ''}`
  const known = bodies[name]
  if (row.parse && !known) throw new Error(`${name} has no example of a body`)
  return { row, bodies: known ?? [] }
})
