import { describe, expect, it } from 'vitest'
import { expressionProblems } from '../../src/authorization/globalPrivilege.ts'
import { predefinedClusterPrivileges } from '../../src/authorization/privileges.ts'
import { completeRole, roleProblems, type Role } from '../../src/authorization/role.ts'
import { isSecurityName } from '../../src/authorization/securityName.ts'

const role: Role = {
  name: 'activator',
  cluster: ['manage_user_profile'],
  indices: [],
  applications: [],
  runAs: [],
  global: null,
  metadata: {},
  description: null,
}

const badName =
  'Role names must be at least 1 and no more than 507 characters. They can contain alphanumeric characters (a-z, ' +
  'A-Z, 0-9), spaces, punctuation, and printable symbols in the Basic Latin (ASCII) block. Leading or trailing ' +
  'whitespace is not allowed.'

const unknownPrivilege = (name: string) =>
  `unknown cluster privilege [${name}]. a privilege must be either one of the predefined cluster privilege names ` +
  `[${predefinedClusterPrivileges.join(',')}] or a pattern over one of the available cluster actions`

describe('the name of a user or a role', () => {
  it.each(['a', 'a b', '~', '!', '_x', 'a'.repeat(507), 'O\'Brien "x" \\ /'])('may be %.30o', (name) => {
    expect(isSecurityName(name)).toBe(true)
  })

  it.each(['', ' ', ' a', 'a ', '\ta', 'a\n', 'a\0', 'ä', '\u{1f600}', 'a\u007f', 'a'.repeat(508)])(
    'may not be %.30o',
    (name) => {
      expect(isSecurityName(name)).toBe(false)
    },
  )
})

describe('a role', () => {
  it('has no problems if it is sound', () => {
    expect(roleProblems(role)).toEqual([])
    expect(
      roleProblems({ ...role, cluster: ['all', 'cluster:monitor/*'], description: 'x'.repeat(1000) }),
    ).toEqual([])
  })

  it.each(['', ' x', 'x ', 'ä', 'x'.repeat(508)])('is refused under the name %.30o', (name) => {
    expect(roleProblems({ ...role, name })).toEqual([badName])
  })

  it.each(['superuser', 'kibana_system'])('is refused under the reserved name %s', (name) => {
    expect(roleProblems({ ...role, name })).toEqual([`Role [${name}] is reserved and may not be used.`])
  })

  it('is refused with too many patterns for applications, or with long ones', () => {
    const writing = (applications: string[]) => ({
      ...role,
      global: { profile: { write: { applications } } },
    })
    expect(roleProblems(writing(Array.from({ length: 1_000 }, (_, index) => `app${index}*`)))).toEqual([])
    expect(roleProblems(writing(Array.from({ length: 1_001 }, () => 'app')))).toEqual([
      'there can be at most [1000] patterns for applications',
    ])
    expect(roleProblems(writing(['/' + 'a'.repeat(999) + '/']))).toEqual([
      'a pattern for applications can have at most [1000] characters',
    ])
  })

  it('has regular expressions that are not too large together', () => {
    const writing = (count: number) => ({
      ...role,
      global: { profile: { write: { applications: Array.from({ length: count }, () => '/a{900}/') } } },
    })
    expect(expressionProblems([writing(5), writing(5)])).toEqual([])
    const tooLarge = ['the regular expressions for applications are too large together']
    expect(expressionProblems([writing(6), writing(6)])).toEqual(tooLarge)
  })

  it('is refused with cluster privileges that nobody knows, each by name', () => {
    expect(roleProblems({ ...role, cluster: ['all', 'x', 'monitor', '*'] })).toEqual([
      unknownPrivilege('x'),
      unknownPrivilege('*'),
    ])
  })

  it('is refused with metadata that begin with an underscore', () => {
    expect(roleProblems({ ...role, metadata: { a: 1, _reserved: true } })).toEqual([
      'metadata keys may not start with [_]',
    ])
    expect(roleProblems({ ...role, metadata: { a_: { _inner: 1 } } })).toEqual([])
  })

  it('is refused with a description of more than 1000 characters', () => {
    expect(roleProblems({ ...role, description: 'x'.repeat(1001) })).toEqual([
      'Role description must be less than 1000 characters.',
    ])
  })

  it.each([
    ['indices', ['names', 'privileges']],
    ['applications', ['privileges', 'resources']],
  ] as const)('is refused with %s that lack what each of them needs', (field, lists) => {
    const sound = Object.fromEntries(lists.map((list) => [list, ['x']]))
    expect(roleProblems({ ...role, [field]: [sound, { ...sound, more: 1 }] })).toEqual([])
    for (const list of lists) {
      for (const wrong of [undefined, null, [], 'x', 7, ['x', 7], {}]) {
        expect(roleProblems({ ...role, [field]: [sound, { ...sound, [list]: wrong }] })).toEqual([
          `every entry of [${field}] needs [${list}], a list of strings`,
        ])
      }
    }
  })

  it('is refused with everything that is wrong at once', () => {
    const problems = roleProblems({
      ...role,
      name: 'superuser',
      cluster: ['x'],
      indices: [{}],
      metadata: { _x: 1 },
      description: 'x'.repeat(1001),
    })
    expect(problems).toHaveLength(6)
  })

  it('is completed as Elasticsearch does it: lists for single strings, and a default', () => {
    const given = { names: 'a*', privileges: 'read', query: '{}' }
    const complete = { names: ['a*'], privileges: ['read'], query: '{}', allow_restricted_indices: false }
    expect(completeRole({ ...role, indices: [given] }).indices).toEqual([complete])
    const restricted = { ...complete, allow_restricted_indices: true }
    expect(completeRole({ ...role, indices: [restricted] })).toEqual({ ...role, indices: [restricted] })
  })
})
