import { describe, expect, it } from 'vitest'
import type { Domain } from '../../src/authentication/domain.ts'
import { emptyDatabase } from '../support/emptyDatabase.ts'
import { exported, imported, lines } from '../support/transferring.ts'
import { bcryptHash, hashedUid, pbkdf2Hash } from './cluster.ts'

const user = { kind: 'user', username: 'ada', password_hash: bcryptHash, roles: ['editor'] }
const role = { kind: 'role', name: 'editor', cluster: ['monitor'] }
const mapping = {
  kind: 'role_mapping',
  name: 'staff',
  roles: ['editor'],
  rules: { field: { groups: 'staff' } },
}
const native = { name: 'native', type: 'native' }

function profile(username: string, n = 0, realm: object = native, more: object = {}) {
  return {
    kind: 'profile',
    uid: hashedUid(username, n),
    last_synchronized: 1_000,
    user: { username, roles: [], realm },
    ...more,
  }
}

const ldap = (n: number) => ({ name: `ldap${n}`, type: 'ldap' })

/** Imports one after the other into one database, and answers what became of the last, and what is there. */
async function inTurn(inputs: readonly string[], options: Parameters<typeof imported>[2] = {}) {
  const { url } = await emptyDatabase()
  let last = await imported(url, '')
  let before = ''
  for (const input of inputs) {
    before = await exported(url)
    last = await imported(url, input, options)
  }
  const after = await exported(url)
  return { ...last, reasons: last.refused.map(({ reason }) => reason), before, after }
}

describe('what is there already', () => {
  it('stays as it is, and is counted', async () => {
    const other = [
      { ...user, password_hash: pbkdf2Hash },
      { ...role, cluster: ['all'] },
      { ...mapping, enabled: false },
      profile('ada', 0, native, { last_synchronized: 2_000 }),
    ]
    const { counts, before, after } = await inTurn([
      lines(user, role, mapping, profile('ada')),
      lines(...other),
    ])
    expect(counts).toEqual({
      'user there already': 1,
      'role there already': 1,
      'role_mapping there already': 1,
      'profile there already': 1,
    })
    expect(after).toBe(before)
  })

  it('is replaced where that is wanted, if it differs', async () => {
    const things = [user, role, mapping]
    const other = [
      { ...user, roles: [] },
      { ...role, cluster: [] },
      { ...mapping, enabled: false },
    ]
    const { counts, after } = await inTurn([lines(...things), lines(...other)], { replace: true })
    expect(counts).toEqual({ 'user replaced': 1, 'role replaced': 1, 'role_mapping replaced': 1 })
    const { counts: again, before, after: same } = await inTurn([after, after], { replace: true })
    expect(again).toEqual({
      'user there already': 1,
      'role there already': 1,
      'role_mapping there already': 1,
    })
    expect(same).toBe(before)
  })

  it('if it is a profile is replaced only by a newer one, and gets a version that nobody has read', async () => {
    const here = profile('ada', 0, native, { last_synchronized: 2_000, seq_no: 5, data: { a: 1 } })
    const replacing = async (more: object) => {
      const { counts, after } = await inTurn([lines(here), lines({ ...here, data: { a: 2 }, ...more })], {
        replace: true,
      })
      return [Object.keys(counts)[0], /"seq_no":(\d+)/.exec(after)?.[1], after.includes('{"a":2}')]
    }
    expect(await replacing({ last_synchronized: 1_999, seq_no: 9 })).toEqual([
      'profile there already',
      '5',
      false,
    ])
    expect(await replacing({ seq_no: 5 })).toEqual(['profile there already', '5', false])
    expect(await replacing({ seq_no: 6 })).toEqual(['profile replaced', '6', true])
    expect(await replacing({ last_synchronized: 2_001, seq_no: 0 })).toEqual(['profile replaced', '6', true])
    expect(await replacing({ last_synchronized: 2_001, seq_no: 90 })).toEqual([
      'profile replaced',
      '90',
      true,
    ])
  })
})

describe('the superuser', () => {
  const elastic = {
    ...{ kind: 'user', username: 'elastic', roles: ['superuser'], metadata: { _reserved: true } },
    password_hash: bcryptHash,
  }

  it('is taken from an export where there is none, and is never replaced', async () => {
    const { counts } = await inTurn([lines(elastic)])
    expect(counts).toEqual({ 'user imported': 1 })
    const other = lines({ ...elastic, password_hash: pbkdf2Hash })
    const { counts: again, before, after } = await inTurn([lines(elastic), other], { replace: true })
    expect(again).toEqual({ 'user there already': 1 })
    expect(after).toBe(before)
  })

  it('is taken as it is made, or not at all', async () => {
    const { reasons } = await inTurn([lines({ ...elastic, roles: ['superuser', 'editor'] })])
    expect(reasons[0]).toContain('Username [elastic] is reserved and may not be used.')
  })
})

describe('a user', () => {
  const several = (uid: string, of: string) =>
    `its user [ada] of the realm [${of}] has the profile [${uid}] here, and with two could not activate any`

  it.each([
    ['in one import', [lines(profile('ada', 0), profile('ada', 1))]],
    ['in two imports', [lines(profile('ada', 0)), lines(profile('ada', 1))]],
    [
      'whatever the native realm is called',
      [lines(profile('ada', 0), profile('ada', 1, { name: 'x', type: 'native' }))],
    ],
  ])('never gets two profiles, %s', async (_, inputs) => {
    const { reasons, after } = await inTurn(inputs)
    expect(reasons[0]?.replace('[x]', '[native]')).toBe(several(hashedUid('ada'), 'native'))
    expect(after.match(/"uid"/g)).toHaveLength(1)
  })

  it('has as many profiles as there are realms that are not of one domain', async () => {
    const ten = Array.from({ length: 12 }, (_, n) => profile('ada', n, ldap(n)))
    const { counts, refused } = await inTurn([lines(...ten)])
    expect({ counts, refused }).toEqual({ counts: { 'profile imported': 12 }, refused: [] })
    const domains: Domain[] = [{ name: 'staff', realms: [ldap(1), ldap(3)], literalSuffix: null }]
    const { counts: inDomain, reasons } = await inTurn([lines(...ten)], { domains })
    expect(inDomain).toEqual({ 'profile imported': 11 })
    expect(reasons).toEqual([
      `its user [ada] of the realm [ldap3] under domain [staff] has the profile [${hashedUid('ada', 1)}] here, and with two ` +
        'could not activate any',
    ])
  })

  it('never gets the uid of another', async () => {
    const { reasons, before, after } = await inTurn([
      lines(profile('ada', 0, ldap(1))),
      lines(profile('ada', 0, ldap(2))),
    ])
    expect(reasons).toEqual(['its uid is that of another user here, of the realm [ldap1]'])
    expect(after).toBe(before)
  })
})

describe('role mappings', () => {
  const mappings = (count: number) => Array.from({ length: count }, (_, n) => ({ ...mapping, name: `m${n}` }))

  it('are at most a thousand, as everywhere else', async () => {
    const { counts, reasons } = await inTurn([lines(...mappings(1002))])
    expect(counts).toEqual({ 'role_mapping imported': 1000 })
    expect(reasons).toEqual(Array(2).fill('there can be at most [1000] of its kind'))
    const again = await inTurn([lines(...mappings(1000)), lines(...mappings(1001))])
    expect(again.counts).toEqual({ 'role_mapping there already': 1000 })
    expect(again.refused).toHaveLength(1)
  })

  it('have rules that can be read', async () => {
    const { reasons } = await inTurn([lines({ ...mapping, rules: { except: { field: { username: 'a' } } } })])
    expect(reasons).toEqual([expect.stringContaining('except')])
  })
})

describe('what comes twice', () => {
  it('is imported once', async () => {
    const { counts } = await inTurn([lines(user, profile('ada'), { ...user, roles: [] }, profile('ada'))])
    expect(counts).toEqual({
      'user imported': 1,
      'user there already': 1,
      'profile imported': 1,
      'profile there already': 1,
    })
  })
})

describe('a dry run', () => {
  it('tells what would happen, also by what is there, and changes no row', async () => {
    const { url } = await emptyDatabase()
    await imported(url, lines(user, profile('ada', 0)))
    const before = await exported(url)
    const input = lines({ ...user, roles: [] }, role, profile('ada', 1), profile('bob'), {
      ...user,
      password_hash: 'x',
    })
    const dry = await imported(url, input, { dryRun: true, replace: true })
    expect(await exported(url)).toBe(before)
    const real = await imported(url, input, { replace: true })
    expect(dry).toEqual(real)
    expect(dry.counts).toEqual({ 'user replaced': 1, 'role imported': 1, 'profile imported': 1 })
    expect(dry.refused).toHaveLength(2)
  })
})

describe('an export of which something is missing', () => {
  it.each([
    ['its last line', (text: string[]) => text.slice(0, -1), 'has no last line'],
    ['a line inside', (text: string[]) => text.filter((_, index) => index !== 1), 'has not as many records'],
  ])('is said to lack it, and the rest is taken: %s', async (_, without, problem) => {
    const { after } = await inTurn([lines(user, role, mapping)])
    const rest = without(after.trim().split('\n')).join('\n')
    const { reasons } = await inTurn([rest])
    expect(reasons).toHaveLength(1)
    expect(reasons[0]).toContain(problem)
  })

  it('is not what is put together of several exports', async () => {
    const { after } = await inTurn([lines(user, role)])
    const { counts, refused } = await inTurn([after + after])
    expect(refused).toEqual([])
    expect(counts).toMatchObject({ 'user imported': 1, 'user there already': 1 })
  })
})

describe('a line that is not what it should be', () => {
  it.each([
    ['a name twice', '{"kind":"role","name":"a","name":"b"}', "Duplicate field 'name'"],
    [
      'a number that would be altered',
      '{"kind":"profile","seq_no":12345678901234567890}',
      "Number at 'seq_no' would lose precision",
    ],
    [
      'a version with which nobody could go on counting',
      JSON.stringify(profile('ada', 0, native, { seq_no: 2 ** 53 - 1 })),
      'seq_no: expected at most 2^52',
    ],
    [
      'a time that no activation would ever reach',
      JSON.stringify(profile('ada', 0, native, { last_synchronized: 4_102_444_800_001 })),
      'last_synchronized: expected a time before the year 2100',
    ],
    ['U+0000', '{"kind":"role","name":"a\\u0000"}', 'String with U+0000'],
    ['a lone surrogate', '{"kind":"role","name":"\\ud800"}', 'String with a lone surrogate'],
    [
      'a prototype',
      '{"kind":"role","name":"a","metadata":{"__proto__":{}}}',
      "Field '__proto__' is not allowed",
    ],
    ['what nests too deeply', `{"a":${'['.repeat(200)}${']'.repeat(200)}}`, 'Nested deeper than 103 levels'],
    ['UTF-8 that is none', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), 'Invalid UTF-8'],
    ['an unknown kind', '{"kind":"token"}', 'expected one of the kinds role, role_mapping, user, profile'],
    ['an unknown field', '{"kind":"role","name":"a","colour":"red"}', 'Unrecognized key: "colour"'],
    [
      'a field of another type',
      '{"kind":"role","name":"a","cluster":"s3cret"}',
      'cluster: expected array, received string',
    ],
  ])('is refused with its place, and costs no other: %s', async (_, line, reason) => {
    const input = Buffer.concat([
      Buffer.from('\uFEFF{"kind":"role","name":"before"}\r\n\r\n'),
      Buffer.from(line),
      Buffer.from('\n{"kind":"role","name":"after"}'),
    ])
    const { url } = await emptyDatabase()
    const { counts, refused } = await imported(url, input, { chunk: 7 })
    expect(counts).toEqual({ 'role imported': 2 })
    expect(refused).toMatchObject([{ place: { line: 3, lastLine: 3, byte: 38 }, reason }])
  })

  it('is all of an export of another release, which costs no other', async () => {
    const later = { format: 'profile-gateway', version: 2 }
    const own = { ...later, version: 1 }
    const { counts, reasons } = await inTurn([
      lines(
        { kind: 'role', name: 'before' },
        later,
        role,
        { kind: 'end', records: 1 },
        own,
        { kind: 'role', name: 'b' },
        { kind: 'end', records: 1 },
      ),
    ])
    expect(counts).toEqual({ 'role imported': 2 })
    expect(reasons).toEqual(['it is an export of another version than 1: import it with a newer release'])
  })

  it('is a document that nests deeper than a hundred levels, and not one that does not', async () => {
    const nested = (levels: number): object => (levels === 1 ? {} : { a: nested(levels - 1) })
    const { counts, reasons } = await inTurn([
      lines(
        profile('ada', 0, native, { data: nested(100) }),
        profile('bob', 0, native, { data: nested(101) }),
      ),
    ])
    expect(counts).toEqual({ 'profile imported': 1 })
    expect(reasons).toEqual(['[data] nests deeper than 100 levels'])
  })
})
