import { JsonProblem, locate, parseJson, type JsonValue } from '../json.ts'
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
