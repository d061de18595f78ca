// What a search of `.security` and of `.security-profile` answers, made by hand as the sources of Elasticsearch 9 write
// those documents: NativeUsersStore, NativeRolesStore with RoleDescriptor, NativeRoleMappingStore with
// ExpressionRoleMapping, ProfileDocument.

import { hash } from 'node:crypto'

export const bcryptHash = '$2a$10$abcdefghijklmnopqrstuu4JkvQ8ilj.Gx./WK5bj8qORdf94LrqO'
export const pbkdf2Hash = '{PBKDF2}10000$EDVaf6TJ7hM=$2rZ/UfAYuw+WxshbfhUuYw=='

/** A whole response with these hits. */
export function response<Hit extends object>(...hits: readonly Hit[]) {
  return {
    took: 2,
    timed_out: false,
    _shards: { total: 1, successful: 1, skipped: 0, failed: 0 },
    hits: { total: { value: hits.length, relation: 'eq' }, max_score: 1, hits },
  }
}

export function securityHit(id: string, source: object) {
  return { _index: '.security-7', _id: id, _score: 1, _source: source }
}

export function userHit(username: string, password: string, more: object = {}) {
  return securityHit(`user-${username}`, {
    username,
    password,
    roles: ['editor'],
    full_name: null,
    email: null,
    metadata: {},
    enabled: true,
    type: 'user',
    ...more,
  })
}

export interface ClusterRealm {
  name: string
  type: string
  domain?: { name: string; realms: { name: string; type: string }[] }
}

export function profileHit(
  username: string,
  uid: string,
  realm: ClusterRealm = { name: 'default_native', type: 'native' },
  more: object = {},
) {
  return {
    _index: '.security-profile-8',
    _id: `profile_${uid}`,
    _seq_no: 41,
    _primary_term: 2,
    _score: 1,
    _source: {
      user_profile: {
        uid,
        enabled: true,
        last_synchronized: 1_642_650_651_037,
        user: {
          username,
          roles: ['editor'],
          realm: { ...realm, node_name: 'node-1' },
          email: null,
          full_name: null,
        },
        labels: {},
        application_data: {},
        ...more,
      },
    },
  }
}

export function hashedUid(username: string, differentiator = 0): string {
  return `u_${hash('sha256', username, 'base64url')}_${differentiator}`
}

const adminRole = securityHit('role-admin', {
  cluster: ['manage_user_profile', 'cluster:admin/xpack/*'],
  indices: [
    {
      names: ['logs-*', '/metrics-[0-9]+/'],
      privileges: ['read', 'view_index_metadata'],
      field_security: { grant: ['*'], except: ['secret'] },
      query: '{"term":{"team":"a"}}',
      allow_restricted_indices: false,
    },
  ],
  applications: [
    { application: 'kibana-.kibana', privileges: ['feature_discover.all'], resources: ['space:default'] },
  ],
  run_as: ['jacknich'],
  metadata: { version: 1 },
  global: { profile: { write: { applications: ['kibana*'] } } },
  remote_indices: [],
  description: 'Reads logs.',
  type: 'role',
  metadata_flattened: { version: 1 },
})

/** `.security`: users of every kind, roles, a role mapping, and what is not taken along. */
export const security = response(
  userHit('jacknich', bcryptHash, {
    roles: ['admin', 'other_role1'],
    full_name: 'Jack Nicholson',
    email: 'jacknich@example.com',
    metadata: { intelligence: 7 },
  }),
  userHit('gone', pbkdf2Hash, { enabled: false, metadata: null }),
  securityHit('reserved-user-elastic', { password: bcryptHash, enabled: true, type: 'reserved-user' }),
  securityHit('reserved-user-kibana_system', { password: '', enabled: true, type: 'reserved-user' }),
  adminRole,
  securityHit('role-viewer', { cluster: [], metadata: { _reserved: true }, type: 'role' }),
  securityHit('role-mapping_saml-users', {
    enabled: true,
    roles: [],
    role_templates: [{ template: '{"source":"saml-{{username}}"}', format: 'string' }],
    rules: { all: [{ field: { 'realm.name': 'saml1' } }, { except: { field: { groups: 'guests' } } }] },
    metadata: { since: '2020' },
    doc_type: 'role-mapping',
  }),
  securityHit('role-mapping_staff', {
    enabled: false,
    roles: ['admin'],
    role_templates: [],
    rules: { field: { groups: ['cn=staff,dc=example,dc=com', '*admins*'] } },
    metadata: {},
    doc_type: 'role-mapping',
  }),
  securityHit('application-privilege_kibana-.kibana:all', {
    application: 'kibana-.kibana',
    name: 'all',
    actions: ['login:'],
    metadata: {},
    type: 'application-privilege',
  }),
  securityHit('VuaCfGcBCdbkQm-e5aOx', { doc_type: 'api_key', api_key_hash: '{PBKDF2}1000$x', creator: {} }),
  securityHit('service_account_token-elastic/kibana/t', { doc_type: 'service_account_token', password: 'x' }),
)

const file = { name: 'default_file', type: 'file' }
const domain = {
  name: 'staff',
  realms: [
    { name: 'saml1', type: 'saml' },
    { name: 'jwt1', type: 'jwt' },
  ],
}

/** A profile with all that it can have. */
export const jacknichHit = profileHit('jacknich', hashedUid('jacknich'), undefined, {
  user: {
    username: 'jacknich',
    roles: ['admin', 'other_role1'],
    realm: { name: 'default_native', type: 'native', node_name: 'node-1' },
    email: 'jacknich@example.com',
    full_name: 'Jack Nicholson',
  },
  labels: { kibana: { team: 'a', tags: ['x', 'y'] } },
  application_data: {
    kibana: { avatar: { color: '#ff0', initials: null }, userSettings: { darkMode: 'dark' } },
  },
})

/** `.security-profile`: a username in ten realms, a literal uid, a domain, a disabled one, that of the superuser. */
export const profiles = response(
  jacknichHit,
  ...Array.from({ length: 10 }, (_, n) =>
    profileHit('many', hashedUid('many', n), { name: `ldap${n}`, type: 'ldap' }),
  ),
  profileHit('literal-1', 'u_literal-1_corp', { name: 'saml1', type: 'saml', domain }),
  profileHit('joe', hashedUid('joe'), file, { enabled: false }),
  profileHit('elastic', hashedUid('elastic'), { name: 'reserved', type: 'reserved' }),
)
