import { PassThrough } from 'node:stream'
import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import { fieldsOf, tableOf } from '../../src/cli/table.ts'

const terminal = (columns: number) => Object.assign(new PassThrough(), { isTTY: true, columns })
const heading = ['NAME', 'ROLES']

describe('a table', () => {
  it('has columns below each other, however wide their signs are', () => {
    const table = tableOf(
      heading,
      [
        ['李小龍', 'a'],
        ['e\u0301', 'b'],
        ['jack', 'c'],
      ],
      new PassThrough(),
    )
    expect(table).toBe('NAME    ROLES\n李小龍  a\ne\u0301       b\njack    c\n')
  })

  it.each([20, 40, 80])('is no wider than a terminal of %i columns: what is widest is cut', (columns) => {
    const rows = [
      ['jacknich', 'role, '.repeat(40)],
      ['李'.repeat(50), 'admin'],
    ]
    const lines = tableOf(heading, rows, terminal(columns)).trimEnd().split('\n')
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(columns)
    expect(lines.join()).toContain('…')
  })

  it('keeps what names a thing whole as long as anything else can be cut', () => {
    const table = tableOf(['ID', 'OWNER'], [['abF-_BOUxDJw-Kzzf9uo', 'x'.repeat(100)]], terminal(28))
    expect(table).toBe(`ID                    OWNER\nabF-_BOUxDJw-Kzzf9uo  xxxxx…\n`)
  })

  it('is cut nowhere but on a terminal, and there only if it has to be', () => {
    const rows = [['jacknich', 'x'.repeat(100)]]
    expect(tableOf(heading, rows, new PassThrough())).toContain('x'.repeat(100))
    expect(tableOf(heading, rows, terminal(110))).toContain('x'.repeat(100))
  })

  it('holds nothing that a terminal would obey, nor another line', () => {
    const evil = 'a\u001b[31m\nb\u0085\u2028'
    expect(tableOf(heading, [[evil, '']], terminal(80))).toBe(
      `NAME${' '.repeat(29)}ROLES\na\\u{1b}[31m\\u{a}b\\u{85}\\u{2028}\n`,
    )
    expect(fieldsOf({ name: evil })).toBe('name  a\\u{1b}[31m\\u{a}b\\u{85}\\u{2028}\n')
  })
})
