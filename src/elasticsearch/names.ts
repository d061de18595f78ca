import type { JsonValue } from '../json.ts'
import type { Answer } from './answer.ts'

/** The names in a path's comma list; null if it has none, which asks for all. */
export function namesOf(list: string): string[] | null {
  const names = list.split(',').filter((name) => name !== '')
  return names.length > 0 ? names : null
}

/** What was found, by name; 404 if names were asked for and none was found. Source: spec 4.1, 4.5. */
export function listed(entries: readonly (readonly [string, JsonValue])[], askedFor: string): Answer {
  const status = entries.length === 0 && namesOf(askedFor) ? 404 : 200
  return { status, body: Object.fromEntries(entries) }
}

/** Whether what was to be deleted was there. Source: spec 4.1, 4.5. */
export function found(wasThere: boolean): Answer {
  return { status: wasThere ? 200 : 404, body: { found: wasThere } }
}

/** The variables that were given. */
export function given(variables: Readonly<Record<string, JsonValue | undefined>>): Record<string, JsonValue> {
  return Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}
