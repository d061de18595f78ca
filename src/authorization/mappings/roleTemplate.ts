import { tryParseJson } from '../../json.ts'
import { valueIn, type MappedUser } from './mappedUser.ts'

/** Text that makes names of roles of a user. Source: spec 4.7. */
export interface RoleTemplate {
  /** `{{field}}` stands for the value of a field, `{{#tojson}}field{{/tojson}}` for the JSON of all its values. */
  readonly source: string
  /** What comes of it: one name, or the JSON of a name or of a list of names. */
  readonly format: 'string' | 'json'
}

/** In characters. */
const longestSource = 1_000

/** What is wrong with the text of a template; else null. */
export function templateProblem({ source }: RoleTemplate): string | null {
  if (source.length > longestSource) return `may have at most [${longestSource}] characters`
  return /\{\{|\}\}/.test(source.replaceAll(places, '')) ? supported : null
}

/**
 * Makes the function that gives the names for a user: none where the user lacks a value that should stand there, or
 * where what comes of it is no name.
 */
export function createRoleTemplate({ source, format }: RoleTemplate) {
  const plain = [...source.matchAll(places)].flatMap(([, , field]) => field?.trim() ?? [])

  return function namesFor(user: MappedUser): string[] {
    if (!plain.every((field) => isSimple(valueIn(user, field)))) return []
    const text = source.replaceAll(places, (_, ofJson: string | undefined, ofText = '') => {
      if (ofJson !== undefined) return JSON.stringify(valueIn(user, ofJson.trim()) ?? null)
      const value = String(valueIn(user, String(ofText).trim()))
      return format === 'json' ? JSON.stringify(value).slice(1, -1) : value
    })
    const made = format === 'json' ? [tryParseJson(Buffer.from(text))].flat() : [text]
    return made.filter((name) => typeof name === 'string').filter((name) => name !== '')
  }
}

function isSimple(value: unknown): boolean {
  return ['string', 'number', 'boolean'].includes(typeof value)
}

const places = /(?<!\{)(?:\{\{#tojson\}\}([^{}]*)\{\{\/tojson\}\}|\{\{([^{}#^/>!&=][^{}]*)\}\})(?!\})/g

const supported =
  'only {{field}} and {{#tojson}}field{{/tojson}} are supported, of everything that a Mustache template can have'
