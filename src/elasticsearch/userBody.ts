import { isObject, tokenOf, type JsonObject, type JsonValue } from '../json.ts'
import type { Body } from './body.ts'
import { WireError } from './wireError.ts'

/** What a field of a user takes. */
export type UserField = 'string' | 'string or null' | 'boolean' | 'object' | 'strings'

/**
 * Checks an object as Elasticsearch's older parsers do, field by field in the order of the body. `action` is what
 * messages call the request. Lists of strings may come as one string with commas.
 */
export function parseUserBody(
  { value }: Body,
  action: string,
  fields: Readonly<Record<string, UserField>>,
): JsonObject {
  if (!isObject(value)) throw parseError(`expected an object, but found token [${tokenOf(value)}]`)
  for (const [name, given] of Object.entries(value)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (!field) throw parseError(`failed to parse ${action} request. unexpected field [${name}]`)
    if (field === 'strings') requireStrings(name, given)
    else if (!fits(given, field)) throw wrongType(name, field, given)
  }
  return value
}

/** A list of strings, however it was given. */
export function stringsOf(given: JsonValue | undefined): JsonValue {
  if (typeof given !== 'string') return given ?? null
  return given === '' ? [] : given.split(',')
}

function fits(given: JsonValue, field: Exclude<UserField, 'strings'>): boolean {
  if (field === 'object') return isObject(given)
  if (field === 'string or null') return given === null || typeof given === 'string'
  return typeof given === field
}

function wrongType(name: string, field: UserField, given: JsonValue): WireError {
  const type = field === 'string or null' ? 'string' : field
  return parseError(`expected field [${name}] to be of type ${type}, but found [${tokenOf(given)}] instead`)
}

function requireStrings(name: string, given: JsonValue): void {
  const problem = typeof given === 'string' ? null : stringsProblem(name, given)
  if (problem !== null) throw parseError(problem)
}

/** What is said of a field that is no list of strings. */
export function stringsProblem(name: string, given: JsonValue): string | null {
  const expected = `could not parse [${name}] field. expected a string array but`
  if (given === null) return `${expected} found null value instead`
  if (!Array.isArray(given)) return `${expected} found [${tokenOf(given)}] value instead`
  const other = given.find((item) => typeof item !== 'string')
  return other === undefined ? null : `${expected} one of the value in the array is [${tokenOf(other)}]`
}

function parseError(reason: string): WireError {
  return new WireError('parse_exception', reason)
}
