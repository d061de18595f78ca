import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { guards } from './guards.ts'

const root = join(import.meta.dirname, '../..')

/** The rows of its tables: what is guarded, by which yardstick, and by which test that is shown. */
const rows = read('docs/security.md')
  .split('\n')
  .filter((line) => line.startsWith('|') && !/^\| *(item|-+) *\|/.test(line))
  .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|')))
  .map(([, item = '', , test = '']) => ({ item, test }))

describe('docs/security.md', () => {
  it('names guards, each with the test that shows it, and no others', () => {
    expect(rows).toEqual(guards.map(({ item, test, title }) => ({ item, test: `\`${test}\`: ${title}` })))
  })

  it.each(guards)('$item: the guard and its test are where it says', ({ file, without, test, title }) => {
    const [guarded, unguarded] = without
    expect(read(file).split(guarded), `${file} has the guard once`).toHaveLength(2)
    expect(unguarded).not.toBe(guarded)
    expect(read(join('test', test))).toContain(title)
  })
})

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}
