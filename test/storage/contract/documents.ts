import fc from 'fast-check'

/** Names that mean something to JavaScript, to Prisma or to SQL, and must mean nothing in a stored document. */
const delicateNames = [
  // Not a backslash alone: after it, JSON.parse of Node 24 takes a quotation mark in its place for another.
  ...['', ' ', "'", '"', '\\\\', '\u{1f600}'],
  ...'. .. $ $ref $type @type a.b a[0] % ? * -- ; null true 0'.split(' '),
  ...'constructor prototype hasOwnProperty toString valueOf toJSON then length name'.split(' '),
  ...'set push increment connect create equals not in path AND isPrismaObject'.split(' '),
]

/** Text as the edges let it in: no U+0000, no lone surrogate. */
const text = fc.string({ unit: 'binary' }).map((string) => string.replaceAll('\0', ''))

const name = fc
  .oneof(fc.constantFrom(...delicateNames), text)
  // The edges refuse it.
  .filter((key) => key !== '__proto__')

const { document } = fc.letrec<{ value: unknown; document: Record<string, unknown> }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(
      fc.constant(null),
      fc.boolean(),
      fc.integer(),
      fc.double({ noDefaultInfinity: true, noNaN: true }),
      text,
    ),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('document'),
  ),
  document: fc.dictionary(name, tie('value'), { maxKeys: 6, noNullPrototype: true }),
}))

/** Any JSON object that the edges let in. JSON knows no negative zero. */
export const anyDocument = document.map(
  (value) => JSON.parse(JSON.stringify(value)) as Record<string, unknown>,
)

/** Documents that somebody may have reason to get wrong. */
export const delicateDocuments: readonly (readonly [what: string, document: Record<string, unknown>])[] = [
  ['no member', {}],
  ['every delicate name', Object.fromEntries(delicateNames.map((key) => [key, key]))],
  [
    'delicate names that hold documents',
    Object.fromEntries(delicateNames.map((key) => [key, { [key]: [key] }])),
  ],
  [
    "Prisma's tagged values",
    { $type: 'DateTime', value: '2020-01-01T00:00:00.000Z', a: [{ $type: 'Raw', value: 1 }] },
  ],
  ['a tag that is empty', { inner: { $type: '' } }],
  ['a tagged value in a member constructor', { constructor: { $type: 'x' } }],
  ['a member constructor beside a tagged value', { constructor: 1, inner: { $type: 'x' } }],
  ['what Prisma takes for a Decimal', { toStringTag: '[object Decimal]', list: [{ s: 1, e: 0, d: [1] }] }],
  [
    'what looks like dates, numbers and SQL',
    { date: '2020-01-01T00:00:00.000Z', number: '12', sql: "'; DROP TABLE users" },
  ],
  ['nulls', { null: null, list: [null, [null]], inner: { null: null } }],
  [
    'the extremes of numbers',
    { list: [5e-324, -1.7976931348623157e308, 9007199254740991, -9007199254740991, 0.1, 1e21] },
  ],
  ['a hundred levels', nested(100)],
  ['text of every plane', { text: '\u0001\t\n\u007f\u2028\ufeff\uffff\u{10ffff}é e\u0301 ﷽' }],
  ['a megabyte', { long: 'ä'.repeat(2 ** 19) }],
]

function nested(depth: number): Record<string, unknown> {
  return depth === 1 ? {} : { inner: nested(depth - 1) }
}
