import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { expressionSize, fitsWildcard, isPattern, patternMatcher } from '../src/wildcard.ts'
import { misread } from './support/misread.ts'

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

describe('the size of a pattern’s expression', () => {
  it('grows with what it repeats', () => {
    expect(expressionSize('/a/')).toBeLessThan(10)
    expect(expressionSize('/a{1000}/')).toBeGreaterThan(1_000)
    expect(expressionSize(`/${'a{1000}'.repeat(3)}/`)).toBeGreaterThan(3_000)
  })

  it('is none of what is no expression, and null of one that is none', () => {
    for (const pattern of ['', 'a*', '/', 'a/', '/a', '(']) expect(expressionSize(pattern)).toBe(0)
    expect(expressionSize('/(/')).toBeNull()
  })
})

describe('a pattern of a subject', () => {
  it.each([
    ['', ''],
    ['*', ''],
    ['*', 'line\nend'],
    ['app-?', 'app-1'],
    ['app-?', 'app-\n'],
    ['?', '\u{1f600}'],
    ['a?*', 'ab'],
    ['*|*', 'auth0|123'],
    [String.raw`a\*`, 'a*'],
    [String.raw`a\?`, 'a?'],
    [String.raw`\a\\`, String.raw`a\ `.trim()],
    ['a\\', 'a\\'],
    ['\\\n', '\n'],
    ['a.c', 'a.c'],
    ['[ab]', '[ab]'],
    ['/', '/'],
    ['/app', '/app'],
    ['app/', 'app/'],
    [String.raw`\/app/`, '/app/'],
    ['//', ''],
    ['/app-[0-9]+/', 'app-12'],
    ['/a.c/', 'a\nc'],
    ['/a|bc/', 'bc'],
    ['/(?i)app/', 'APP'],
    ['/a/b/', 'a/b'],
    ['/a\n.*/', 'a\nb'],
  ])('%o fits %o', (pattern, text) => {
    expect(patternMatcher(pattern)(text)).toBe(true)
    expect(isPattern(pattern)).toBe(true)
  })

  it.each([
    ['', 'a'],
    ['?', ''],
    ['?', 'ab'],
    ['app-?', 'app-'],
    ['app-?', 'App-1'],
    [String.raw`a\*`, 'ab'],
    [String.raw`a\*`, String.raw`a\*`],
    [String.raw`a\?`, 'ab'],
    ['a.?', 'abc'],
    ['/app-[0-9]+/', 'app-12x'],
    ['/app-[0-9]+/', 'my app-12'],
    ['/app/', 'app\n'],
    ['/a|bc/', 'abc'],
    ['/app/', '/app/'],
    ['//', 'a'],
  ])('%o does not fit %o', (pattern, text) => {
    expect(patternMatcher(pattern)(text)).toBe(false)
  })

  it.each(['/(/', '/[/', '/a(?=b)/', String.raw`/(a)\1/`, '/*/', '/a{1001}/'])(
    'that cannot be read is none, and fits nothing: %s',
    (pattern) => {
      expect(isPattern(pattern)).toBe(false)
      for (const text of ['', 'a', pattern, pattern.slice(1, -1)]) {
        expect(patternMatcher(pattern)(text)).toBe(false)
      }
    },
  )

  // Slashes would make an expression of it; their place is in the examples.
  const unit = fc.constantFrom('a', 'b', '*', '?', '\\', '.', '+', '(', '\n', '\u{1f600}')

  it('fits what a matcher without any cleverness takes, and nothing else', () => {
    const text = fc.string({ unit, maxLength: 10 })
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 8 }), text, (pattern, given) => {
        expect(patternMatcher(pattern)(given)).toBe(naive(Array.from(pattern), Array.from(given)))
      }),
      { numRuns: 10_000 },
    )
  })

  it('fits every text whose characters it has after backslashes, and no other', () => {
    const any = fc.string({ unit: 'binary' })
    fc.assert(
      fc.property(any, any, (text, other) => {
        const fits = patternMatcher(Array.from(text, (one) => `\\${one}`).join(''))
        expect(fits(text)).toBe(true)
        expect(fits(other)).toBe(other === text)
      }),
      { numRuns: 40 },
    )
  })

  it('fits every text from which it was made by putting a star or question marks for some part', () => {
    const part = fc.record({ text: fc.string({ unit: 'binary' }), as: fc.constantFrom('itself', '*', '?') })
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const pattern = parts.map(({ text, as }) => {
          if (as === '*') return '*'
          return Array.from(text, (one) => (as === '?' ? '?' : `\\${one}`)).join('')
        })
        expect(patternMatcher(pattern.join(''))(parts.map(({ text }) => text).join(''))).toBe(true)
      }),
    )
  })

  it('is always one, unless between slashes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (pattern) => {
        fc.pre(!pattern.startsWith('/') || !pattern.endsWith('/'))
        expect(isPattern(pattern)).toBe(true)
      }),
    )
  })

  // A token has at most 16 KiB; whoever backtracks does not come back from these.
  it.each([
    ['nested repetition', '/(a+)+b/', 'a'.repeat(16_384)],
    ['alternatives that overlap', '/(a|aa)*b/', 'a'.repeat(16_384)],
    ['many optional ones', `/${'a?'.repeat(200)}${'a'.repeat(200)}b/`, 'a'.repeat(16_384)],
    ['many stars and a question mark', `${'*a'.repeat(200)}?b`, 'a'.repeat(16_384)],
    ['stars and question marks in turn', `${'*?'.repeat(200)}b`, 'a'.repeat(16_384)],
  ])('is decided without backtracking: %s', { timeout: 5_000 }, (_, pattern, text) => {
    expect(patternMatcher(pattern)(text)).toBe(false)
  })
})

describe('a pattern with characters of two halves', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it.each([
    ['?', '\u{1f600}'],
    ['a?\u{1f600}', 'ab\u{1f600}'],
    ['\\a\\\u{1f600}', 'a\u{1f600}'],
    ['\\\u{1f600}*', '\u{1f600}\u{1f600}'],
    ['/\u{1f600}+/', '\u{1f600}\u{1f600}'],
    ['/[\u{1f600}-\u{1f64f}]/', '\u{1f610}'],
    ['/[^\u{1f600}]/', '\u{1f601}'],
    [String.raw`/\\${'\u{1f600}'}/`, '\\\u{1f600}'],
    [String.raw`/\Q.${'\u{1f600}'}*\E+/`, '.\u{1f600}**'],
    [String.raw`/\Q\x${'\u{1f600}'}/`, String.raw`\x${'\u{1f600}'}`],
    [String.raw`/\\Q${'\u{1f600}'}+/`, String.raw`\Q${'\u{1f600}\u{1f600}'}`],
    [String.raw`/\Q${'\n\u{1f600}'}*\E/`, '\n\u{1f600}*'],
    ['\ud83d?', '\ud83da'],
    ['/[^\ud83d]/', '\u{1f600}'],
  ])('fits where V8 misreads those: %o, %o', (pattern, text) => {
    vi.spyOn(String.prototype, 'codePointAt').mockImplementation(misread)
    const fits = patternMatcher(pattern)
    expect([fits(text), fits(`x${text}`)]).toEqual([true, false])
  })

  it.each([
    ['/[^\u{1f600}]/', '\u{1f600}'],
    ['/\u{1f600}/', '\ud83d'],
  ])('does not fit where V8 misreads those: %o, %o', (pattern, text) => {
    vi.spyOn(String.prototype, 'codePointAt').mockImplementation(misread)
    expect(patternMatcher(pattern)(text)).toBe(false)
  })

  it('cannot be read where a backslash is in front of one', () => {
    expect(isPattern(String.raw`/\${'\u{1f600}'}/`)).toBe(false)
  })
})

/** Whether the text fits, by trying everything. */
function naive([one, ...rest]: string[], text: string[]): boolean {
  if (one === undefined) return text.length === 0
  if (one === '*') return naive(rest, text) || (text.length > 0 && naive(['*', ...rest], text.slice(1)))
  if (one === '?') return text.length > 0 && naive(rest, text.slice(1))
  const isEscape = one === '\\' && rest.length > 0
  const [meant, after] = isEscape ? [rest[0], rest.slice(1)] : [one, rest]
  return text[0] === meant && naive(after, text.slice(1))
}

function oracle(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.?[\]\\^$+(){}|]/g, String.raw`\$&`))
  return new RegExp(`^${parts.join('.*')}$`, 's')
}
