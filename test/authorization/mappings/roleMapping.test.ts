import { describe, expect, it } from 'vitest'
import { roleMappingProblems, type RoleMapping } from '../../../src/authorization/mappings/roleMapping.ts'

const mapping: RoleMapping = {
  name: 'admins',
  enabled: true,
  roles: ['admin'],
  roleTemplates: [],
  rules: { field: { groups: 'admins' } },
  metadata: {},
}
const template = { source: '{{username}}', format: 'string' } as const

const badName =
  'Role mapping names must be at least 1 and no more than 507 characters. They can contain alphanumeric characters ' +
  '(a-z, A-Z, 0-9), spaces, punctuation, and printable symbols in the Basic Latin (ASCII) block. Leading or trailing ' +
  'whitespace is not allowed.'

describe('a role mapping', () => {
  it('has no problems if it is sound', () => {
    const roles = Array.from({ length: 1_000 }, (_, n) => `r${n}`)
    for (const sound of [
      mapping,
      { ...mapping, enabled: false, name: 'n'.repeat(507), roles },
      { ...mapping, roles: [], roleTemplates: Array.from({ length: 10 }, () => template) },
    ])
      expect(roleMappingProblems(sound)).toEqual([])
  })

  it.each<[Partial<RoleMapping>, string]>([
    [{ name: '' }, badName],
    [{ name: ' x' }, badName],
    [{ name: 'ä' }, badName],
    [{ name: 'n'.repeat(508) }, badName],
    [{ roles: [] }, 'role-mapping roles or role-templates are missing'],
    [{ roleTemplates: [template] }, 'role-mapping cannot have both roles and role-templates'],
    [{ roles: Array.from({ length: 1_001 }, () => 'r') }, 'a role-mapping can have at most [1000] roles'],
    [
      { roles: [], roleTemplates: Array.from({ length: 11 }, () => template) },
      'a role-mapping can have at most [10] role-templates',
    ],
    [
      { roles: [], roleTemplates: [{ ...template, source: '{{#x}}' }] },
      'role-template [1] only {{field}} and {{#tojson}}field{{/tojson}} are supported, of everything that a Mustache ' +
        'template can have',
    ],
    [{ metadata: { _x: 1 } }, 'metadata keys may not start with [_]'],
    [{ metadata: { x: 'x'.repeat(65_536) } }, 'a role-mapping can have at most [65536] characters'],
    [
      { rules: { field: { groups: Array.from({ length: 10_000 }, (_, n) => `group ${n}`) } } },
      'a role-mapping can have at most [65536] characters',
    ],
  ])('is refused with %.60j', (change, problem) => {
    expect(roleMappingProblems({ ...mapping, ...change })).toEqual([problem])
  })

  it('is refused with everything that is wrong at once, in the order of Elasticsearch', () => {
    expect(roleMappingProblems({ ...mapping, name: '', roles: [], metadata: { _x: 1 } })).toEqual([
      badName,
      'role-mapping roles or role-templates are missing',
      'metadata keys may not start with [_]',
    ])
  })
})
