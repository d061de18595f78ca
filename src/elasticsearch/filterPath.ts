import type { JsonValue } from '../http/json.ts'
import { fitsWildcard } from '../wildcard.ts'
import { isObject } from './body.ts'

type Pattern = readonly string[]

/**
 * Keeps of an answer what `filter_path` names: dotted paths, `*` for part of a name, `**` for any number of names, a
 * leading `-` for what is left out. A list counts as what it holds. Source: spec 1.4.
 */
export function filterPath(body: JsonValue, filter: string): JsonValue {
  const paths = filter.split(',').filter((path) => path !== '')
  const excluded = paths.filter((path) => path.startsWith('-')).map((path) => path.slice(1).split('.'))
  const included = paths.filter((path) => !path.startsWith('-')).map((path) => path.split('.'))
  const kept = included.length > 0 ? (include(body, included) ?? {}) : body
  return excluded.length > 0 ? (exclude(kept, excluded) ?? {}) : kept
}

function include(value: JsonValue, patterns: readonly Pattern[]): JsonValue | undefined {
  if (patterns.some(isReached)) return value
  return patterns.length === 0 ? undefined : reduce(value, patterns, include)
}

function exclude(value: JsonValue, patterns: readonly Pattern[]): JsonValue | undefined {
  if (patterns.some(isReached)) return undefined
  return patterns.length === 0 || typeof value !== 'object' ? value : reduce(value, patterns, exclude)
}

/** What is left of what a value holds; nothing, if nothing is left. */
function reduce(value: JsonValue, patterns: readonly Pattern[], keep: typeof include): JsonValue | undefined {
  if (Array.isArray(value)) {
    const items = value.map((item) => keep(item, patterns)).filter((item) => item !== undefined)
    return items.length > 0 ? items : undefined
  }
  if (!isObject(value)) return undefined
  const entries = Object.entries(value).flatMap(([name, inner]): [string, JsonValue][] => {
    const kept = keep(inner, advance(patterns, name))
    return kept === undefined ? [] : [[name, kept]]
  })
  return entries.length > 0 ? Object.fromEntries(entries) : undefined
}

/** The patterns as they go on below a name. */
function advance(patterns: readonly Pattern[], name: string): Pattern[] {
  return patterns.flatMap((pattern): Pattern[] => {
    const [first = '', ...rest] = pattern
    if (first === '**') return [pattern, ...advance([rest], name)]
    return fitsWildcard(first, name) && pattern.length > 0 ? [rest] : []
  })
}

function isReached(pattern: Pattern): boolean {
  return pattern.every((name) => name === '**')
}
