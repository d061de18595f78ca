import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normalizedName } from '../../../src/authorization/mappings/distinguishedName.ts'

describe('a distinguished name', () => {
  it.each([
    ['cn=me,dc=example,dc=com', 'cn=me,dc=example,dc=com'],
    ['CN=Me, DC=Example , dc=COM', 'cn=me,dc=example,dc=com'],
    ['  cn =  two   words  ;o=x', 'cn=two words,o=x'],
    ['cn="a, b" ,o=x', 'cn=a\\, b,o=x'],
    ['cn=a\\, b,o=x', 'cn=a\\, b,o=x'],
    ['cn=a\\2C b,o=x', 'cn=a\\, b,o=x'],
    ['cn=\\C3\\84', 'cn=ä'],
    ['cn=Ä', 'cn=ä'],
    ['uid=1+cn=b', 'cn=b+uid=1'],
    ['cn=b + uid=1', 'cn=b+uid=1'],
    ['2.5.4.3=x', '2.5.4.3=x'],
    ['cn=', 'cn='],
    ['cn=a=b', 'cn=a\\=b'],
    ['cn=#0402', 'cn=#0402'],
  ])('%o is compared as %o', (text, normalized) => {
    expect(normalizedName(text)).toBe(normalized)
    expect(normalizedName(normalized)).toBe(normalized)
  })

  it.each(['', ' ', 'admins', '=', '=x', 'cn=a,', 'cn=a,b', ',cn=a', 'cn=a"b"', 'cn="a', 'cn=a\\', 'c n=a'])(
    'is not %o',
    (text) => {
      expect(normalizedName(text)).toBeNull()
    },
  )

  it('is compared as itself, whatever it holds', () => {
    const value = fc.string({ unit: fc.constantFrom(...'a B \\ " , ; + = < > # é 2'.split(' '), ' ') })
    const escaped = value.map((text) => text.replaceAll(/[",;+\\=<> ]/g, '\\$&'))
    fc.assert(
      fc.property(fc.array(escaped, { minLength: 1, maxLength: 4 }), (values) => {
        const normalized = normalizedName(values.map((one) => `cn=${one}`).join(','))
        expect(normalized).not.toBeNull()
        expect(normalizedName(normalized ?? '')).toBe(normalized)
      }),
    )
  })

  it.each([
    ['many parts', 'cn=a,'.repeat(20_000) + 'cn=a'],
    ['a part without end', `cn="${'\\"'.repeat(50_000)}`],
    ['many backslashes', `cn=${'\\\\'.repeat(50_000)}\\`],
    ['many spaces', `cn=a${' '.repeat(100_000)}b,${' '.repeat(100_000)}`],
    ['many spaces before nothing', `${' '.repeat(100_000)}=`],
    ['many digits', `${'1.'.repeat(50_000)}!=`],
  ])('is read in linear time: %s', (_, text) => {
    const start = performance.now()
    normalizedName(text)
    expect(performance.now() - start).toBeLessThan(1_000)
  })
})
