import { JsonProblem, locate, parseJson, type JsonObject, type JsonValue } from '../json.ts'
import { WireError } from './wireError.ts'

/** A body that was read, and what makes messages about it. */
export interface Body {
  readonly value: JsonValue
  /** `[line:column]` of the value at a path, or of its name. */
  readonly at: (path: readonly (string | number)[], what?: 'key' | 'value') => string
}

/** Reads a body as JSON, strictly. Source: spec 1.3. */
export function readBody(bytes: Uint8Array): Body {
  try {
    const value = parseJson(bytes)
    return {
      value,
      at(path, what = 'value') {
        const { line, column } = locate(bytes, path, what)
        return `[${line}:${column}]`
      },
    }
  } catch (problem) {
    if (!(problem instanceof JsonProblem)) throw problem
    if (problem.isEmpty) throw new WireError('parse_exception', 'request body is required')
    throw new WireError('x_content_parse_exception', `[${problem.line}:${problem.column}] ${problem.message}`)
  }
}

/** A value's kind, by the name of the token that it begins with. */
export function tokenOf(value: JsonValue): string {
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

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
