import { fitsWildcard } from '../wildcard.ts'

/** Which cluster privileges allow an action, least powerful first, as the 403 lists them. Source: spec 3.0. */
const manageProfiles = ['manage_user_profile', 'manage_security', 'all']
const readSecurity = ['read_security', 'manage_security', 'all']
const manageSecurity = ['manage_security', 'all']
const manageTokens = ['manage_token', ...manageSecurity]
const manageApiKeys = ['manage_own_api_key', 'manage_api_key', ...manageSecurity]
const readProfiles = ['read_security', ...manageProfiles]
const monitor = ['monitor', 'manage', 'all']

const grantedBy = {
  'cluster:admin/xpack/security/profile/activate': manageProfiles,
  'cluster:admin/xpack/security/profile/set_enabled': manageProfiles,
  'cluster:admin/xpack/security/profile/put/data': manageProfiles,
  'cluster:admin/xpack/security/profile/get': readProfiles,
  'cluster:admin/xpack/security/user/get': readSecurity,
  'cluster:admin/xpack/security/user/put': manageSecurity,
  'cluster:admin/xpack/security/user/delete': manageSecurity,
  'cluster:admin/xpack/security/user/change_password': manageSecurity,
  'cluster:admin/xpack/security/user/set_enabled': manageSecurity,
  'cluster:admin/xpack/security/token/create': manageTokens,
  'cluster:admin/xpack/security/token/refresh': manageTokens,
  'cluster:admin/xpack/security/token/invalidate': manageTokens,
  'cluster:admin/xpack/security/api_key/create': manageApiKeys,
  'cluster:admin/xpack/security/api_key/get': manageApiKeys,
  'cluster:admin/xpack/security/api_key/query': manageApiKeys,
  'cluster:admin/xpack/security/api_key/invalidate': manageApiKeys,
  'cluster:admin/xpack/security/grant/explain': manageSecurity,
  'cluster:admin/xpack/security/role/get': readSecurity,
  'cluster:admin/xpack/security/role/put': manageSecurity,
  'cluster:admin/xpack/security/role/delete': manageSecurity,
  'cluster:admin/xpack/security/role_mapping/get': readSecurity,
  'cluster:admin/xpack/security/role_mapping/put': manageSecurity,
  'cluster:admin/xpack/security/role_mapping/delete': manageSecurity,
  'cluster:monitor/nodes/stats': monitor,
} as const satisfies Record<string, readonly string[]>

/** What can be done, by Elasticsearch's action names. */
export type Action = keyof typeof grantedBy

/** Those that allow something with what is the caller's own alone. */
const onOwn = ['manage_own_api_key']

/** Which privileges allow the action, with the caller's own or with anybody's. */
export function privilegesFor(action: Action, isOwn = true): readonly string[] {
  return grantedBy[action].filter((privilege) => isOwn || !onOwn.includes(privilege))
}

/** Whether one of the privileges allows the action, by name or as a pattern over action names. */
export function grants(privileges: readonly string[], action: Action, isOwn = true): boolean {
  const names = privilegesFor(action, isOwn)
  return privileges.some(
    (privilege) => names.includes(privilege) || (isPattern(privilege) && fitsWildcard(privilege, action)),
  )
}

/** Names that can stand in a role: predefined ones, and patterns over action names. */
export function isClusterPrivilege(name: string): boolean {
  return predefinedClusterPrivileges.includes(name) || isPattern(name)
}

function isPattern(privilege: string): boolean {
  return privilege.includes(':')
}

/** Source: spec 3.0. */
export const predefinedClusterPrivileges: readonly string[] = (
  'all create_snapshot cross_cluster_replication cross_cluster_search delegate_pki grant_api_key manage ' +
  'manage_api_key manage_autoscaling manage_behavioral_analytics manage_ccr manage_connector ' +
  'manage_data_frame_transforms manage_data_stream_global_retention manage_enrich manage_ilm ' +
  'manage_index_templates manage_inference manage_ingest_pipelines manage_logstash_pipelines manage_ml ' +
  'manage_oidc manage_own_api_key manage_pipeline manage_rollup manage_saml manage_search_application ' +
  'manage_search_query_rules manage_search_synonyms manage_security manage_service_account manage_slm ' +
  'manage_token manage_transform manage_user_profile manage_watcher monitor monitor_connector ' +
  'monitor_data_frame_transforms monitor_data_stream_global_retention monitor_enrich monitor_esql ' +
  'monitor_inference monitor_ml monitor_rollup monitor_snapshot monitor_stats monitor_text_structure ' +
  'monitor_transform monitor_watcher none post_behavioral_analytics_event read_ccr read_connector_secrets ' +
  'read_fleet_secrets read_ilm read_pipeline read_security read_slm transport_client write_connector_secrets ' +
  'write_fleet_secrets'
).split(' ')
