import { describe, expect, it } from 'vitest'
import {
  grants,
  isClusterPrivilege,
  predefinedClusterPrivileges,
  privilegesFor,
  type Action,
} from '../../src/authorization/privileges.ts'

const security = 'cluster:admin/xpack/security'
const activate = `${security}/profile/activate` as const

/** Spec 3.0, row by row: which privileges allow which actions, least powerful first. */
const table: [Action, string[]][] = [
  ...rows(
    ['profile/activate', 'profile/set_enabled', 'profile/put/data'],
    ['manage_user_profile', 'manage_security', 'all'],
  ),
  ...rows(['profile/get'], ['read_security', 'manage_user_profile', 'manage_security', 'all']),
  ...rows(['user/get', 'role/get', 'role_mapping/get'], ['read_security', 'manage_security', 'all']),
  ...rows(
    [
      ...['user/put', 'user/delete', 'user/change_password', 'user/set_enabled', 'role/put', 'role/delete'],
      ...['role_mapping/put', 'role_mapping/delete'],
    ],
    ['manage_security', 'all'],
  ),
  ...rows(['token/create', 'token/refresh', 'token/invalidate'], ['manage_token', 'manage_security', 'all']),
]

describe('an action', () => {
  it.each(table)(
    '%s is allowed by the privileges of its row, in that order, and by no other',
    (action, allowed) => {
      expect(privilegesFor(action)).toEqual(allowed)
      for (const privilege of predefinedClusterPrivileges) {
        expect([privilege, grants([privilege], action)]).toEqual([privilege, allowed.includes(privilege)])
      }
    },
  )

  it('is allowed if one of many privileges allows it', () => {
    expect(grants(['monitor', 'manage', 'manage_user_profile'], activate)).toBe(true)
    expect(grants(['monitor', 'manage', 'none'], activate)).toBe(false)
    expect(grants([], activate)).toBe(false)
  })

  it.each([
    activate,
    `${security}/profile/*`,
    `${security}/*`,
    'cluster:admin/xpack/security/profile/act*',
    'cluster:*',
    '*:*',
    'cluster:admin/*/activate',
  ])('is allowed by the pattern over action names %s', (pattern) => {
    expect(grants([pattern], activate)).toBe(true)
  })

  it.each([
    '*',
    'manage_*',
    'cluster:monitor/*',
    `${security}/profile/get`,
    `${security}/profile/activate/*`,
    `${security}/user/*`,
    `${activate} `,
    'CLUSTER:*',
    'indices:*',
    'cluster:admin/xpack/security/profile/[a-z]+',
  ])('is not allowed by %s', (pattern) => {
    expect(grants([pattern], activate)).toBe(false)
  })
})

describe('a privilege', () => {
  it.each(['all', 'none', 'manage_user_profile', 'write_fleet_secrets', 'cluster:*', 'x:y', activate])(
    'may stand in a role: %s',
    (name) => {
      expect(isClusterPrivilege(name)).toBe(true)
    },
  )

  it.each([
    '',
    '*',
    'ALL',
    ' all',
    'manage_user_profiles',
    'manage_*',
    'superuser',
    'constructor',
    'toString',
  ])('may not stand in a role: %o', (name) => {
    expect(isClusterPrivilege(name)).toBe(false)
  })

  it('is listed once, in the order of the alphabet', () => {
    expect(predefinedClusterPrivileges).toEqual([...new Set(predefinedClusterPrivileges)].sort())
  })
})

function rows(names: string[], allowed: string[]): [Action, string[]][] {
  return names.map((name) => [`${security}/${name}` as Action, allowed])
}
