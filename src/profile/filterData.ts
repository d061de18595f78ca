import { isObject } from '../json.ts'
import type { Document } from './document.ts'
import { createFilterPlaces, type Places } from './filterPlaces.ts'

/**
 * Keeps of the application data what a filter names, with all below it: `app`, `app.key`, and `*` for any characters,
 * dots included. No filter keeps nothing. Source: spec 3.1.
 */
export function filterData(data: Document, filters: readonly string[]): Document {
  if (filters.length === 0) return {}
  const { starts, follow, isEnd } = createFilterPlaces(filters)
  return filters.includes('*') ? data : keepOf(data, starts)

  function keepOf(value: Document, places: Places): Document {
    if (places.length === 0) return {}
    const kept = Object.entries(value).map(
      ([name, inner]) => [name, keep(inner, follow(places, name))] as const,
    )
    return Object.fromEntries(kept.filter(([, inner]) => inner !== undefined))
  }

  function keep(value: unknown, places: Places): unknown {
    return isEnd(places) ? value : keepBelow(value, places)
  }

  function keepBelow(value: unknown, places: Places): unknown {
    if (places.length === 0) return undefined
    if (Array.isArray(value))
      return unlessEmpty(value.map((item) => keepBelow(item, places)).filter((item) => item !== undefined))
    return isObject(value) ? unlessEmpty(keepOf(value, follow(places, '.'))) : undefined
  }
}

function unlessEmpty<T extends object>(kept: T): T | undefined {
  return Object.keys(kept).length > 0 ? kept : undefined
}
