import { describe, expect, it } from 'vitest'
import { load, problems } from '../support/loading.ts'
import { corpSettings } from './corp.ts'

const realms = corpSettings() + corpSettings({ order: '2' }, 'realms.jwt.partner')

/** What is made of domains beside the realms `native`, `corp` and `partner`. */
async function domains(settings: string, others = realms, environment = {}) {
  return (await load(others + settings, environment)).settings.domains
}

/** What is said to be wrong with them, without its line. */
async function said(settings: string, others = realms): Promise<string[]> {
  return (await problems(others + settings)).map((problem) =>
    problem.replace(/^gateway\.yml:\d+: domains\./, ''),
  )
}

const native = { name: 'native', type: 'native' }
const corp = { name: 'corp', type: 'jwt' }

describe('a domain', () => {
  it.each([
    ['domains.staff.realms: [native, corp]\n'],
    ['domains:\n  staff:\n    realms:\n      - native\n      - corp\n'],
    ['domains: { staff: { realms: "native, corp" } }\n'],
    ['domains.staff.realms: native,corp,native\n'],
    ['xpack.security.authc.domains.staff.realms: [native, corp]\n'],
    ['xpack.security.authc:\n  domains:\n    staff.realms: native,corp\n'],
    ['domains.staff.realms: ${REALMS}\n'],
    ['domains.staff: { realms: [native, corp], uid_generation: {} }\n'],
    ['domains.staff: { realms: [native, corp], uid_generation.literal_username: false }\n'],
  ])('has realms, with their types: %j', async (settings) => {
    expect(await domains(settings, realms, { REALMS: 'native,corp' })).toEqual([
      { name: 'staff', realms: [native, corp], literalSuffix: null },
    ])
  })

  it('is one of any number, and there are none by default', async () => {
    expect(await domains('')).toEqual([])
    expect(await domains('domains: { one: { realms: corp }, two: { realms: partner } }\n')).toMatchObject([
      { name: 'one', realms: [corp] },
      { name: 'two', realms: [{ name: 'partner', type: 'jwt' }] },
    ])
  })

  it.each([
    ['', 'native'],
    ['realms.native.people.order: 0\n', 'people'],
  ])('may have the native realm by the name that Elasticsearch gives it: %j', async (settings, name) => {
    for (const own of ['[default_native]', `[${name}, default_native]`]) {
      expect(await domains(`domains.staff.realms: ${own}\n`, realms + settings)).toEqual([
        { name: 'staff', realms: [{ name, type: 'native' }], literalSuffix: null },
      ])
    }
  })

  it('may have the realm of files that every Elasticsearch has', async () => {
    expect(await domains('domains.staff.realms: [corp, default_file]\n')).toMatchObject([
      { realms: [corp, { name: 'default_file', type: 'file' }] },
    ])
  })

  it('may have a realm that is not asked', async () => {
    const disabled = corpSettings({ enabled: 'false' })
    expect(await domains('domains.staff.realms: corp\n', disabled)).toMatchObject([{ realms: [corp] }])
  })

  it.each(['true', '${YES}', '"true"'])('may give uids of usernames as they are: %s', async (yes) => {
    const settings = `domains.staff: { realms: corp, uid_generation: { literal_username: ${yes}, suffix: Staff1 } }\n`
    expect(await domains(settings.replace('${YES}', '"${YES}"'), realms, { YES: 'true' })).toEqual([
      { name: 'staff', realms: [corp], literalSuffix: 'Staff1' },
    ])
  })
})

describe('a domain is refused', () => {
  it.each(['5', '[]', '{}', '{ a: b }', 'true'])('whose realms are %s', async (own) => {
    expect(await said(`domains.staff.realms: ${own}\n`)).toEqual([
      expect.stringMatching(/^staff\.realms: expected a list of realms$/),
    ])
  })

  it('without realms', async () => {
    expect(await said('domains.staff.uid_generation.literal_username: false\n')).toEqual([
      'staff.realms: expected a list of realms',
    ])
  })

  it.each(['nowhere', 'Corp', 'reserved', 'jwt', '', 'constructor', 'default_saml'])(
    'with the realm %j, which is not there',
    async (realm) => {
      expect(await said(`domains.staff.realms: [native, "${realm}"]\n`)).toEqual([
        `staff.realms: Undefined realms [${realm}] cannot be assigned to domains`,
      ])
    },
  )

  it('with a realm of another domain', async () => {
    const problem = (domain: string) =>
      `${domain}.realms: Realms can be associated to at most one domain, but realm [corp] is associated to domains [a, b]`
    expect(
      await said('domains: { b: { realms: [corp, partner] }, a: { realms: [native, corp] } }\n'),
    ).toEqual([problem('b'), problem('a')])
  })

  it('with the native realm of another domain, whatever each calls it', async () => {
    expect(await said('domains: { a: { realms: native }, b: { realms: default_native } }\n')).toEqual([
      'a.realms: Realms can be associated to at most one domain, but realm [native] is associated to domains [a, b]',
      'b.realms: Realms can be associated to at most one domain, but realm [default_native] is associated to domains [a, b]',
    ])
  })

  it.each(['_staff', '_'])('with the name %s', async (name) => {
    expect(await said(`domains.${name}.realms: corp\n`)).toEqual([
      `${name}: the name of a domain must not start with [_]`,
    ])
  })

  it.each(['5', 'text', '[corp]'])('that is %s', async (text) => {
    expect(await said(`domains.staff: ${text}\n`)).toHaveLength(1)
  })

  it.each(['1a', 'a_b', 'a-b', '""', 'abcdefghijk', '"a\\n"', 'ä', '5', '[a]'])(
    'with the suffix %s',
    async (suffix) => {
      const settings = `domains.staff: { realms: corp, uid_generation: { literal_username: true, suffix: ${suffix} } }\n`
      expect(await said(settings)).toEqual([
        expect.stringMatching(/^staff\.uid_generation\.suffix: expected /),
      ])
    },
  )

  it('are refused with the suffix of another', async () => {
    const uids = 'uid_generation: { literal_username: true, suffix: x }'
    const settings = `domains.one: { realms: corp, ${uids} }\ndomains.two: { realms: native, ${uids} }\n`
    expect(await said(settings)).toEqual([
      'one.uid_generation.suffix: another domain has this suffix',
      'two.uid_generation.suffix: another domain has this suffix',
    ])
  })

  it.each(['a', 'Z9', 'abcdefghij'])('but not with the suffix %s', async (suffix) => {
    const settings = `domains.staff: { realms: corp, uid_generation: { literal_username: true, suffix: ${suffix} } }\n`
    expect(await domains(settings)).toMatchObject([{ literalSuffix: suffix }])
  })

  it.each([
    ['literal_username: true', 'uid_generation: literal_username needs a suffix'],
    ['suffix: x', 'uid_generation.suffix: is only for literal_username: true'],
    ['{ literal_username: false, suffix: x }', 'uid_generation.suffix: is only for literal_username: true'],
    ['literal_username: 1', 'uid_generation.literal_username: expected true or false'],
    ['prefix: x', 'uid_generation.prefix: unknown setting'],
  ])('with uids made so: %s', async (uids, problem) => {
    const text = uids.startsWith('{') ? uids : `{ ${uids} }`
    expect(await said(`domains.staff: { realms: corp, uid_generation: ${text} }\n`)).toEqual([
      `staff.${problem}`,
    ])
  })

  it('for everything that is wrong, beside what is wrong with realms, each with its line', async () => {
    const settings = [
      corpSettings({ order: 'x' }),
      'domains.a.realms: [corp, nowhere]\n',
      'domains.b:\n  realms: corp\n  uid_generation.literal_username: true\n',
      'domains._c: { realms: 5, uid_generation.suffix: x }\n',
    ].join('')
    expect((await problems(settings)).toSorted()).toEqual([
      'gateway.yml:10: domains.b.uid_generation: literal_username needs a suffix',
      'gateway.yml:11: domains._c.realms: expected a list of realms',
      'gateway.yml:11: domains._c.uid_generation.suffix: is only for literal_username: true',
      'gateway.yml:11: domains._c: the name of a domain must not start with [_]',
      'gateway.yml:1: realms.jwt.corp.order: expected a whole number',
      'gateway.yml:7: domains.a.realms: Realms can be associated to at most one domain, but realm [corp] is associated to domains [a, b]',
      'gateway.yml:7: domains.a.realms: Undefined realms [nowhere] cannot be assigned to domains',
      'gateway.yml:9: domains.b.realms: Realms can be associated to at most one domain, but realm [corp] is associated to domains [a, b]',
    ])
  })
})
