import { RE2JS } from 're2js'

/** A regular expression in the syntax of RE2, which runs in linear time, whatever it is. */
export interface RegularExpression {
  /** Whether it matches a whole text. */
  readonly fits: (text: string) => boolean
  /** What its first group finds in a text, or null. */
  readonly firstGroup: (text: string) => string | null
  readonly groups: number
  /** How many instructions it has. */
  readonly size: number
}

/** Compiles one. With `dotAll`, a dot also matches the end of a line. @throws if it cannot be read */
export function regularExpression(source: string, { dotAll = false } = {}): RegularExpression {
  const expression = RE2JS.compile(safeSource(source), dotAll ? RE2JS.DOTALL : 0)
  return {
    fits: (text) => expression.matches(safeText(text)),
    firstGroup(text) {
      const matcher = expression.matcher(safeText(text))
      return matcher.find() ? matcher.group(1) : null
    },
    groups: expression.groupCount(),
    size: expression.programSize(),
  }
}

/** A text, escaped so that an expression matches it literally. */
export function quoted(text: string): string {
  return RE2JS.quote(text)
}

/*
 * RE2JS reads characters by `codePointAt`, which V8 13.6 (Node 24) gets wrong for a while where its compiler Maglev
 * takes one register for index and result: of a surrogate pair comes the first half plus one. So RE2JS gets a text that
 * has one as UTF-8, and an escape for each in an expression. A half alone is U+FFFD in both.
 */

function safeText(text: string): string | number[] {
  return /[\ud800-\udfff]/.test(text) ? [...Buffer.from(text)] : text
}

/** What is quoted, what is escaped, and a character of two halves. */
const parts = /\\Q.*?(?=\\E|$)|\\.|[\u{10000}-\u{10ffff}]/gsu

function safeSource(source: string): string {
  return source.toWellFormed().replaceAll(parts, (part) => {
    if (part.startsWith('\\Q'))
      return part.replaceAll(/[\u{10000}-\u{10ffff}]/gu, (one) => `\\E${escapeOf(one)}\\Q`)
    return part.startsWith('\\') ? part : escapeOf(part)
  })
}

function escapeOf(pair: string): string {
  const codePoint = 0x10000 + ((pair.charCodeAt(0) - 0xd800) << 10) + pair.charCodeAt(1) - 0xdc00
  return String.raw`\x{${codePoint.toString(16)}}`
}
