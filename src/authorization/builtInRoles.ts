import type { Role } from './role.ts'

const none = { indices: [], applications: [], runAs: [], global: null }
const metadata = { _reserved: true }

/** The roles that are always there, with the cluster privileges that Elasticsearch gives them. */
const roles: readonly Role[] = [
  {
    ...none,
    name: 'kibana_system',
    cluster: [
      'monitor',
      'manage_index_templates',
      'manage_inference',
      'cluster:admin/xpack/monitoring/bulk',
      'manage_saml',
      'manage_token',
      'manage_oidc',
      'manage_enrich',
      'manage_pipeline',
      'manage_ilm',
      'monitor_connector',
      'manage_transform',
      'cluster:admin/xpack/security/api_key/invalidate',
      'grant_api_key',
      'manage_own_api_key',
      'cluster:admin/xpack/security/privilege/builtin/get',
      'delegate_pki',
      'cluster:admin/xpack/security/profile/get',
      'cluster:admin/xpack/security/profile/activate',
      'cluster:admin/xpack/security/profile/suggest',
      'cluster:admin/xpack/security/profile/has_privileges',
      'write_fleet_secrets',
      'manage_ml',
      'cluster:admin/analyze',
      'monitor_text_structure',
    ],
    global: { profile: { write: { applications: ['kibana*'] } } },
    metadata,
    description:
      'For the user that Kibana itself is at the gateway: it activates, reads and writes profiles.',
  },
  {
    ...none,
    name: 'superuser',
    cluster: ['all'],
    applications: [{ application: '*', privileges: ['*'], resources: ['*'] }],
    runAs: ['*'],
    metadata,
    description: 'May do everything that the gateway can do.',
  },
]

export const builtInRoles: ReadonlyMap<string, Role> = new Map(roles.map((role) => [role.name, role]))

export function isBuiltInRole(name: string): boolean {
  return builtInRoles.has(name)
}
