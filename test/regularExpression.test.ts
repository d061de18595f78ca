import { afterEach, describe, expect, it, vi } from 'vitest'
import { regularExpression } from '../src/regularExpression.ts'
import { misread } from './support/misread.ts'

describe('a regular expression', () => {
  it('finds its first group anywhere in a text, or says that there is none', () => {
    const expression = regularExpression('([a-z]+)@(corp)')
    expect(expression.groups).toBe(2)
    expect(expression.firstGroup('<ada@corp>')).toBe('ada')
    expect(expression.firstGroup('ada')).toBeNull()
    expect(regularExpression('a(b)?').firstGroup('a')).toBeNull()
  })

  it('has a dot for the end of a line only if it is told so', () => {
    expect(regularExpression('a.b').fits('a\nb')).toBe(false)
    expect(regularExpression('a.b', { dotAll: true }).fits('a\nb')).toBe(true)
  })

  describe('where V8 misreads characters of two halves', () => {
    afterEach(() => {
      vi.restoreAllMocks()
    })

    it('finds groups around them and of them all the same', () => {
      vi.spyOn(String.prototype, 'codePointAt').mockImplementation(misread)
      expect(regularExpression('\u{1f600}([^@]+)@').firstGroup('a\u{1f600}é\u{1f601}b@')).toBe('é\u{1f601}b')
      expect(regularExpression('^([\u{1f600}-\u{1f64f}]+).$').firstGroup('\u{1f600}\u{1f601}')).toBe(
        '\u{1f600}',
      )
    })
  })
})
