import fc from 'fast-check'
import { naughtyStrings } from '../graphql/naughtyStrings.ts'

/** What programs stumble over when it stands inside something else. */
const snippets = [
  ...[
    '\0',
    '\\u0000',
    '\\ud800',
    '\\udfff',
    '\ufeff',
    '\u2028',
    '__proto__',
    'constructor',
    '%',
    '%00',
    '%ff',
  ],
  ...[
    '"',
    "'",
    '\\',
    '{',
    '}',
    '[',
    ']',
    '(',
    ')',
    ',',
    ':',
    '/',
    '*',
    '.',
    '-',
    '+',
    '=',
    '&',
    '#',
    '$',
    '@',
  ],
  ...['null', 'true', '-0', '1e999', '-1e-999', '9007199254740993', '123456789012345678901234567890', '0x1'],
  ...[
    '...',
    '... on Query',
    '@skip(if: true)',
    '@include(if: $x)',
    '"""',
    'fragment A on Query { ...A }',
    '$x',
  ],
  ...['\r', '\n', '\t', ' ', 'é', '\u{1f600}'],
]

export const naughtyText: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...naughtyStrings) },
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('\0', 'a\0b', '\ud800', '\udc00x', 'x'.repeat(2_000)),
)

type Mutation = (text: string) => string

/** A place in a text, from 0 to below 1. */
const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const at = (text: string, where: number) => Math.floor(where * (text.length + 1))

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc
    .record({ where: place, snippet: fc.oneof(fc.constantFrom(...snippets), fc.string({ unit: 'binary' })) })
    .map(({ where, snippet }): Mutation => {
      return (text) => text.slice(0, at(text, where)) + snippet + text.slice(at(text, where))
    }),
  fc.record({ where: place, length: fc.integer({ min: 1, max: 20 }) }).map(({ where, length }): Mutation => {
    return (text) => text.slice(0, at(text, where)) + text.slice(at(text, where) + length)
  }),
  fc.record({ from: place, to: place, where: place }).map(({ from, to, where }): Mutation => {
    return (text) =>
      text.slice(0, at(text, where)) + text.slice(at(text, from), at(text, to)) + text.slice(at(text, where))
  }),
  place.map(
    (where): Mutation =>
      (text) =>
        text.slice(0, at(text, where)),
  ),
)

/** The same texts, each in a few places not. */
export function mutated(texts: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(texts, fc.array(mutation, { minLength: 1, maxLength: 3 }))
    .map(([text, mutations]) => mutations.reduce((changed, change) => change(changed), text))
}

/** The bytes of texts, some cut off in the middle of a character, some with others between them. */
export function bytesLike(texts: fc.Arbitrary<string>): fc.Arbitrary<Buffer> {
  const encoded = texts.map((text) => Buffer.from(text))
  const broken = fc.tuple(encoded, place, fc.uint8Array({ maxLength: 4 })).map(([bytes, where, others]) => {
    const middle = Math.floor(where * bytes.length)
    return Buffer.concat([bytes.subarray(0, middle), others, bytes.subarray(middle + others.length)])
  })
  const bom = encoded.map((bytes) => Buffer.concat([Buffer.from('\ufeff'), bytes]))
  return fc.oneof({ weight: 10, arbitrary: encoded }, { weight: 3, arbitrary: broken }, bom, anyBytes)
}

const anyBytes = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes))

/** What can stand in a header: each character is a byte, and none would end the header or the request. */
export function asHeader(text: string): string {
  const bytes = Buffer.from(text).toString('latin1')
  return bytes.replaceAll(/[\r\n]/g, '?')
}
