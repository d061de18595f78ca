import { isObject, tokenOf, type JsonObject, type JsonValue } from '../json.ts'
import type { Body } from './body.ts'
import { didYouMean } from './suggestions.ts'
import { WireError } from './wireError.ts'

/** What a field takes: a value of a kind, a list of such or one by itself, or an object of strings that must all be there. */
export type Field = Kind | `${Kind}s` | { readonly name: string; readonly required: readonly string[] }

type Kind = 'string' | 'boolean' | 'object'

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
  for (const [name, given] of Object.entries(value)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (!field) throw unknownField(at([name], 'key'), parser, name, Object.keys(fields))
    if (typeof field === 'string') requireKind(field, given, at, parser, name)
    else if (!isObject(given)) throw wrongType(at([name]), parser, name, given)
    else requireStrings(given, body, parser, name, field)
  }
  return value
}

function requireKind(
  field: Kind | `${Kind}s`,
  given: JsonValue,
  at: Body['at'],
  parser: string,
  name: string,
): void {
  const kind = field.replace(/s$/, '')
  const isKind = (one: JsonValue) => (kind === 'object' ? isObject(one) : typeof one === kind)
  if (!Array.isArray(given) || kind === field) {
    if (!isKind(given)) throw wrongType(at([name]), parser, name, given)
    return
  }
  const wrong = given.findIndex((one) => !isKind(one))
  if (wrong >= 0) throw wrongType(at([name, wrong]), parser, name, given[wrong] ?? null)
}

function requireStrings(
  object: JsonObject,
  { at }: Body,
  parser: string,
  name: string,
  { name: inner, required }: { name: string; required: readonly string[] },
): void {
  const failure = (reason: string, causedBy: WireError) =>
    new WireError('x_content_parse_exception', `${reason} [${parser}] failed to parse field [${name}]`, {
      causedBy: { type: causedBy.type, reason: causedBy.message },
    })
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

function unknownField(at: string, parser: string, name: string, known: readonly string[]): WireError {
  const suggestion = didYouMean(name, known)
  const reason = `${at} [${parser}] unknown field [${name}]${suggestion && ` ${suggestion}`}`
  return new WireError('x_content_parse_exception', reason)
}

function wrongType(at: string, parser: string, name: string, given: JsonValue): WireError {
  const reason = `${at} [${parser}] ${name} doesn't support values of type: ${tokenOf(given)}`
  return new WireError('x_content_parse_exception', reason)
}
