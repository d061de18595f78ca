import { inside, memberOf, settings, type Setting } from './settings.ts'

type Patterns = Record<string, Setting>
/** A setting further inside: a regular expression of its dotted name, and where its schema stands. */
type Further = readonly [name: string, schema: Setting]

const anyName = '[^.]+'
const reference = '\\$\\{[^}]*\\}'
const prefix = 'xpack\\.security\\.authc\\.'

/**
 * The JSON Schema (draft 7) of `gateway.yml`, for editors. It takes all that the gateway takes: names nested or dotted,
 * with Elasticsearch's prefix or without, and references in place of values. So nothing is required, since it may stand
 * elsewhere in the file; and what settings must be to each other only the gateway knows.
 */
export function jsonSchema(): Setting {
  const all = settings()
  const definitions: Patterns = {}
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    ...{ title: 'gateway.yml', description: 'Settings of profile-gateway.' },
    ...groupSchema(all, '#'),
    patternProperties: Object.fromEntries([
      // What is below the prefix in pieces is left to the gateway.
      ['^xpack(\\.security)?$', { type: 'object' }],
      ['^xpack\\.security\\.authc$', { $ref: '#' }],
      ...inside(all).map(([name]) => [`^${prefix}${name}$`, { $ref: `#/properties/${name}` }]),
      ...furtherIn(all, '#').map(([name, schema]) => [`^(${prefix})?${name}$`, schema]),
    ]) as Patterns,
    definitions,
  }

  function groupSchema(group: Setting, place: string): Setting {
    const names = inside(group).map(([name, setting]) => {
      const its = `${place}/properties/${name}`
      return [
        name,
        setting.properties || memberOf(setting) ? groupSchema(setting, its) : valueSchema(setting),
      ]
    })
    const further = furtherIn(group, place)
    const member = memberOf(group)
    if (member) {
      const name = memberName(place)
      definitions[name] = groupSchema(member, `#/definitions/${name}`)
      further.unshift([anyName, { $ref: `#/definitions/${name}` }])
    }
    const patterns: Patterns = Object.fromEntries(further.map(([name, schema]) => [`^${name}$`, schema]))
    return {
      ...(group.description !== undefined && { description: group.description }),
      type: ['object', 'null'] as never,
      ...(names.length > 0 && { properties: Object.fromEntries(names) as Patterns }),
      ...(further.length > 0 && { patternProperties: patterns }),
      additionalProperties: false,
    }
  }
}

/** All that is at least two names inside of a group: its dotted names. */
function furtherIn(group: Setting, place: string): Further[] {
  return childrenOf(group, place).flatMap(([name, child, its]) => {
    const own = childrenOf(child, its).map(([inner, , at]): Further => [`${name}\\.${inner}`, { $ref: at }])
    const deeper = furtherIn(child, its).map(([inner, schema]): Further => [`${name}\\.${inner}`, schema])
    return [...own, ...deeper, ...(isOpen(child) ? [[`${name}\\..+`, {}] as Further] : [])]
  })
}

function childrenOf(group: Setting, place: string): [name: string, child: Setting, place: string][] {
  const member = memberOf(group)
  if (member) return [[anyName, member, `#/definitions/${memberName(place)}`]]
  return inside(group).map(([name, child]) => [name, child, `${place}/properties/${name}`])
}

/** Whether anything may stand inside of it: claims, by their names. */
function isOpen(setting: Setting): boolean {
  return setting.type === 'object' && !setting.properties && !memberOf(setting)
}

/** Of `#/properties/realms/properties/jwt` it is `jwtRealm`. */
function memberName(place: string): string {
  const [, type] = /\/realms\/properties\/(\w+)$/.exec(place) ?? []
  return type === undefined ? 'domain' : `${type}Realm`
}

/** What it takes, and a reference in its place; a list may be left empty, as a group may whose settings are commented out. */
function valueSchema({ expected, ...setting }: Setting): Setting {
  const { anyOf, const: fixed, enum: words, pattern, items, type, ...about } = setting
  const [alternative] = (anyOf ?? []) as Setting[]
  if (alternative) {
    // A value, or null.
    const types = [alternative.type, 'null'].flat() as never
    return valueSchema({ ...about, ...alternative, type: types, expected: expected ?? alternative.expected })
  }
  const types = [type ?? []].flat() as string[]
  const text = textPattern(pattern, words)
  const inWords = expected === undefined ? {} : { errorMessage: `expected ${expected}` }
  if (words) return { ...about, anyOf: [{ enum: words }, { type: 'string', ...text }], ...inWords }
  return {
    ...about,
    type: (types.includes('array') || isOpen(setting) ? [...types, 'null'] : types) as never,
    ...text,
    ...(fixed !== undefined && { const: fixed }),
    ...(items !== undefined && { items: valueSchema(items as Setting) }),
    ...inWords,
  }
}

/** What a text must look like, if it must. A secret is a reference already. */
function textPattern(pattern: string | undefined, words: Setting['enum']): Setting {
  if (pattern === undefined && words === undefined) return {}
  const isReference = pattern?.includes(reference) === true
  return { pattern: [pattern ?? [], isReference ? [] : reference].flat().join('|') }
}
