import { LRUCache } from 'lru-cache'
import { quoted, regularExpression, type RegularExpression } from './regularExpression.ts'

/** Whether the text fits a pattern in which `*` stands for any characters. Linear, whatever the pattern. */
export function fitsWildcard(pattern: string, text: string): boolean {
  return wildcard(pattern)(text)
}

/** The same, for a pattern that many texts are compared with. */
export function wildcard(pattern: string): (text: string) => boolean {
  const [head = '', ...middle] = pattern.split('*')
  const tail = middle.pop()
  if (tail === undefined) return (text) => text === pattern
  return (text) => {
    if (!text.startsWith(head)) return false
    let position = head.length
    for (const part of middle) {
      const found = text.indexOf(part, position)
      if (found < 0) return false
      position = found + part.length
    }
    return position + tail.length <= text.length && text.endsWith(tail)
  }
}

/**
 * Makes the test of a text against a pattern: a regular expression between slashes, or text in which `*` stands for any
 * characters, `?` for any one, and a backslash escapes the next. Linear, whatever the pattern. An invalid regular
 * expression fits nothing.
 */
export function patternMatcher(pattern: string): (text: string) => boolean {
  const isExpression = /^\/.*\/$/s.test(pattern)
  if (!isExpression && !/[?\\]/.test(pattern)) return wildcard(pattern)
  const expression = compiled(isExpression ? pattern.slice(1, -1) : expressionOf(pattern))
  return (text) => expression?.fits(text) ?? false
}

/** Whether it is a valid pattern: only a regular expression can be invalid. */
export function isPattern(pattern: string): boolean {
  return expressionSize(pattern) !== null
}

/** How many instructions the regular expression of a pattern has; 0 if it has none, null if it cannot be read. */
export function expressionSize(pattern: string): number | null {
  if (!/^\/.*\/$/s.test(pattern)) return 0
  return compiled(pattern.slice(1, -1))?.size ?? null
}

/** Compiling takes far longer than running. Bounded by the instructions of all together. */
const expressions = new LRUCache<string, RegularExpression>({ max: 10_000, maxSize: 200_000 })

function compiled(expression: string): RegularExpression | null {
  const known = expressions.get(expression)
  if (known) return known
  try {
    const made = regularExpression(expression, { dotAll: true })
    expressions.set(expression, made, { size: made.size + 1 })
    return made
  } catch {
    return null
  }
}

function expressionOf(pattern: string): string {
  return pattern.replaceAll(/\\([\s\S])|[\s\S]/gu, (one, escaped: string | undefined) => {
    if (escaped !== undefined) return quoted(escaped)
    if (one === '*') return '.*'
    return one === '?' ? '.' : quoted(one)
  })
}
