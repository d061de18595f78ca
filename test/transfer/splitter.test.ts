import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { largestPiece, Splitter } from '../../src/transfer/splitter.ts'

/** What is found in an input that comes in chunks of a size. */
function split(input: string | Buffer, size = Infinity) {
  const bytes = Buffer.from(input)
  const splitter = new Splitter()
  const chunks = Array.from(
    { length: Math.ceil(bytes.length / Math.min(size, bytes.length)) || 0 },
    (_, index) => bytes.subarray(index * size || 0, Math.min((index + 1) * size, bytes.length)),
  )
  const pieces = [...chunks.flatMap((chunk) => splitter.feed(chunk)), ...splitter.end()]
  return pieces.map((piece) =>
    piece.kind === 'broken' ? piece : { ...piece, bytes: piece.bytes.toString() },
  )
}

/** The same in short: texts of objects, and problems with their lines. */
function found(input: string | Buffer): string[] {
  return split(input).map((piece) =>
    piece.kind === 'broken'
      ? `${piece.line}-${piece.lastLine}: ${piece.problem}`
      : `${piece.kind} ${piece.bytes}`,
  )
}

describe('objects that follow each other', () => {
  it.each([
    ['a line each', '{"a":1}\n{"b":{"c":[]}}\n'],
    [
      'with lines that end as on Windows, empty lines, and none at the end',
      '\r\n{"a":1}\r\n\n  \r\n{"b":{"c":[]}}',
    ],
    ['with nothing between them', '{"a":1}{"b":{"c":[]}}'],
    ['after a byte order mark', '\uFEFF{"a":1}\n{"b":{"c":[]}}'],
  ])('are found %s', (_, input) => {
    expect(found(input)).toEqual(['value {"a":1}', 'value {"b":{"c":[]}}'])
  })

  it('are found over several lines, with where they begin and end', () => {
    expect(split('{"a":1}\n{\n  "b": [\n    {}\n  ]\n}\n')).toEqual([
      { kind: 'value', bytes: '{"a":1}', line: 1, lastLine: 1, byte: 0 },
      { kind: 'value', bytes: '{\n  "b": [\n    {}\n  ]\n}', line: 2, lastLine: 6, byte: 8 },
    ])
  })

  it('end where they end, whatever is in their strings', () => {
    const one = JSON.stringify({ 'hits":{': '}{"[\\', '\\': '\\"', text: '\n{' })
    expect(found(one + one)).toEqual([`value ${one}`, `value ${one}`])
  })
})

describe('the hits of a search response', () => {
  const response = {
    took: 3,
    timed_out: false,
    hits: { total: { value: 2 }, hits: [{ _id: '1', _source: { hits: { hits: [{}] } } }, { _id: 'hits' }] },
    aggregations: { hits: [{}] },
  }
  const hits = [{ _id: '1', _source: { hits: { hits: [{}] } } }, { _id: 'hits' }]
  const empty = { ...response, hits: { ...response.hits, hits: [] } }

  it.each([0, 2])('are found, and then the response without them, indented by %i', (indent) => {
    const text = JSON.stringify(response, null, indent)
    const pieces = split(text + text).map((piece) => ({
      kind: piece.kind,
      value: JSON.parse('bytes' in piece ? piece.bytes : '') as unknown,
    }))
    const one = [...hits.map((value) => ({ kind: 'hit', value })), { kind: 'response', value: empty }]
    expect(pieces).toEqual([...one, ...one])
  })

  it('are those of the member hits at the top alone', () => {
    const others = [
      { inner: { hits: { hits: [{}] } } },
      { hits: [{ hits: [{}] }] },
      { hits: { inner: { hits: [{}] } } },
      { hits: { hits: { hits: [{}] } } },
      { a: 'hits', b: { hits: [{}] } },
      { hits: { hits: [] } },
    ].map((value) => JSON.stringify(value))
    expect(found(others.join('\n')).map((line) => line.replace(/^response/, 'value'))).toEqual(
      others.map((one) => `value ${one}`),
    )
  })

  it('are objects: anything else loses the rest of the response, and nothing after it', () => {
    expect(found('{"hits":{"hits":[{"_id":"1"},2,{"_id":"3"}]}}\n{"a":1}')).toEqual([
      'hit {"_id":"1"}',
      '1-1: expected objects in the list of hits, and the rest of the response is not read',
      'value {"a":1}',
    ])
  })
})

describe('what is broken', () => {
  it.each([
    ['text', 'garbage', 'expected an object'],
    ['a list', '[{"x":1}]', 'expected an object'],
    ['a bracket too many', '}', 'expected an object'],
    ['a line that is cut off between members', '{"x":{"y":1', 'it is cut off'],
    ['a line that is cut off in a string', '{"x":"y', 'a string in it has no end'],
    ['a line that is cut off after an escape', '{"x":"y\\', 'a string in it has no end'],
    ['a bracket that is closed by another', '{"x":[}', 'a bracket in it is closed by another'],
  ])('is said of %s, and costs no other line', (_, broken, problem) => {
    expect(found(`{"a":1}\n${broken}\n{"b":2}`)).toEqual([
      'value {"a":1}',
      `2-2: ${problem}`,
      'value {"b":2}',
    ])
  })

  it('is said once of lines that follow each other', () => {
    expect(found('a\nb\n\n  {}\n{"b":2}')).toEqual(['1-4: expected an object', 'value {"b":2}'])
  })

  it('may take the line after it with it, and says so', () => {
    expect(found('{"x":[\n{"a":1}\n{"b":2}')).toEqual(['1-2: it is cut off', 'value {"b":2}'])
  })

  it('is said of an input that ends too early', () => {
    for (const end of ['{', '{"a":', '{"a":"', '{"hits":{"hits":[{"_id":"1"']) {
      expect(found(`{"a":1}\n${end}`).slice(0, 1)).toEqual(['value {"a":1}'])
      expect(found(`{"a":1}\n${end}`)[1]).toMatch(/^2-2: the input ends in the middle of it/)
    }
  })

  it('is said of what is larger than 20 MiB, and what follows is found', () => {
    const large = (bytes: number) => `{"a":"${'x'.repeat(bytes - 8)}"}`
    const input = `${large(2 * largestPiece)}\n${large(largestPiece + 1)}\n${large(largestPiece)}{"b":2}`
    const pieces = split(input, 65_536)
    expect(pieces.map((piece) => ('problem' in piece ? piece.problem : piece.bytes.length))).toEqual([
      'it is larger than 20 MiB',
      'it is larger than 20 MiB',
      largestPiece,
      7,
    ])
  })

  it('is said of nothing that only nests deeply: that is for the reader to judge', () => {
    const deep = `{"a":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`
    expect(found(`${deep}{"b":2}`)).toEqual([`value ${deep}`, 'value {"b":2}'])
  })
})

describe('an input', () => {
  const text = fc.stringMatching(/^[[\]{}"\\:,\nhits a1]{0,40}$/)
  const value = fc.json().filter((json) => json.startsWith('{'))
  const response = fc.array(value).map((hits) => `{"took":1,"hits":{"hits":[${hits.join()}],"x":[]}}`)
  const input = fc.array(fc.oneof(text, value, response, fc.constant('\n'))).map((parts) => parts.join(''))

  it('is read alike in chunks of every size', () => {
    fc.assert(
      fc.property(input, fc.integer({ min: 1, max: 7 }), (given, size) => {
        expect(split(given, size)).toEqual(split(given))
      }),
    )
  })

  it('gives every object that is in it, where all of it is objects', () => {
    fc.assert(
      fc.property(fc.array(value), fc.constantFrom('', '\n', '\r\n', '  '), (values, between) => {
        const bytes = split(values.join(between)).map((piece) => ('bytes' in piece ? piece.bytes : null))
        expect(bytes).toEqual(values)
      }),
    )
  })
})
