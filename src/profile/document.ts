import { isDeepStrictEqual } from 'node:util'
import { isObject } from '../json.ts'

/** What applications keep in a profile: JSON. */
export type Document = Readonly<Record<string, unknown>>

/**
 * Merges a change into a document: objects are merged, everything else is replaced, nothing is removed. A change
 * that changes nothing gives the document itself. Source: spec 3.3.
 */
export function mergeDocuments(document: Document, change: Document): Document {
  const changed = Object.entries(change).flatMap(([name, value]): [string, unknown][] => {
    const present = Object.hasOwn(document, name)
    const merged = merge(present ? document[name] : undefined, value)
    return present && merged === document[name] ? [] : [[name, merged]]
  })
  return changed.length === 0 ? document : Object.fromEntries([...Object.entries(document), ...changed])
}

function merge(value: unknown, change: unknown): unknown {
  if (isObject(value) && isObject(change)) return mergeDocuments(value, change)
  return isDeepStrictEqual(value, change) ? value : change
}
