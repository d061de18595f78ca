import fc from 'fast-check'
import { naughtyText } from './mutations.ts'

/** Texts of JSON, and of what is nearly that. */
export const anyJson: fc.Arbitrary<string> = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('null', 'true', 'false', '0', '-0', '1', '""', '[]', '{}'),
    fc.constantFrom(
      '1e999',
      '-1e999',
      '1e-999',
      '9007199254740993',
      '0.1e1000000000',
      '01',
      '1.',
      'NaN',
      '"\\ud800"',
    ),
    fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })).map(String),
    naughtyText.map((text) => JSON.stringify(text)),
    fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
    fc
      .array(
        fc.tuple(fc.oneof(fc.constantFrom('a', '__proto__', 'constructor', ''), naughtyText), tie('value')),
        {
          maxLength: 4,
        },
      )
      .map((members) => `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`),
  ),
})).value

const deep = fc
  .tuple(
    fc.constantFrom(['[', ']'], ['{"a":', '}'], ['[{"a":[', ']}]']),
    fc.integer({ min: 90, max: 20_000 }),
  )
  .map(([[open = '', close = ''], levels]) => `${open.repeat(levels)}1${close.repeat(levels)}`)

/** The texts of documents in one of whose places something else stands, or something twice. */
export function jsonLike(examples: readonly unknown[]): fc.Arbitrary<string> {
  return fc
    .record({
      example: fc.constantFrom(...examples),
      where: fc.nat({ max: 1_000 }),
      other: fc.oneof({ weight: 10, arbitrary: anyJson }, deep),
      how: fc.constantFrom('not at all', 'replaced', 'replaced', 'replaced', 'repeated', 'left out', 'added'),
    })
    .map(({ example, where, other, how }) => {
      const places = countOf(example)
      return how === 'not at all'
        ? JSON.stringify(example)
        : edited(example, { left: where % places }, other, how)
    })
}

function countOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1
  return Object.values(value).reduce((sum: number, inner) => sum + countOf(inner), 1)
}

/** Counts down until it is at the place. */
interface Countdown {
  left: number
}

function edited(value: unknown, countdown: Countdown, other: string, how: string): string {
  if (countdown.left-- === 0 && how === 'replaced') return other
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map((item) => edited(item, countdown, other, how)).join(',')}]`
  const members = Object.entries(value).flatMap(([name, inner]) => {
    const isHere = countdown.left === 0
    const member = `${JSON.stringify(name)}:${edited(inner, countdown, other, how)}`
    if (!isHere || how === 'replaced') return [member]
    if (how === 'left out') return []
    return how === 'repeated' ? [member, member] : [member, `"unknown":${other}`]
  })
  return `{${members.join(',')}}`
}
