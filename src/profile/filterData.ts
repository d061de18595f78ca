import { isObject } from '../json.ts'
import { wildcard } from '../wildcard.ts'
import type { Document } from './document.ts'

/**
 * Keeps of the application data what a filter names, with all below it: `app`, `app.key`, and `*` for any characters,
 * dots included. No filter keeps nothing. Source: spec 3.1.
 */
export function filterData(data: Document, filters: readonly string[]): Document {
  if (filters.length === 0) return {}
  const matchers = filters.map(wildcard)
  return filters.includes('*') ? data : keepOf(data, '')

  function keepOf(value: Document, prefix: string): Document {
    const kept = Object.entries(value).map(([name, inner]) => [name, keep(inner, prefix + name)] as const)
    return Object.fromEntries(kept.filter(([, inner]) => inner !== undefined))
  }

  function keep(value: unknown, path: string): unknown {
    return matchers.some((fits) => fits(path)) ? value : keepBelow(value, path)
  }

  function keepBelow(value: unknown, path: string): unknown {
    if (Array.isArray(value))
      return unlessEmpty(value.map((item) => keepBelow(item, path)).filter((item) => item !== undefined))
    return isObject(value) ? unlessEmpty(keepOf(value, `${path}.`)) : undefined
  }
}

function unlessEmpty<T extends object>(kept: T): T | undefined {
  return Object.keys(kept).length > 0 ? kept : undefined
}
