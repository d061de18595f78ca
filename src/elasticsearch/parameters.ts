import { didYouMean } from './suggestions.ts'
import { WireError } from './wireError.ts'

/** Query parameters that every row takes. */
const common = ['error_trace', 'filter_path', 'format', 'human', 'pretty']
const booleans = ['error_trace', 'human', 'pretty']

/** Reads the query string, and refuses what the row does not take. Source: spec 1.4. */
export function parametersOf(path: string, query: string, own: readonly string[] = []): URLSearchParams {
  const parameters = new URLSearchParams(query)
  requireBooleans(parameters)
  requireKnown(path, parameters, [...own, ...common].sort())
  const refresh = parameters.get('refresh')
  if (refresh !== null && !['', 'true', 'false', 'wait_for'].includes(refresh)) {
    throw new WireError('illegal_argument_exception', `Unknown value for refresh: [${refresh}].`)
  }
  return parameters
}

function requireBooleans(parameters: URLSearchParams): void {
  for (const name of booleans) {
    const value = parameters.get(name) ?? ''
    if (['', 'true', 'false'].includes(value)) continue
    const reason = `Failed to parse value [${value}] as only [true] or [false] are allowed.`
    throw new WireError('illegal_argument_exception', reason)
  }
}

function requireKnown(path: string, parameters: URLSearchParams, known: readonly string[]): void {
  const unknown = [...new Set(parameters.keys())].filter((name) => !known.includes(name)).sort()
  if (unknown.length === 0) return
  const named = unknown.map((name) => {
    const suggestion = didYouMean(name, known)
    return `[${name}]${suggestion && ` -> ${suggestion}`}`
  })
  const what = unknown.length === 1 ? 'unrecognized parameter' : 'unrecognized parameters'
  throw new WireError('illegal_argument_exception', `request [${path}] contains ${what}: ${named.join(', ')}`)
}
