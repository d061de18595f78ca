import { isObject, type JsonValue } from '../json.ts'
import { tokensOf } from './parameters.ts'
import { createPathPlaces, type Places } from './pathPlaces.ts'

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
  const { starts, follow } = createPathPlaces(paths)
  return below(body, starts)

  function below(value: JsonValue, places: Places): JsonValue | undefined {
    if (places.isEnd) return reached ? value : undefined
    if (places.next.length === 0) return reached ? undefined : value
    if (Array.isArray(value)) {
      const items = value.map((item) => below(item, places)).filter((item) => item !== undefined)
      return items.length > 0 || (!reached && value.length === 0) ? items : undefined
    }
    if (!isObject(value)) return reached ? undefined : value
    const all = Object.entries(value)
    const entries = all.flatMap(([name, inner]): [string, JsonValue][] => {
      const kept = below(inner, follow(places, name))
      return kept === undefined ? [] : [[name, kept]]
    })
    return entries.length > 0 || (!reached && all.length === 0) ? Object.fromEntries(entries) : undefined
  }
}
