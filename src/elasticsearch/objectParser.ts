import { isObject, shortName, tokenOf, type JsonObject, type JsonValue } from '../json.ts'
import type { Body } from './body.ts'
import { didYouMean } from './didYouMean.ts'
import { notBoolean } from './parameters.ts'
import { WireError } from './wireError.ts'

/** What a field takes: a value of a kind, a list of such or one by itself, or an object of strings that must all be there. */
export type Field = Kind | `${Kind}s` | 'integer' | 'anything' | Strings

type Kind = 'string' | 'boolean' | 'object'

interface Strings {
  readonly name: string
  readonly required: readonly string[]
}

/**
 * Checks an object as Elasticsearch's declared parsers do: the first field that does not fit, in the order of the
 * body, is an error that names the parser. Source: spec 1.3.
 */
export function parseObject(body: Body, parser: string, fields: Readonly<Record<string, Field>>): JsonObject {
  const { value, at } = body
  if (!isObject(value)) {
    throw new WireError(
      'x_content_parse_exception',
      `${at([])} Expected START_OBJECT but was: ${tokenOf(value)}`,
    )
  }
  const entries = Object.entries(value).map(([name, given]): [string, JsonValue] => {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (!field) throw unknownField(at([name], 'key'), parser, name, Object.keys(fields))
    if (typeof field !== 'string') {
      requireStrings(given, body, parser, name, field)
      return [name, given]
    }
    const read = typeof given === 'string' ? readText(field, given) : given
    if (read instanceof WireError) throw failedField(at([name]), parser, name, read)
    requireKind(field, read, at, parser, name)
    return [name, read]
  })
  return Object.fromEntries(entries)
}

/** What text stands for: true, false and numbers may be written as such, too. */
function readText(field: Exclude<Field, Strings>, text: string): JsonValue | WireError {
  if (field === 'boolean') {
    if (text === 'true' || text === 'false') return text === 'true'
    return new WireError('illegal_argument_exception', notBoolean(text))
  }
  if (field === 'integer') {
    if (/^[+-]?\d{1,16}$/.test(text)) return Number(text)
    return new WireError('number_format_exception', `For input string: "${text}"`)
  }
  return text
}

function requireKind(
  field: Exclude<Field, Strings>,
  given: JsonValue,
  at: Body['at'],
  parser: string,
  name: string,
): void {
  const kind = field.replace(/s$/, '')
  if (!Array.isArray(given) || kind === field) {
    if (!isOfKind(given, kind)) throw wrongType(at([name]), parser, name, given)
    return
  }
  const wrong = given.findIndex((one) => !isOfKind(one, kind))
  if (wrong >= 0) throw wrongType(at([name, wrong]), parser, name, given[wrong] ?? null)
}

function isOfKind(given: JsonValue, kind: string): boolean {
  if (kind === 'anything') return true
  if (kind === 'object') return isObject(given)
  if (kind === 'integer') return Number.isInteger(given) && Math.abs(Number(given)) < 2 ** 31
  return typeof given === kind
}

function requireStrings(
  object: JsonValue,
  { at }: Body,
  parser: string,
  name: string,
  { name: inner, required }: Strings,
): void {
  if (!isObject(object)) throw wrongType(at([name]), parser, name, object)
  const failure = (at: string, causedBy: WireError) => failedField(at, parser, name, causedBy)
  for (const [key, given] of Object.entries(object)) {
    if (!required.includes(key)) {
      throw failure(at([name, key], 'key'), unknownField(at([name, key], 'key'), inner, key, required))
    }
    if (typeof given !== 'string')
      throw failure(at([name, key]), wrongType(at([name, key]), inner, key, given))
  }
  const missing = required.filter((key) => !Object.hasOwn(object, key))
  if (missing.length > 0) {
    throw failure(at([name]), new WireError('illegal_argument_exception', `Required [${missing.join(', ')}]`))
  }
}

function failedField(at: string, parser: string, name: string, causedBy: WireError): WireError {
  return new WireError('x_content_parse_exception', `${at} [${parser}] failed to parse field [${name}]`, {
    causedBy: { type: causedBy.type, reason: causedBy.message },
  })
}

function unknownField(at: string, parser: string, name: string, known: readonly string[]): WireError {
  const suggestion = didYouMean(name, known)
  const reason = `${at} [${parser}] unknown field [${shortName(name)}]${suggestion && ` ${suggestion}`}`
  return new WireError('x_content_parse_exception', reason)
}

function wrongType(at: string, parser: string, name: string, given: JsonValue): WireError {
  const reason = `${at} [${parser}] ${name} doesn't support values of type: ${tokenOf(given)}`
  return new WireError('x_content_parse_exception', reason)
}
