import stringWidth from 'string-width'
import { printable } from './printable.ts'
import type { Streams } from './streams.ts'

type Cells = readonly string[]

/** Between two columns. */
const gap = '  '
/** No column is cut to less, with the sign that says so. */
const narrowest = 6

/**
 * Lines with a heading in which columns stand below each other. On a terminal they are as wide as that at most: the widest
 * columns are cut, the first one, which names things, after all others. Elsewhere nothing is.
 */
export function tableOf(heading: Cells, rows: readonly Cells[], output: Streams['output']): string {
  const cells = [heading, ...rows.map((row) => row.map(printable))]
  const wanted = heading.map((_, column) => Math.max(...cells.map((row) => stringWidth(row[column] ?? ''))))
  const widths = output.isTTY ? fitted(wanted, output.columns ?? 80) : wanted
  return cells.map((row) => `${lineOf(row, widths)}\n`).join('')
}

/** A thing by itself: a line for each of its fields, in which nothing is cut. */
export function fieldsOf(fields: Readonly<Record<string, string>>): string {
  const width = Math.max(...Object.keys(fields).map((name) => stringWidth(name)))
  return Object.entries(fields)
    .map(([name, value]) => `${padded(name, width)}${gap}${printable(value)}`.trimEnd() + '\n')
    .join('')
}

function lineOf(row: Cells, widths: readonly number[]): string {
  return widths
    .map((width, column) => padded(cut(row[column] ?? '', width), width))
    .join(gap)
    .trimEnd()
}

/** Takes a place away from whichever column is widest, beside the first one if that is enough, until all fit. */
function fitted(wanted: readonly number[], room: number): number[] {
  const widths = [...wanted]
  const total = () => widths.reduce((sum, width) => sum + width, gap.length * (widths.length - 1))
  while (total() > room) {
    const [first = 0, ...others] = widths
    const widest = Math.max(...others)
    if (widest > narrowest) widths[widths.lastIndexOf(widest)] = widest - 1
    else if (first > narrowest) widths[0] = first - 1
    else break
  }
  return widths
}

function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text
  let kept = ''
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (stringWidth(kept + segment) >= width) break
    kept += segment
  }
  return `${kept}…`
}

function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - stringWidth(text)))
}
