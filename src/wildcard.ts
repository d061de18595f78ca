import { LRUCache } from 'lru-cache'
import { RE2JS } from 're2js'

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
 * Makes the test of a text against a pattern: between slashes a regular expression, else one in which `*` stands for
 * any characters, `?` for any one, and a backslash takes from the next what it means. Linear, whatever the pattern. A
 * regular expression that is none fits nothing.
 */
export function patternMatcher(pattern: string): (text: string) => boolean {
  const isExpression = /^\/.*\/$/s.test(pattern)
  if (!isExpression && !/[?\\]/.test(pattern)) return wildcard(pattern)
  const expression = compiled(isExpression ? pattern.slice(1, -1) : expressionOf(pattern))
  return (text) => expression?.matches(safeText(text)) ?? false
}

/** Whether it is a pattern, or an expression that cannot be read. */
export function isPattern(pattern: string): boolean {
  return expressionSize(pattern) !== null
}

/** How many instructions the regular expression of a pattern has; 0 if it has none, null if it cannot be read. */
export function expressionSize(pattern: string): number | null {
  if (!/^\/.*\/$/s.test(pattern)) return 0
  return compiled(pattern.slice(1, -1))?.programSize() ?? null
}

/** To compile one takes far longer than to run it. Of all together: so many instructions. */
const expressions = new LRUCache<string, RE2JS>({ max: 10_000, maxSize: 200_000 })

function compiled(expression: string): RE2JS | null {
  const known = expressions.get(expression)
  if (known) return known
  try {
    const made = RE2JS.compile(safeExpression(expression), RE2JS.DOTALL)
    expressions.set(expression, made, { size: made.programSize() + 1 })
    return made
  } catch {
    return null
  }
}

function expressionOf(pattern: string): string {
  return pattern.replaceAll(/\\([\s\S])|[\s\S]/gu, (one, escaped: string | undefined) => {
    if (escaped !== undefined) return RE2JS.quote(escaped)
    if (one === '*') return '.*'
    return one === '?' ? '.' : RE2JS.quote(one)
  })
}

/*
 * RE2JS reads characters by `codePointAt`, which V8 13.6 (Node 24) gets wrong for a while where its compiler Maglev
 * takes one register for index and result: of a surrogate pair comes the first half plus one. So it is shown none:
 * UTF-8 in place of such a text, an escape in place of such a character.
 */

function safeText(text: string): string | number[] {
  return /[\ud800-\udfff]/.test(text) ? Array.from(Buffer.from(text)) : text
}

/** What is quoted, what is escaped, and a character of two halves. */
const parts = /\\Q(?:(?!\\E).)*|\\.|[\u{10000}-\u{10ffff}]/gsu

function safeExpression(expression: string): string {
  return expression.toWellFormed().replaceAll(parts, (part) => {
    if (part.startsWith('\\Q'))
      return part.replaceAll(/[\u{10000}-\u{10ffff}]/gu, (one) => `\\E${escapeOf(one)}\\Q`)
    return part.startsWith('\\') ? part : escapeOf(part)
  })
}

function escapeOf(pair: string): string {
  const codePoint = 0x10000 + ((pair.charCodeAt(0) - 0xd800) << 10) + pair.charCodeAt(1) - 0xdc00
  return String.raw`\x{${codePoint.toString(16)}}`
}
