import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitsWildcard } from '../src/wildcard.ts'

describe('a pattern', () => {
  it.each([
    ['', ''],
    ['app', 'app'],
    ['*', ''],
    ['*', 'anything at all'],
    ['**', ''],
    ['app*', 'app'],
    ['app*', 'app.key'],
    ['*key', 'app.key'],
    ['a*c', 'ac'],
    ['a*c', 'abcbc'],
    ['a*b*c', 'abbc'],
    ['*b*b*', 'bb'],
    ['cluster:admin/*', 'cluster:admin/xpack/security/profile/activate'],
    ['*', 'line\nend'],
    ['.*', '.x'],
  ])('%o fits %o', (pattern, text) => {
    expect(fitsWildcard(pattern, text)).toBe(true)
  })

  it.each([
    ['', 'a'],
    ['app', ''],
    ['app', 'App'],
    ['app', 'apple'],
    ['app', 'an app'],
    ['a*a', 'a'],
    ['ab*ba', 'aba'],
    ['*b*b*', 'b'],
    ['a*b*c', 'acb'],
    ['a*c', 'abcd'],
    ['.*', 'x'],
    ['a?c', 'abc'],
    ['[ab]', 'a'],
    ['a.c', 'abc'],
  ])('%o does not fit %o', (pattern, text) => {
    expect(fitsWildcard(pattern, text)).toBe(false)
  })

  it('fits what the regular expression of the same meaning matches, and nothing else', () => {
    const few = fc.string({ unit: fc.constantFrom('a', 'b', '*', '.', '\n', '\u{1f600}'), maxLength: 12 })
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', '\n', '\u{1f600}'), maxLength: 16 })
    fc.assert(
      fc.property(few, text, (pattern, given) => {
        expect(fitsWildcard(pattern, given)).toBe(oracle(pattern).test(given))
      }),
      { numRuns: 5_000 },
    )
  })

  it('fits every text from which it was made by putting a star for some part', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.string(), (parts, filling) => {
        const text = parts.map((part) => part.replaceAll('*', '')).join(filling)
        const pattern = parts.map((part) => part.replaceAll('*', '')).join('*')
        expect(fitsWildcard(pattern, text)).toBe(true)
      }),
    )
  })

  // Whoever backtracks does not come back from these within the life of the universe.
  it.each([
    ['many stars', 'a*'.repeat(50_000) + 'b', 'a'.repeat(100_000)],
    ['many stars at the start', '*a'.repeat(50_000) + 'b', 'a'.repeat(100_000)],
    ['stars alone', '*'.repeat(100_000), 'a'.repeat(100_000)],
    ['parts that almost fit', '*aab'.repeat(20_000) + 'c', 'aab'.repeat(30_000)],
    ['one long part', `*${'a'.repeat(10_000)}b*`, 'a'.repeat(100_000)],
    ['one long part that differs at its start', `*b${'a'.repeat(10_000)}*`, 'a'.repeat(100_000)],
  ])('is decided without backtracking: %s', (_, pattern, text) => {
    expect(fitsWildcard(pattern, text)).toBe(pattern.replaceAll('*', '') === '')
  })
})

function oracle(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.?[\]\\^$+(){}|]/g, String.raw`\$&`))
  return new RegExp(`^${parts.join('.*')}$`, 's')
}
