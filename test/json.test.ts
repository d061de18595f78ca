import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { JsonProblem, locate, parseJson, sizeOf, type JsonValue, type Position } from '../src/json.ts'

type Path = (string | number)[]

const bytes = (text: string) => new TextEncoder().encode(text)
const parse = (text: string) => parseJson(bytes(text))
const at = (line: number, column: number): Position => ({ line, column })

function problemOf(body: string | Uint8Array): JsonProblem {
  try {
    parseJson(typeof body === 'string' ? bytes(body) : body)
  } catch (problem) {
    if (problem instanceof JsonProblem) return problem
    throw problem
  }
  throw new Error('was taken')
}

// Through JSON.stringify, which writes -0 as 0.
const values = fc
  .jsonValue({ stringUnit: 'binary', maxDepth: 6 })
  .map((value) => JSON.stringify(value))
  .filter((text) => !/__proto__|\\u0000/.test(text))
  .map((text) => JSON.parse(text) as JsonValue)
const whiteSpace = fc.string({ unit: fc.constantFrom(' ', '\t', '\n', '\r\n'), maxLength: 5 })

describe('what is taken', () => {
  it('is what JSON.stringify writes, whatever the white space', () => {
    fc.assert(
      fc.property(values, whiteSpace, whiteSpace, (value, indent, around) => {
        const text = around + JSON.stringify(value, null, indent) + around
        expect(parse(text)).toEqual(value)
      }),
      { numRuns: 1000 },
    )
  })

  it('is what JSON.parse takes, unless a stricter rule refuses it, and with the same result', () => {
    fc.assert(
      fc.property(almostJson(), (text) => {
        const expected = outcome(() => JSON.parse(text) as unknown)
        const actual = outcome(() => parse(text))
        if ('value' in actual || !('value' in expected)) expect('value' in actual).toBe('value' in expected)
        if ('value' in actual) expect(actual).toEqual(expected)
        else expect(actual.thrown).toBeInstanceOf(JsonProblem)
        if (!('value' in actual) && 'value' in expected)
          expect(String(actual.thrown)).toMatch(/Duplicate|__proto__|U\+0000|surrogate|precision/)
      }),
      { numRuns: 20_000 },
    )
  })

  it('makes plain objects, for which the names of Object.prototype are ordinary', () => {
    const text = '{"constructor":1,"hasOwnProperty":2,"toString":{"valueOf":3},"prototype":[],"":4,"0":5}'
    const value = parse(text)
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect(Object.keys(value as object)).toHaveLength(6)
    expect(Object.entries(value as object)).toContainEqual(['toString', { valueOf: 3 }])
  })

  it('is read from a view into a larger buffer', () => {
    expect(parseJson(bytes('xx{"a":1}xx').subarray(2, 9))).toEqual({ a: 1 })
  })
})

describe('an empty body', () => {
  it.each(['', ' ', ' \r\n\t\n '])('is told from one that is wrong: %j', (text) => {
    expect(problemOf(text)).toMatchObject({ isEmpty: true, message: 'Empty body', ...at(1, 1) })
  })

  it.each(['x', '{', '\uFEFF', '\f'])('is not one with a wrong character: %j', (text) => {
    expect(problemOf(text).isEmpty).toBe(false)
  })
})

describe('the grammar', () => {
  const comma = (close: string) => `expected ',' or '${close}'`
  const string = 'String with a control character, a wrong escape or no end'
  it.each<[string, string, Position]>([
    ['x', 'Unexpected character, expected a value', at(1, 1)],
    ['\u00a0{}', 'Unexpected character, expected a value', at(1, 1)],
    ["{'a':1}", 'Unexpected character, expected a field name in double quotes', at(1, 2)],
    ['{a:1}', 'Unexpected character, expected a field name in double quotes', at(1, 2)],
    ['{1:1}', 'Unexpected character, expected a field name in double quotes', at(1, 2)],
    ['{"a":1,}', 'Unexpected character, expected a field name in double quotes', at(1, 8)],
    ['{', 'Unexpected end, expected a field name in double quotes', at(1, 2)],
    ['{"a" 1}', "Unexpected character, expected ':'", at(1, 6)],
    ['{"a"', "Unexpected end, expected ':'", at(1, 5)],
    ['{"a":}', 'Unexpected character, expected a value', at(1, 6)],
    ['{"a":', 'Unexpected end, expected a value', at(1, 6)],
    ['{"a":1 "b":2}', `Unexpected character, ${comma('}')}`, at(1, 8)],
    ['{"a":1', `Unexpected end, ${comma('}')}`, at(1, 7)],
    ['{"a":1]', `Unexpected character, ${comma('}')}`, at(1, 7)],
    ['[1 2]', `Unexpected character, ${comma(']')}`, at(1, 4)],
    ['[1,]', 'Unexpected character, expected a value', at(1, 4)],
    ['[,1]', 'Unexpected character, expected a value', at(1, 2)],
    ['[', 'Unexpected end, expected a value', at(1, 2)],
    ['[\n 1,\r\n 2\n  }', `Unexpected character, ${comma(']')}`, at(4, 3)],
    ['[1] // note', 'Unexpected content after the value', at(1, 5)],
    ['{}{}', 'Unexpected content after the value', at(1, 3)],
    ['{}\n\n\0', 'Unexpected content after the value', at(3, 1)],
    ['truex', 'Unexpected content after the value', at(1, 5)],
    ['[nul]', 'Unexpected character, expected a value', at(1, 2)],
    ['[True]', 'Unexpected character, expected a value', at(1, 2)],
    ['[NaN]', 'Unexpected character, expected a value', at(1, 2)],
    ['[-Infinity]', 'Unexpected character, expected a value', at(1, 2)],
    ['[+1]', 'Unexpected character, expected a value', at(1, 2)],
    ['[-]', 'Unexpected character, expected a value', at(1, 2)],
    ['[.5]', 'Unexpected character, expected a value', at(1, 2)],
    ['[01]', `Unexpected character, ${comma(']')}`, at(1, 3)],
    ['[1.]', `Unexpected character, ${comma(']')}`, at(1, 3)],
    ['[1e]', `Unexpected character, ${comma(']')}`, at(1, 3)],
    ['[0x10]', `Unexpected character, ${comma(']')}`, at(1, 3)],
    ['["a', string, at(1, 2)],
    ['["a\\"]', string, at(1, 2)],
    ['["a\tb"]', string, at(1, 2)],
    ['["a\0b"]', string, at(1, 2)],
    ['["a\nb"]', string, at(1, 2)],
    ['["\\x"]', string, at(1, 2)],
    ['["\\u12g4"]', string, at(1, 2)],
    ['["\\', string, at(1, 2)],
    ['{"ok":1, "a\\":2}', string, at(1, 10)],
  ])('refuses %j: %s', (text, message, position) => {
    expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError)
    expect(problemOf(text)).toMatchObject({ message, ...position, isEmpty: false })
  })

  it('counts columns in UTF-16 units', () => {
    expect(problemOf('["é😀", x]')).toMatchObject(at(1, 9))
  })
})

describe('UTF-8', () => {
  it.each<[string, number[]]>([
    ['a stray continuation', [0x80]],
    ['an overlong form', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['beyond U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['a character cut short', [0xf0, 0x9f, 0x98]],
    ['the beginning of U+FFFD', [0xef, 0xbf]],
    ['Latin-1', [0xe9]],
  ])('is refused where it is invalid: %s', (_, invalid) => {
    const before = '{"é":\n ["😀\uFFFD'
    for (const after of ['"]}', 'é', '\uFFFD', ''])
      expect(problemOf(Buffer.concat([bytes(before), Buffer.from(invalid), bytes(after)]))).toMatchObject({
        message: 'Invalid UTF-8',
        ...at(2, 7),
      })
  })

  it('is refused with a byte order mark, and other encodings are refused', () => {
    expect(problemOf('\uFEFF{}')).toMatchObject({ message: 'Unexpected byte order mark', ...at(1, 1) })
    expect(problemOf(Buffer.from('\uFEFF{}', 'utf16le'))).toMatchObject({
      message: 'Invalid UTF-8',
      ...at(1, 1),
    })
    expect(problemOf(Buffer.from('{}', 'utf16le'))).toMatchObject(at(1, 2))
  })

  it('takes U+FEFF and U+FFFD inside strings', () => {
    expect(parse('["\uFEFF\uFFFD"]')).toEqual(['\uFEFF\uFFFD'])
  })
})

describe('names', () => {
  it.each<[string, string, Position]>([
    ['{"a":1,"a":1}', "Duplicate field 'a'", at(1, 8)],
    ['{"a":1,\n "b":2,\n "\\u0061":3}', "Duplicate field 'a'", at(3, 2)],
    ['[{"":1, "x":[], "":{}}]', "Duplicate field ''", at(1, 17)],
    ['{"a":{"b":1,"b":2}}', "Duplicate field 'b'", at(1, 13)],
    ['{"constructor":1,"constructor":1}', "Duplicate field 'constructor'", at(1, 18)],
    ['{"1":1,"1":1}', "Duplicate field '1'", at(1, 8)],
    ['{"__proto__":{}}', "Field '__proto__' is not allowed", at(1, 2)],
    ['{"a":[{"\\u005f_proto__":1}]}', "Field '__proto__' is not allowed", at(1, 8)],
    ['{"a\\u0000":1}', 'String with U+0000', at(1, 2)],
    ['{"\\ud800":1}', 'String with a lone surrogate', at(1, 2)],
  ])('are refused in %j: %s', (text, message, position) => {
    expect(problemOf(text)).toMatchObject({ message, ...position })
  })

  it('may come again in another object, and as values', () => {
    const text = '{"a":{"a":["a","a","__proto__"]},"A":[{"a":1},{"a":2}]}'
    expect(parse(text)).toEqual(JSON.parse(text))
  })

  it('are cut short in a message, and never in the middle of a character', () => {
    const name = 'x'.repeat(63) + '😀'.repeat(1_000)
    expect(problemOf(`{"${name}":1,"${name}":1}`).message).toBe(`Duplicate field '${'x'.repeat(63)}\uFFFD…'`)
    expect(problemOf(`{"${name}":1e999}`).message.length).toBeLessThan(120)
  })
})

describe('strings', () => {
  it.each<[string, string]>([
    ['["\\u0000"]', 'String with U+0000'],
    ['["a\\\\\\u0000"]', 'String with U+0000'],
    ['["\\ud83d"]', 'String with a lone surrogate'],
    ['["\\ude00\\ud83d"]', 'String with a lone surrogate'],
    ['["\\ud83d😀"]', 'String with a lone surrogate'],
    ['["\\uDBFFx"]', 'String with a lone surrogate'],
  ])('are refused in %j: %s', (text, message) => {
    expect(problemOf(text)).toMatchObject({ message, ...at(1, 2) })
  })

  it('hold every other escape', () => {
    const text = '["\\"\\\\\\/\\b\\f\\n\\r\\t\\u0001\\u00e9\\uD83D\\uDE00\\\\u0000\\\\ud800"]'
    expect(parse(text)).toEqual(['"\\/\b\f\n\r\t\u0001é😀\\u0000\\ud800'])
  })
})

describe('numbers', () => {
  it.each([
    ...[
      '0',
      '-0',
      '-0.0',
      '0e5',
      '0E-99999999999999999999',
      '1.0',
      '1.50',
      '0.1',
      '1e21',
      '1E+2',
      '1e-7',
      '1000e-3',
    ],
    ...['5e-324', '1.7976931348623157e308', '9007199254740991', '9007199254740992', '9007199254740994'],
    ...['100000000000000000000000', '0.30000000000000004', '123456789012345.60', '0.00000000000000000000001'],
    ...['12.5e+0001'],
  ])('are taken where a double holds them: %s', (text) => {
    expect(parse(text)).toBe(Number(text))
  })

  it.each([
    ...['9007199254740993', '-9007199254740993.0', '12345678901234567890', '123456789012345678e2'],
    ...[
      '0.1000000000000000055',
      '0.10000000000000001',
      '1234567890.12345678',
      '99999999.999999999',
      '4.9406564584124654e-324',
      '1.7976931348623159e308',
    ],
    ...['1e400', '-1e400', '1e-400', '1e99999999999999999999', '1e-99999999999999999999'],
  ])('are refused where a double would alter them: %s', (text) => {
    expect(problemOf(text)).toMatchObject({ message: 'Number would lose precision', ...at(1, 1) })
  })

  it('are refused with the path to them', () => {
    const text = '{"data": {"app": [{}, {"id": "x"},\n [1, {"é": 9007199254740993}]]}}'
    expect(problemOf(text)).toMatchObject({
      message: "Number at 'data.app.2.1.é' would lose precision",
      ...at(2, 12),
    })
  })

  it('are taken exactly if the shortest decimal for their double equals them', () => {
    fc.assert(
      fc.property(decimals(), (text) => {
        const double = Number(text)
        const survives = Number.isFinite(double) && isSameNumber(text, String(double))
        expect('value' in outcome(() => parse(`[${text}]`))).toBe(survives)
      }),
      { numRuns: 5_000 },
    )
  })
})

describe('nesting', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)

  it('goes 100 deep', () => {
    expect(parse(nested(100))).toEqual(JSON.parse(nested(100)))
    expect(parse(`[${nested(99)},${nested(99)}]`)).toHaveLength(2)
  })

  it.each([101, 50_000, 5_000_000])('is refused at the 101st bracket of %d', (depth) => {
    const problem = { message: 'Nested deeper than 100 levels', ...at(1, 101) }
    expect(problemOf(nested(depth))).toMatchObject(problem)
    expect(problemOf('['.repeat(depth))).toMatchObject(problem)
    expect(problemOf('{"a":'.repeat(depth))).toMatchObject({ ...problem, column: 501 })
  })
})

describe('names and values', () => {
  it.each([
    ['values', `[${'0,'.repeat(199_998)}0]`, `[${'0,'.repeat(199_999)}0]`],
    [
      'names',
      `{${Array.from({ length: 99_999 }, (_, n) => `"${n}":0`).join()}}`,
      `{${Array.from({ length: 100_000 }, (_, n) => `"${n}":0`).join()}}`,
    ],
  ])('are 200,000 at most: %s', (_, most, more) => {
    expect(parse(most)).toEqual(JSON.parse(most))
    expect(problemOf(more).message).toBe('More than 200000 names and values')
  })
})

describe('a message', () => {
  const canary = 'hunter2-canary'
  const number = '31337313373133731337'

  it.each([
    `{"password":"${canary}","password":"${canary}"}`,
    `{"password":{"__proto__":"${canary}"}}`,
    `{"password":"${canary}`,
    `{"password":"${canary}\n"}`,
    `{"password":"${canary}\\x"}`,
    `{"password":"${canary}\\u0000"}`,
    `{"password":"${canary}\\ud800"}`,
    `{"password":${canary}}`,
    `{"password":'${canary}'}`,
    `{"password" "${canary}"}`,
    `{"password","${canary}"}`,
    `{"password":"${canary}" "${canary}"}`,
    `["${canary}" "${canary}"]`,
    `["${canary}","${canary}"`,
    `"${canary}" "${canary}"`,
    canary,
    `\uFEFF"${canary}"`,
    `${'['.repeat(101)}"${canary}"`,
    `{"password":${number}}`,
    `{"password":[1,-${number}.5e3]}`,
    `{"password":1e${number}}`,
    Buffer.from(`{"password":"${canary}é"}`, 'latin1'),
  ])('and all else of a problem repeats no value: %s', (body) => {
    expectNoValue(problemOf(body))
  })

  it('repeats no value wherever one character of a body is lost, put in or replaced', () => {
    const body = `{"username": "${canary}", "password": "\\n${canary}", "n": [${number}, {"b": true}]}`
    const replacements = ['', '"', '{', '}', '[', ']', ',', ':', '\\', '\n', ' ', '0', 'x', 'é', '\0']
    for (let index = 0; index <= body.length; index++)
      for (const replacement of replacements)
        for (const end of [index, index + 1]) {
          const result = outcome(() => parse(body.slice(0, index) + replacement + body.slice(end)))
          if ('thrown' in result) expectNoValue(result.thrown)
        }
  })

  function expectNoValue(problem: unknown) {
    if (!(problem instanceof JsonProblem)) throw problem
    const shown = [
      problem.message,
      problem.stack,
      String(problem),
      JSON.stringify(problem),
      String(problem.cause),
    ]
    expect(shown.join()).not.toMatch(/hunter|canary|3133/)
  }
})

describe('the work', () => {
  // Any of these would take hours if the work grew with the square of the length.
  const size = 2 ** 21
  it.each<[string, () => string, string]>([
    ['digits', () => '7'.repeat(size), 'precision'],
    ['zeros', () => `1${'0'.repeat(size)}`, 'precision'],
    ['zeros between digits', () => `1${'0'.repeat(size)}1.5`, 'precision'],
    ['digits of a fraction', () => `0.${'0'.repeat(size)}1`, 'precision'],
    ['digits of an exponent', () => `1e-${'1'.repeat(size)}`, 'precision'],
    ['digits that cancel out', () => `[0.${'0'.repeat(size)}1e${size + 1}]`, ''],
    ['a number that is no number', () => `[${'7'.repeat(size)}e]`, 'precision'],
    ['a string', () => `"${'x'.repeat(size)}"`, ''],
    ['a string without an end', () => `"${'x'.repeat(size)}`, 'no end'],
    ['a string of escapes', () => `"${'\\n'.repeat(size)}"`, ''],
    ['a string of escapes without an end', () => `"${'\\n'.repeat(size)}`, 'no end'],
    [
      'a string of escaped backslashes with a wrong escape',
      () => `"${'\\\\'.repeat(size)}\\x"`,
      'wrong escape',
    ],
    ['strings', () => `[${'"\\t",""  ,'.repeat(size / 32)}0]`, ''],
    ['names', () => `{${Array.from({ length: size / 32 }, (_, i) => `"k${i}":0`).join()}}`, ''],
    [
      'names that are numbers',
      () => `{${Array.from({ length: size / 32 }, (_, i) => `"${i * 65536}":0`).join()}}`,
      '',
    ],
    [
      'a duplicate after many names',
      () => `{${Array.from({ length: size / 32 }, (_, i) => `"k${i}":0`).join()},"k0":0}`,
      'k0',
    ],
    ['brackets', () => `[${`${'['.repeat(99)}${']'.repeat(99)},`.repeat(size / 2048)}0]`, ''],
    ['white space', () => `${' \n'.repeat(size)}x`, 'expected a value'],
  ])('stays in proportion to the length: %s', (_, text, message) => {
    if (message) expect(problemOf(text()).message).toContain(message)
    else expect(parse(text())).toBeDefined()
  })
})

describe('locate', () => {
  it('finds every name and every value where they were written', () => {
    fc.assert(
      fc.property(values, fc.array(whiteSpace, { minLength: 1 }), (value, spaces) => {
        const { text, names, members } = write(value, spaces)
        expect(parse(text)).toEqual(value)
        for (const [path, offset] of members)
          expect(locate(bytes(text), path, 'value')).toEqual(positionOf(text, offset))
        for (const [path, offset] of names)
          expect(locate(bytes(text), path, 'key')).toEqual(positionOf(text, offset))
      }),
    )
  })

  it('gives the last value on the way of a path that leads nowhere', () => {
    const body = bytes(' {"a":\n[1, {"b": "c"}]}')
    for (const what of ['key', 'value'] as const) {
      expect(locate(body, ['x'], what)).toEqual(at(1, 2))
      expect(locate(body, [0], what)).toEqual(at(1, 2))
      expect(locate(body, ['a', 7], what)).toEqual(at(2, 1))
      expect(locate(body, ['a', '1'], what)).toEqual(at(2, 1))
      expect(locate(body, ['a', 1, 'x', 'y'], what)).toEqual(at(2, 5))
      expect(locate(body, ['a', 1, 'b', 'length'], what)).toEqual(at(2, 11))
    }
  })
})

/** Texts that are JSON, nearly JSON, or made of the pieces of JSON. */
function almostJson(): fc.Arbitrary<string> {
  const pieces = fc.constantFrom(
    ...Array.from('{}[],:"\\-+.eE019 \n\t\r\0é😀/'),
    ...[
      '"a"',
      '"b"',
      '"a":',
      '{"a":1',
      '"\\u00e9"',
      '"\\ud800"',
      '"\\u0000"',
      '"\\n',
      'true',
      'false',
      'null',
      'nul',
      '1.5',
      '-0',
    ],
    ...['1e400', '9007199254740993', '"__proto__":', '\u2028', '\uFEFF', '\f', '""'],
  )
  const soup = fc.array(pieces, { maxLength: 12 }).map((list) => list.join(''))
  const changed = fc
    .tuple(
      values.map((value) => JSON.stringify(value)),
      fc.nat(),
      fc.nat(2),
      fc.oneof(fc.constant(''), pieces),
    )
    .map(([text, index, length, piece]) => {
      const start = index % (text.length + 1)
      return text.slice(0, start) + piece + text.slice(start + length)
    })
  return fc.oneof(soup, changed).map((text) => text.toWellFormed())
}

/** Numbers as people may write them, and doubles written with more digits than they need. */
function decimals(): fc.Arbitrary<string> {
  const digits = (maxLength: number) =>
    fc.string({ unit: fc.constantFrom('0', '0', '0', '1', '5', '9', '9'), maxLength })
  const written = fc
    .record({
      sign: fc.constantFrom('', '-'),
      whole: fc.oneof(fc.nat(), fc.bigInt({ min: 0n, max: 10n ** 22n })),
      fraction: digits(22).map((fraction) => fraction && `.${fraction}`),
      exponent: fc.oneof(
        fc.constant(''),
        fc.integer({ min: -345, max: 330 }).map((power) => `e${power}`),
      ),
    })
    .map(({ sign, whole, fraction, exponent }) => `${sign}${whole}${fraction}${exponent}`)
  const double = fc
    .tuple(fc.double({ noNaN: true, noDefaultInfinity: true }), digits(2))
    .map(([value, more]) => value.toExponential().replace(/^(-?\d)\.?(\d*)/, `$1.$20${more}`))
  return fc.oneof(written, double)
}

function outcome(work: () => unknown): { value: unknown } | { thrown: unknown } {
  try {
    return { value: work() }
  } catch (thrown) {
    return { thrown }
  }
}

/** Compares two decimal numbers as integers over a common power of ten. */
function isSameNumber(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => {
    const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e')
    const fraction = mantissa.split('.')[1] ?? ''
    return BigInt(mantissa.replace('.', '')) * 10n ** BigInt(Number(exponent) - fraction.length + 1_000)
  })
  return a === b
}

/** Writes a value with these white spaces between its tokens, and remembers where everything went. */
function write(value: JsonValue, spaces: string[]) {
  const names: [Path, number][] = []
  const members: [Path, number][] = []
  let text = ''
  let count = 0
  const put = (token: string) => {
    text += spaces[count++ % spaces.length] ?? ''
    const start = text.length
    text += token
    return start
  }
  const visit = (part: JsonValue, path: Path): void => {
    if (part === null || typeof part !== 'object') {
      members.push([path, put(JSON.stringify(part))])
    } else if (Array.isArray(part)) {
      members.push([path, put('[')])
      for (const [index, item] of part.entries()) {
        if (index > 0) put(',')
        visit(item, [...path, index])
      }
      put(']')
    } else {
      members.push([path, put('{')])
      for (const [index, [name, item]] of Object.entries(part).entries()) {
        if (index > 0) put(',')
        names.push([[...path, name], put(JSON.stringify(name))])
        put(':')
        visit(item, [...path, name])
      }
      put('}')
    }
  }
  visit(value, [])
  return { text, names, members }
}

function positionOf(text: string, offset: number): Position {
  const lines = text.slice(0, offset).split('\n')
  return at(lines.length, (lines.at(-1) ?? '').length + 1)
}

describe('the size of a document', () => {
  it('is that of its JSON', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })), (document) => {
        expect(sizeOf(document)).toBe(Buffer.byteLength(JSON.stringify(document)))
      }),
    )
  })

  it.each<[object, number]>([
    [{ a: 1e308 }, 308],
    [{ a: -1.5e-300 }, 300],
    [{ a: [1e21, 1e-7, 123456] }, 28],
    [{ a: '1e+308', '2e+308': '\\"3e+308', b: 1e22, c: true }, 22],
    [{ a: `1e-5${'x'.repeat(9_000_000)}` }, 0],
  ])('counts all digits of its numbers', (document, more) => {
    expect(sizeOf(document)).toBe(Buffer.byteLength(JSON.stringify(document)) + more)
  })
})
