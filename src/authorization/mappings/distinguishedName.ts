import { lowerCase } from './letterCase.ts'

/**
 * A distinguished name as it is compared with others: all in lower case, without the spaces that mean nothing, and
 * what stands together in one part in order. Null for text that is none. Source: RFC 4514, 4517.
 */
export function normalizedName(text: string): string | null {
  if (!text.includes('=')) return null
  const parts: string[][] = []
  let part: string[] = []
  for (let at = 0, separator = ','; separator !== ''; at++) {
    const [typed, type = ''] = matchAt(types, text, at)
    at += typed.length
    const [written, quoted = written] = matchAt(values, text, at)
    at += written.length
    separator = text[at] ?? ''
    if (type === '' || !separators.includes(separator)) return null
    part.push(`${type.toLowerCase()}=${normalizedValue(quoted)}`)
    if (separator === '+') continue
    parts.push(part.sort())
    part = []
  }
  return parts.map((one) => one.join('+')).join(',')
}

const types = / *([a-z][\w;-]*|\d[\d.]*) *= */iy
const values = /"((?:[^"\\]|\\[^])*)" *|(?:[^",;+\\]|\\[^])*/y
/** The last one: the name is over. */
const separators = [',', ';', '+', '']

/** What fits there, and what of it counts. */
function matchAt(pattern: RegExp, text: string, at: number): [whole: string, part?: string] {
  pattern.lastIndex = at
  const [whole = '', part] = pattern.exec(text) ?? []
  return part === undefined ? [whole] : [whole, part]
}

function normalizedValue(value: string): string {
  const plain = value
    .replaceAll(/((?:\\[\da-f]{2})+)|\\([^])/gi, (_, bytes: string | undefined, sign: string) =>
      bytes === undefined ? sign : Buffer.from(bytes.replaceAll('\\', ''), 'hex').toString(),
    )
    .trim()
    .replaceAll(/ +/g, ' ')
  return lowerCase(plain).replaceAll(/["+,;<=>\\]/g, '\\$&')
}
