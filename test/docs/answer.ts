import { expect } from 'vitest'

/** Sees that what was printed is what a page shows, in which `…` stands for what is another one each time. */
export function expectAnswer(kind: 'json' | 'text', shown: string, printed: string, place: string): void {
  if (kind === 'text') expect(printed, place).toMatch(patternOf(shown))
  else expect(parsed(printed), place).toEqual(expected(JSON.parse(quoted(shown))))
}

/** What is no JSON is shown as it is, since it says what went wrong. */
function parsed(printed: string): unknown {
  try {
    return JSON.parse(printed)
  } catch {
    return printed
  }
}

/** With each `…` that is no part of a text in quotes: as a value, or as a field for any others. */
function quoted(shown: string): string {
  return shown.replaceAll(/"(?:[^"\\]|\\.)*"|…/g, (token, offset: number) => {
    if (token !== '…') return token
    return /[:[]\s*$/.test(shown.slice(0, offset)) ? '"…"' : '"…":"…"'
  })
}

function expected(value: unknown): unknown {
  if (value === '…') return expect.anything()
  if (typeof value === 'string') return value.includes('…') ? expect.stringMatching(patternOf(value)) : value
  if (Array.isArray(value)) return value.map(expected)
  if (typeof value !== 'object' || value === null) return value
  const { '…': others, ...fields } = value as Record<string, unknown>
  const named = Object.fromEntries(Object.entries(fields).map(([name, inner]) => [name, expected(inner)]))
  return others === undefined ? named : expect.objectContaining(named)
}

/** A line that is `…` alone stands for any number of lines. */
function patternOf(shown: string): RegExp {
  const literal = shown.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
  return new RegExp(`^${literal.replaceAll(/^…\n/gm, '[^]*').replaceAll('…', '.+')}$`)
}
