import { didYouMean } from './didYouMean.ts'
import { WireError } from './wireError.ts'

/** Query parameters that every row takes. */
const common = ['error_trace', 'filter_path', 'format', 'human', 'pretty']
/** Each is looked for everywhere in a document. */
const mostPaths = 100
/** Of the names in all paths of `filter_path`, and of those with a `*` before their end, which are compared with every name. */
const mostNames = 250
const mostInnerStars = 20
/** Of those that are some rows' own, which can be true or false. */
const ownBooleans = ['active_only', 'owner', 'with_limited_by']

/** The parameters of a query as Elasticsearch reads them: `;` is another `&`, and of a name that comes twice the last counts. */
export function parametersOf(query: string): URLSearchParams {
  if (query === '') return new URLSearchParams()
  const all = new URLSearchParams(query.replaceAll(';', '&'))
  return new URLSearchParams([...new Map(all)])
}

/** Refuses a query that cannot be read, before anything else in it is looked at. */
export function requireReadable(query: string): void {
  try {
    if (!decodeURIComponent(query).includes('\0')) return
  } catch {
    // Not UTF-8: refused like U+0000, as in a path.
  }
  const reason = 'a parameter holds U+0000, or an escape that is not UTF-8'
  throw new WireError('illegal_argument_exception', reason)
}

/** Refuses parameters that the row does not take, or with such values. Source: spec 1.4. */
export function requireParameters(
  path: string,
  parameters: URLSearchParams,
  own: readonly string[] = [],
): void {
  requireKnown(path, parameters, [...own, ...common].sort())
  for (const name of ownBooleans) requireBoolean(parameters, name)
  for (const name of ['data', 'filter_path']) {
    if ((parameters.get(name) ?? '').split(',').length <= mostPaths) continue
    throw new WireError('illegal_argument_exception', `[${name}] takes at most ${mostPaths} paths`)
  }
  requireFewNames((parameters.get('filter_path') ?? '').split(/[,.]/))
  const refresh = parameters.get('refresh')
  if (refresh !== null && !['', 'true', 'false', 'wait_for'].includes(refresh)) {
    throw new WireError('illegal_argument_exception', `Unknown value for refresh: [${refresh}].`)
  }
}

function requireFewNames(names: readonly string[]): void {
  const inner = names.filter((name) => /\*[^*]/.test(name)).length
  if (names.length > mostNames) refuse(`[filter_path] takes at most ${mostNames} names in all its paths`)
  if (inner > mostInnerStars)
    refuse(`[filter_path] takes at most ${mostInnerStars} names with a [*] before their end`)

  function refuse(reason: string): never {
    throw new WireError('illegal_argument_exception', reason)
  }
}

/** Refuses a parameter that is neither `true` nor `false`, nor given without a value. */
export function requireBoolean(parameters: URLSearchParams, name: string): void {
  const problem = booleanProblem(parameters, name)
  if (problem !== null) throw new WireError('illegal_argument_exception', problem)
}

/** Why a parameter is refused that has to be true or false. */
export function booleanProblem(parameters: URLSearchParams, name: string): string | null {
  const value = parameters.get(name) ?? ''
  if (['', 'true', 'false'].includes(value)) return null
  return notBoolean(value)
}

export function notBoolean(text: string): string {
  return `Failed to parse value [${text}] as only [true] or [false] are allowed.`
}

/** What stands between the commas of a parameter, without the white space around it. */
export function tokensOf(value: string | undefined): string[] {
  return (value ?? '')
    .split(',')
    .map((token) => token.trim())
    .filter((token) => token !== '')
}

/** Whether a parameter is given, and is not `false`. */
export function isOn(value: string | null | undefined): boolean {
  return value === '' || value === 'true'
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
