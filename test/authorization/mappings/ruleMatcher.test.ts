import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFieldsOf, type MappedUser } from '../../../src/authorization/mappings/mappedUser.ts'
import { parseRule } from '../../../src/authorization/mappings/rule.ts'
import { createRuleMatcher } from '../../../src/authorization/mappings/ruleMatcher.ts'

const jack: MappedUser = {
  username: 'Jack',
  dn: 'CN=Jack Nicholson, OU=Actors, DC=example, DC=com',
  groups: ['Admins', 'cn=staff,ou=groups,dc=example,dc=com', 'straße', 'ΟΔΟΣ', 'a?c', 'a\\b', '/x'],
  metadata: {
    level: 7,
    half: 0.5,
    active: true,
    none: null,
    text: 'a',
    list: ['x', 8, false, null],
    empty: [],
  },
  realm: { name: 'corp' },
}

function holds(rule: unknown, user: Partial<MappedUser> = {}): boolean {
  return createRuleMatcher(parseRule(rule, 'm'))(createFieldsOf({ ...jack, ...user }))
}

const of = (name: string, value: unknown) => ({ field: { [name]: value } })

describe('a rule about a field', () => {
  it.each<[string, unknown]>([
    ['username', 'Jack'],
    ['username', 'J*'],
    ['username', '*'],
    ['username', '/J.*/'],
    ['username', ['nobody', 'Jack']],
    ['realm.name', 'corp'],
    ['realm.name', '/c[aeiou]rp/'],
    ['metadata.level', 7],
    ['metadata.level', [6, 7]],
    ['metadata.level', 7.0],
    ['metadata.half', 0.5],
    ['metadata.active', true],
    ['metadata.text', 'a'],
    ['metadata.text', ['b', '?*']],
    ['metadata.list', 'x'],
    ['metadata.list', 8],
    ['metadata.list', false],
    ['metadata.list', null],
    ['metadata.none', null],
    ['metadata.missing', null],
    ['metadata.toString', null],
    ['metadata', null],
    ['toString', null],
    ['realm', null],
  ])('holds of its user: %s is %j', (name, value) => {
    expect(holds(of(name, value))).toBe(true)
  })

  it.each<[string, unknown]>([
    ['username', 'jack'],
    ['username', 'j*'],
    ['username', 'Jac?'],
    ['username', '/J/'],
    ['username', null],
    ['realm.name', 'CORP'],
    ['metadata.level', '7'],
    ['metadata.level', '*'],
    ['metadata.level', '/7/'],
    ['metadata.level', 7.5],
    ['metadata.level', null],
    ['metadata.active', 'true'],
    ['metadata.active', 1],
    ['metadata.active', '*'],
    ['metadata.text', null],
    ['metadata.text', 'A'],
    ['metadata.empty', null],
    ['metadata.empty', '*'],
    ['metadata.missing', '*'],
    ['metadata.missing', ['*', '']],
    ['metadata.constructor', '*'],
    ['USERNAME', 'Jack'],
  ])('does not hold: %s is %j', (name, value) => {
    expect(holds(of(name, value))).toBe(false)
  })

  it('says of objects nothing but that they are there', () => {
    const metadata = { object: { a: 1 }, list: [{ a: 1 }, ['deep']] }
    for (const value of [null, '*', '[object Object]', 'a', 1])
      expect(holds(of('metadata.object', value), { metadata })).toBe(false)
    expect(holds(of('metadata.list', 'deep'), { metadata })).toBe(true)
  })
})

describe('a rule about groups or a distinguished name', () => {
  it.each<[string, unknown]>([
    ['groups', 'Admins'],
    ['groups', 'admins'],
    ['groups', 'ADMINS'],
    ['groups', 'aDMINs'],
    ['groups', ['nothing', 'admins']],
    ['groups', 'adm*'],
    ['groups', 'ADM*'],
    ['groups', '/admins|others/'],
    ['groups', 'STRAßE'],
    ['groups', 'οδος'],
    ['groups', 'οδοσ'],
    ['groups', 'CN=Staff, OU=Groups, DC=Example, DC=com'],
    ['groups', 'cn=staff,ou=groups,*'],
    ['groups', 'CN=STAFF,*'],
    ['groups', '*,dc=example,dc=com'],
    ['groups', '*, OU=Groups, DC=Example,DC=COM'],
    ['groups', 'a?c'],
    ['groups', 'a\\b'],
    ['groups', '/x'],
    ['dn', 'cn=jack nicholson,ou=actors,dc=example,dc=com'],
    ['dn', 'CN=Jack Nicholson, OU=Actors, DC=example, DC=com'],
    ['dn', '*,ou=actors,dc=example,dc=com'],
    ['dn', '*,ou=Actors , dc=example,dc=com'],
    ['dn', '*,dc=com'],
    ['dn', '/cn=jack [a-z]+,ou=actors,.*/'],
  ])('holds however they are written: %s is %j', (name, value) => {
    expect(holds(of(name, value))).toBe(true)
  })

  it.each<[string, unknown]>([
    ['groups', 'Admin'],
    ['groups', 'Adm?ns'],
    ['groups', 'aDM*'],
    ['groups', 'STRASSE'],
    ['groups', 'cn=staff'],
    ['groups', 'cn=staff,ou=groups,dc=example'],
    ['groups', '*,cn=staff,ou=groups,dc=example,dc=com'],
    ['groups', 'abc'],
    ['groups', null],
    ['groups', 7],
    ['dn', 'jack'],
    ['dn', null],
    ['dn', '*,ou=directors,dc=example,dc=com'],
    ['dn', '*,ou=act,dc=example,dc=com'],
  ])('does not hold: %s is %j', (name, value) => {
    expect(holds(of(name, value))).toBe(false)
  })

  it('holds of no group where there is none, and of a name that is null where there is none', () => {
    for (const value of ['*', '', null, '/.*/'])
      expect(holds(of('groups', value), { groups: [] })).toBe(false)
    expect(holds(of('dn', null), { dn: null })).toBe(true)
    expect(holds(of('dn', '*'), { dn: null })).toBe(false)
  })
})

describe('rules together', () => {
  const [yes, no] = [of('username', 'Jack'), of('username', 'nobody')]

  it.each<[unknown, boolean]>([
    [{ any: [] }, false],
    [{ all: [] }, true],
    [{ any: [no, yes] }, true],
    [{ any: [no, no] }, false],
    [{ all: [yes, yes] }, true],
    [{ all: [yes, no] }, false],
    [{ all: [{ except: no }] }, true],
    [{ all: [yes, { except: yes }] }, false],
    [{ all: [{ except: { any: [no, { all: [] }] } }] }, false],
  ])('mean what they say: %j', (rule, expected) => {
    expect(holds(rule)).toBe(expected)
  })

  it('mean the same as a plain reading of them, whatever they are', () => {
    fc.assert(
      fc.property(anyRule, anyUser, (rule, user) => {
        expect(holds(rule, user)).toBe(plainly(rule, { ...jack, ...user }))
      }),
      { numRuns: 3_000 },
    )
  })
})

describe('a rule is decided at once', () => {
  const long = 'a'.repeat(16_000)

  it.each([
    ['a group that repeats what repeats', '/(a+)+$/', `${long}!`],
    ['branches that are alike', '/(a|a)*b/', long],
    ['branches that overlap', '/(a|aa)+$/', `${long}!`],
    ['a star within a count', '/(.*a){20}b/', long],
    ['a star within a star', '/([a-z]+)*[0-9]/', long],
    ['many that may be missing', '/(?:a?){200}a{200}/', 'a'.repeat(199)],
    ['many stars', '*a*a*a*a*a*a*b', long],
    ['a very long name', `*,${'dc=a,'.repeat(3_000)}dc=b`, `cn=x,${'dc=a,'.repeat(3_000)}dc=c`],
  ])('of %s', (_, pattern, text) => {
    const start = performance.now()
    for (const name of ['username', 'groups', 'metadata.x']) {
      const user = { username: text, groups: [text, 'zz'], metadata: { x: [text] } }
      expect(holds(of(name, pattern), user)).toBe(false)
    }
    expect(performance.now() - start).toBeLessThan(5_000)
  })

  it('with thousands of values, of a user in thousands of groups', () => {
    const many = Array.from({ length: 5_000 }, (_, n) => `group-${n}`)
    const start = performance.now()
    expect(holds(of('groups', [...many, 'the-last']), { groups: [...many.toReversed(), 'THE-LAST'] })).toBe(
      true,
    )
    expect(holds(of('groups', many), { groups: many.map((group) => `no-${group}`) })).toBe(false)
    expect(performance.now() - start).toBeLessThan(2_000)
  })

  it('of text that is not well-formed, which is itself alone', () => {
    const groups = ['\ud83d', '\ude00x', 'a\0b']
    for (const group of groups) expect(holds(of('groups', group), { groups })).toBe(true)
    expect(holds(of('groups', '\ude00'), { groups })).toBe(false)
    expect(holds(of('groups', '\ude00*'), { groups })).toBe(true)
  })

  it('of metadata that were made without a prototype, or have what objects have', () => {
    const metadata = Object.assign(Object.create(null) as object, { hasOwnProperty: 'x', constructor: ['y'] })
    expect(holds(of('metadata.hasOwnProperty', 'x'), { metadata: { ...metadata } })).toBe(true)
    expect(holds(of('metadata.constructor', 'y'), { metadata: { ...metadata } })).toBe(true)
    expect(holds(of('metadata.__proto__', null))).toBe(true)
    expect(holds(of('__proto__', null))).toBe(true)
    expect(holds(of('other', 'z'), { metadata: { '': 'z', other: 'z' } })).toBe(false)
    expect(holds(of('metadata.', 'z'), { metadata: { '': 'z' } })).toBe(true)
  })
})

/** A small world, in which much meets. */
const texts = fc.constantFrom('a', 'b', 'A', 'ab', 'cn=a,o=b', 'CN=A, O=b', 'cn=x,cn=a,o=b', '')
const patterns = fc.constantFrom('*', 'a*', '*b', '/a|b/', '/[aA].*/', '*,o=b', '*,cn=a,o=b', 'A*')
const scalars = fc.oneof(texts, fc.constantFrom(0, 1, 1.5, true, false, null))
const names = fc.constantFrom('username', 'dn', 'groups', 'realm.name', 'metadata.x', 'metadata.y', 'other')

interface PlainRule {
  readonly any?: PlainRule[]
  readonly all?: PlainRule[]
  readonly except?: PlainRule
  readonly field?: Readonly<Record<string, unknown>>
}

const { anyRule } = fc.letrec<{ anyRule: PlainRule; inAll: PlainRule }>((tie) => {
  const field = fc.record({
    field: fc
      .tuple(names, fc.array(fc.oneof(scalars, patterns), { minLength: 1, maxLength: 3 }))
      .map(([name, values]) => ({ [name]: values })),
  })
  const any = fc.record({ any: fc.array(tie('anyRule'), { maxLength: 3 }) })
  const all = fc.record({ all: fc.array(tie('inAll'), { maxLength: 3 }) })
  return {
    anyRule: fc.oneof({ depthSize: 'small', withCrossShrink: true }, field, any, all),
    inAll: fc.oneof(tie('anyRule'), fc.record({ except: tie('anyRule') })),
  }
})

const anyUser = fc.record(
  {
    username: texts,
    dn: fc.option(texts),
    groups: fc.array(texts, { maxLength: 3 }),
    metadata: fc.record({ x: fc.oneof(scalars, fc.array(scalars, { maxLength: 3 })) }, { requiredKeys: [] }),
  },
  { requiredKeys: [] },
)

/** What a rule means, one value after the other. */
function plainly({ any, all, except, field = {} }: PlainRule, user: MappedUser): boolean {
  if (any) return any.some((rule) => plainly(rule, user))
  if (all) return all.every((rule) => plainly(rule, user))
  if (except) return !plainly(except, user)
  const [[name, wanted] = ['', []]] = Object.entries(field)
  const { username, dn, groups, realm, metadata } = user
  const x = metadata.x ?? null
  const values = { username, dn, groups, 'realm.name': realm.name, 'metadata.x': x }[name] ?? null
  const isName = name === 'groups' || (name === 'dn' && dn !== null)
  return [values].flat().some((value) => (wanted as unknown[]).some((one) => meets(one, value, isName)))
}

/** In this world names have no escapes, and every capital letter is one of ASCII. */
function meets(wanted: unknown, value: unknown, isName: boolean): boolean {
  if (typeof wanted !== 'string' || typeof value !== 'string') return !isName && wanted === value
  const normalized = (text: string) => text.toLowerCase().replaceAll(', ', ',')
  const forms = isName ? [value, value.toLowerCase(), value.toUpperCase()] : [value]
  if (isName && value.includes('=')) forms.push(normalized(value))
  if (wanted.startsWith('/'))
    return forms.some((form) => new RegExp(`^(?:${wanted.slice(1, -1)})$`).test(form))
  if (!wanted.includes('*')) {
    if (!isName) return wanted === value
    return wanted.includes('=') && value.includes('=')
      ? normalized(wanted) === normalized(value)
      : wanted.toLowerCase() === value.toLowerCase()
  }
  const [start = '', end = ''] = wanted.split('*')
  const fits = (form: string) =>
    form.length >= start.length + end.length && form.startsWith(start) && form.endsWith(end)
  return forms.some(fits)
}
