/**
 * Reads a UTF-8 body as RFC 8259 has it, and stricter: no name twice in an object, no `__proto__`, no U+0000, no
 * lone surrogate, at most 100 levels or as many as given, at most 200,000 names and values, which take about a second,
 * and no number that a double would alter.
 * @throws JsonProblem
 */
export function parseJson(body: Uint8Array, mostLevels = 100): JsonValue {
  const text = decode(body)
  new Reader(text, mostLevels).document()
  // The reader only says no. JSON.parse copies the strings: a kept slice would keep the whole body in memory.
  return JSON.parse(text) as JsonValue
}

/** The same, but undefined where the body is not such JSON. */
export function tryParseJson(body: Uint8Array): JsonValue | undefined {
  try {
    return parseJson(body)
  } catch (problem) {
    if (problem instanceof JsonProblem) return undefined
    throw problem
  }
}

/** The object in a body; null where that is not such JSON, or no object. */
export function objectIn(body: Uint8Array): JsonObject | null {
  const value = tryParseJson(body)
  return isObject(value) ? value : null
}

/**
 * The position of the value at a path, or with `key` of its name, in a body that parseJson has accepted; if the path leads
 * nowhere, of the last value on the way. It reads the body again, so it is for error messages only.
 */
export function locate(
  body: Uint8Array,
  path: readonly (string | number)[],
  what: 'key' | 'value',
): Position {
  const reader = new Reader(decode(body))
  let found = reader.space()
  reader.onMember = (start) => {
    if (reader.path.some((step, level) => step !== path[level])) return
    found = what === 'key' && reader.path.length === path.length ? start : reader.space()
  }
  reader.document()
  return position(reader.text, found)
}

export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject

export interface JsonObject {
  [key: string]: JsonValue
}

/** What each object, list and member of JSON takes in memory beside its text, in bytes, measured. */
export const bytesOfValue = 100

/** About how many bytes of memory a document takes whose text this is. */
export function memoryOf(json: string): number {
  let values = 0
  outsideOfStrings(json, (code) => {
    if (code === comma || code === brace || code === bracket) values += 1
  })
  return json.length + bytesOfValue * values
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * An upper bound of a document's size, in bytes of JSON with all digits of its numbers, as PostgreSQL writes them: more
 * than 300 for `1e308`.
 */
export function sizeOf(document: object): number {
  const json = JSON.stringify(document)
  let size = Buffer.byteLength(json)
  if (/\de[+-]\d/.test(json))
    outsideOfStrings(json, (code, at) => {
      if (code === letterE) size += exponentAt(json, at + 1)
    })
  return size
}

/** The exponent at that place; 0 where there is none, as after the `e` of `true`. */
function exponentAt(json: string, at: number): number {
  const [, digits = '0'] = /^[+-](\d+)/.exec(json.slice(at, at + 5)) ?? []
  return Number(digits)
}

/** Calls `show` for each character of a JSON text that is not inside of a string. */
export function outsideOfStrings(json: string, show: (code: number, at: number) => void): void {
  let isString = false
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at)
    if (code === quote) isString = !isString
    else if (!isString) show(code, at)
    else if (code === backslash) at++
  }
}

const [quote, backslash, letterE] = [0x22, 0x5c, 0x65]
const [comma, brace, bracket] = [0x2c, 0x7b, 0x5b]

/** A value's kind: Elasticsearch's name of the token that it begins with. */
export function tokenOf(value: unknown): string {
  if (value === null) return 'VALUE_NULL'
  if (Array.isArray(value)) return 'START_ARRAY'
  const tokens = {
    string: 'VALUE_STRING',
    number: 'VALUE_NUMBER',
    boolean: 'VALUE_BOOLEAN',
    object: 'START_OBJECT',
  }
  return tokens[typeof value as keyof typeof tokens]
}

/** Counted from 1, columns in UTF-16 units. A line ends with LF, or CRLF. */
export interface Position {
  line: number
  column: number
}

/** Where and why a body is not the JSON that we take. Repeats names of fields, cut short, and never a value. */
export class JsonProblem extends Error implements Position {
  override readonly name = 'JsonProblem'
  readonly line: number
  readonly column: number
  /** There is nothing, or nothing but white space. */
  readonly isEmpty: boolean

  constructor(message: string, { line, column }: Position, isEmpty = false) {
    super(message)
    this.line = line
    this.column = column
    this.isEmpty = isEmpty
  }
}

// The words, and the numbers that surely survive: fifteen digits do, with an exponent of at most two.
const plain = /true|false|null|-?(?:0|[1-9]\d{0,7})(?:\.\d{1,7})?(?:[eE][+-]?\d\d?)?(?![\d.eE])/y
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const restOfString = /[ !#-[\]-\uffff]*"/y
// A hundred at a time: each one that is matched stays on the stack of the regular expression.
const escapes = /(?:[ !#-[\]-\uffff]*\\(?:["\\/bfnrt]|u[\da-fA-F]{4})){1,100}/y

/** Names and values of one body. */
const mostParts = 200_000

/** Each method moves `at` past what it is named for, or throws. */
class Reader {
  readonly text: string
  readonly mostLevels: number
  at = 0
  parts = 0
  /** The name or index at which we are, for each open bracket. */
  readonly path: (string | number)[] = []
  /** Told where each member of an object or array starts, and called before its value. */
  onMember?: (start: number) => void

  constructor(text: string, mostLevels = 100) {
    this.text = text
    this.mostLevels = mostLevels
  }

  document(): void {
    if (this.text.startsWith('\uFEFF')) this.fail('Unexpected byte order mark')
    if (this.space() === this.text.length) throw new JsonProblem('Empty body', { line: 1, column: 1 }, true)
    this.value()
    if (this.space() < this.text.length) this.fail('Unexpected content after the value')
  }

  value(): void {
    this.count()
    const first = this.text[this.space()]
    if (first === '"') this.string()
    else if (first === '{') this.members('}', new Set())
    else if (first === '[') this.members(']')
    else if (!this.match(plain)) this.number()
  }

  /** With names, the members have names. */
  members(close: '}' | ']', names?: Set<string>): void {
    if (this.path.length === this.mostLevels) this.fail(`Nested deeper than ${this.mostLevels} levels`)
    const level = this.path.push(0) - 1
    this.at++
    if (!this.take(close)) {
      let index = 0
      do {
        const start = this.space()
        this.path[level] = names ? this.field(names) : index++
        this.onMember?.(start)
        this.value()
      } while (this.take(','))
      if (!this.take(close)) this.expected(`',' or '${close}'`)
    }
    this.path.pop()
  }

  field(others: Set<string>): string {
    const start = this.at
    if (this.text[start] !== '"') this.expected('a field name in double quotes')
    const name = this.string()
    if (!this.take(':')) this.expected("':'")
    if (name === '__proto__') this.fail("Field '__proto__' is not allowed", start)
    if (others.has(name)) this.fail(`Duplicate field '${shortName(name)}'`, start)
    others.add(name)
    this.count()
    return name
  }

  count(): void {
    this.parts += 1
    if (this.parts > mostParts) this.fail(`More than ${mostParts} names and values`)
  }

  string(): string {
    const start = this.at++
    if (this.match(restOfString)) return this.text.slice(start + 1, this.at - 1)
    while (this.match(escapes));
    if (!this.match(restOfString))
      this.fail('String with a control character, a wrong escape or no end', start)
    const content = JSON.parse(this.text.slice(start, this.at)) as string
    if (content.includes('\0')) this.fail('String with U+0000', start)
    if (!content.isWellFormed()) this.fail('String with a lone surrogate', start)
    return content
  }

  number(): void {
    const start = this.at
    if (!this.match(number)) this.expected('a value')
    if (survives(this.text.slice(start, this.at))) return
    const where = this.path.length > 0 ? ` at '${shortName(this.path.join('.'))}'` : ''
    this.fail(`Number${where} would lose precision`, start)
  }

  match(pattern: RegExp): boolean {
    pattern.lastIndex = this.at
    if (!pattern.test(this.text)) return false
    this.at = pattern.lastIndex
    return true
  }

  /** Moves past white space, and past the character if it comes next. */
  take(character: string): boolean {
    const isNext = this.text[this.space()] === character
    if (isNext) this.at++
    return isNext
  }

  /** Answers where the white space ends. */
  space(): number {
    for (let code; (code = this.text.charCodeAt(this.at)) <= 0x20; this.at++)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) break
    return this.at
  }

  expected(what: string): never {
    this.fail(`Unexpected ${this.at < this.text.length ? 'character' : 'end'}, expected ${what}`)
  }

  fail(message: string, at = this.at): never {
    throw new JsonProblem(message, position(this.text, at))
  }
}

/** Whether the shortest decimal that reads back as the same double is the number that is written. */
function survives(number: string): boolean {
  const double = Number(number)
  if (String(double) === number) return true
  const [, whole = '', fraction = '', exponent = '0'] = /^-?(\d+)\.?(\d*)(?:e(.+))?$/i.exec(number) ?? []
  const digits = (whole + fraction).replace(/^0+/, '')
  const power = Number(exponent) + digits.length - fraction.length - 1
  const written = `${digits.replace(/(?<!0)0+$/, '')}e${power < 0 ? '' : '+'}${power}`
  return digits === '' || written === Math.abs(double).toExponential().replace('.', '')
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decode(body: Uint8Array): string {
  try {
    return utf8.decode(body)
  } catch {
    // Mended, the bytes differ from where they were not UTF-8.
    const mended = Buffer.from(Buffer.from(body).toString())
    let at = mended.findIndex((byte, index) => byte !== body[index])
    while (((mended[at] ?? 0) & 0xc0) === 0x80) at--
    const text = mended.toString('utf8', 0, at)
    throw new JsonProblem('Invalid UTF-8', position(text, text.length))
  }
}

function position(text: string, offset: number): Position {
  let line = 1
  for (let at = -1; (at = text.indexOf('\n', at + 1)) !== -1 && at < offset;) line++
  return { line, column: offset - text.lastIndexOf('\n', offset - 1) }
}

/** A name that a message can repeat: its first 64 characters. */
export function shortName(name: string): string {
  return name.length > 64 ? `${name.slice(0, 64).toWellFormed()}…` : name
}
