import { isObject, type JsonValue } from '../json.ts'
import { wildcard } from '../wildcard.ts'
import { tokensOf } from './parameters.ts'

/** Names of paths, each path closed by null. A state is a place in it: how far a path has been followed. */
type Names = readonly (string | null)[]
type States = ReadonlySet<number>

/**
 * Keeps of an answer what `filter_path` names: dotted paths, `*` for part of a name, `**` for any number of names, a
 * leading `-` for what is left out. A list counts as what it holds. Source: spec 1.4.
 */
export function filterPath(body: JsonValue, filter: string): JsonValue {
  const paths = tokensOf(filter)
  const included = paths.filter((path) => !path.startsWith('-'))
  const excluded = paths.filter((path) => path.startsWith('-')).map((path) => path.slice(1))
  const kept = included.length > 0 ? (keep(body, included, true) ?? {}) : body
  return excluded.length > 0 ? (keep(kept, excluded, false) ?? {}) : kept
}

/** What is left of a value when only what the paths reach is kept, or all but that; nothing, if nothing is left. */
function keep(body: JsonValue, paths: readonly string[], reached: boolean): JsonValue | undefined {
  const names: Names = paths.flatMap((path) => [...path.replaceAll(/\*\*(\.\*\*)+/g, '**').split('.'), null])
  const fits = names.map((name) => wildcard(name ?? ''))
  const starts = names.flatMap((_, index) => (index === 0 || names[index - 1] === null ? [index] : []))
  return below(body, new Set(starts.slice(0, paths.length)))

  function below(value: JsonValue, states: States): JsonValue | undefined {
    if ([...states].some(isEnd)) return reached ? value : undefined
    if (states.size === 0) return reached ? undefined : value
    if (Array.isArray(value)) {
      const items = value.map((item) => below(item, states)).filter((item) => item !== undefined)
      return items.length > 0 || (!reached && value.length === 0) ? items : undefined
    }
    if (!isObject(value)) return reached ? undefined : value
    const all = Object.entries(value)
    const entries = all.flatMap(([name, inner]): [string, JsonValue][] => {
      const kept = below(inner, follow(states, name))
      return kept === undefined ? [] : [[name, kept]]
    })
    return entries.length > 0 || (!reached && all.length === 0) ? Object.fromEntries(entries) : undefined
  }

  function follow(states: States, name: string): States {
    const next = new Set<number>()
    for (let state of states) {
      for (; names[state] === '**'; state++) next.add(state)
      if (names[state] !== null && fits[state]?.(name)) next.add(state + 1)
    }
    return next
  }

  function isEnd(state: number): boolean {
    let end = state
    while (names[end] === '**') end++
    return names[end] === null
  }
}
