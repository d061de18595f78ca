import type { Role } from './role.ts'

const reserved = {
  indices: [],
  applications: [],
  runAs: [],
  global: null,
  metadata: { _reserved: true },
}

/** The roles that are always there. Their privileges for things that this gateway does not have are left out. */
const roles: readonly Role[] = [
  {
    ...reserved,
    name: 'kibana_system',
    cluster: ['monitor', 'manage_own_api_key', 'manage_token', 'manage_user_profile'],
    description: 'Grants access necessary for the Kibana system user.',
  },
  {
    ...reserved,
    name: 'superuser',
    cluster: ['all'],
    description: 'Grants full access to everything that the gateway can do.',
  },
]

export const builtInRoles: ReadonlyMap<string, Role> = new Map(roles.map((role) => [role.name, role]))

export function isBuiltInRole(name: string): boolean {
  return builtInRoles.has(name)
}
