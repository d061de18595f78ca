import { describe, expect, it } from 'vitest'
import type { MappedUser } from '../../../src/authorization/mappings/mappedUser.ts'
import { createRoleTemplate, templateProblem } from '../../../src/authorization/mappings/roleTemplate.ts'

const jack: MappedUser = {
  username: 'jack',
  dn: null,
  groups: ['a', 'b"c'],
  metadata: { team: 'blue', level: 7, active: true, teams: ['x'], nothing: null },
  realm: { name: 'corp' },
}

function namesOf(
  source: string,
  format: 'string' | 'json' = 'string',
  user: Partial<MappedUser> = {},
): string[] {
  return createRoleTemplate({ source, format })({ ...jack, ...user })
}

describe('a role template makes', () => {
  it.each<[string, string[]]>([
    ['fixed', ['fixed']],
    ['_user_{{username}}', ['_user_jack']],
    ['{{ realm.name }}-{{metadata.team}}-{{metadata.level}}-{{metadata.active}}', ['corp-blue-7-true']],
    ['{ {{username}} }', ['{ jack }']],
    ['{{#tojson}}metadata.team{{/tojson}}', ['"blue"']],
  ])('the name of one role: %s', (source, names) => {
    expect(namesOf(source)).toEqual(names)
  })

  it.each<[string, string[]]>([
    ['{{#tojson}}groups{{/tojson}}', ['a', 'b"c']],
    ['{{#tojson}} username {{/tojson}}', ['jack']],
    ['["{{username}}","r-{{metadata.level}}", null]', ['jack', 'r-7']],
    ['"x"', ['x']],
    ['[]', []],
  ])('names of roles from JSON: %s', (source, names) => {
    expect(namesOf(source, 'json')).toEqual(names)
  })

  it('never another name of what a user is called', () => {
    const username = '","superuser","'
    expect(namesOf('["user-{{username}}"]', 'json', { username })).toEqual(['user-","superuser","'])
    expect(namesOf('{{username}}', 'string', { username: '{{groups}}$&$1' })).toEqual(['{{groups}}$&$1'])
  })

  it.each(['{{dn}}', 'x-{{metadata.nothing}}', '{{metadata.missing}}', '{{groups}}', '{{constructor}}', ''])(
    'nothing where no one value stands: %j',
    (source) => {
      expect(namesOf(source)).toEqual([])
    },
  )

  it.each(['{{username}}', '[', '{"a":1}', '7', 'true', '["a"', '[1,true,{}]', '{{#tojson}}dn{{/tojson}}'])(
    'nothing where no name comes of it: %s',
    (source) => {
      expect(namesOf(source, 'json')).toEqual([])
    },
  )
})

describe('a role template is refused', () => {
  it.each([
    '{{{username}}}',
    '{{&username}}',
    '{{#groups}}{{.}}{{/groups}}',
    '{{^groups}}x{{/groups}}',
    '{{#join}}groups{{/join}}',
    '{{! note}}',
    '{{> other}}',
    '{{=<% %>=}}',
    '{{#tojson}}groups',
    '{{/tojson}}',
    '{{}}',
    '{{username',
    'username}}',
  ])('with what Mustache has besides: %s', (source) => {
    expect(templateProblem({ source, format: 'string' })).toBe(
      'only {{field}} and {{#tojson}}field{{/tojson}} are supported, of everything that a Mustache template can have',
    )
  })

  it('with more than 1,000 characters', () => {
    expect(templateProblem({ source: 'a'.repeat(1_000), format: 'json' })).toBeNull()
    expect(templateProblem({ source: 'a'.repeat(1_001), format: 'json' })).toBe(
      'may have at most [1000] characters',
    )
  })
})
