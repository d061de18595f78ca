import { normalizedName } from './distinguishedName.ts'
import { lowerCase, upperCase } from './letterCase.ts'

/** A user whom a realm has proven that says groups, and no roles. */
export interface MappedUser {
  readonly username: string
  readonly dn: string | null
  readonly groups: readonly string[]
  readonly metadata: Readonly<Record<string, unknown>>
  readonly realm: { readonly name: string }
}

/** What a user has in a field of the rule language: one value or several, undefined where there is none. Source: spec 4.7. */
export function valueIn(user: MappedUser, field: string): unknown {
  switch (field) {
    case 'username':
      return user.username
    case 'dn':
      return user.dn ?? undefined
    case 'groups':
      return user.groups
    case 'realm.name':
      return user.realm.name
  }
  const [, key] = /^metadata\.(.*)$/s.exec(field) ?? []
  if (key === undefined || !Object.hasOwn(user.metadata, key)) return undefined
  return user.metadata[key] ?? undefined
}

/** A field as rules look at it: each compares many values with it. */
export interface Field {
  has(literal: Literal): boolean
  fits(pattern: Pattern): boolean
}

/** A value that is no pattern. */
export interface Literal {
  readonly value: string | number | boolean | null
  /** Of text: in one case. */
  readonly folded: string | null
  /** Of a distinguished name: as it is compared with others. */
  readonly name: string | null
}

export interface Pattern {
  readonly fits: (text: string) => boolean
  /** Of a pattern for all that is below a distinguished name: that name. */
  readonly above: string | null
}

/** Makes the function that gives a user's fields, each made once. */
export function createFieldsOf(user: MappedUser): (field: string) => Field {
  const made = new Map<string, Field>()

  return function fieldOf(name) {
    const known = made.get(name)
    if (known) return known
    const value = valueIn(user, name)
    const isName = ['dn', 'groups'].includes(name) && value !== undefined
    const field = isName ? nameField([value].flat() as string[]) : plainField(value)
    made.set(name, field)
    return field
  }
}

/** Where there is no value, null is the one. */
function plainField(value: unknown): Field {
  const values = new Set([value ?? null].flat(Infinity))
  const texts = [...values].filter((one) => typeof one === 'string')
  return { has: ({ value }) => values.has(value), fits: ({ fits }) => texts.some(fits) }
}

/** Of what may be distinguished names: in any case, and however they are written. */
function nameField(given: readonly string[]): Field {
  const folded = new Set(given.map(upperCase))
  const names = new Set(given.flatMap((text) => normalizedName(text) ?? []))
  const above = new Set([...names].flatMap(namesAbove))
  const cases = given.flatMap((text) => [text, lowerCase(text), upperCase(text)])
  const texts = [...new Set([...cases, ...names])]
  return {
    has: ({ folded: text, name }) =>
      (text !== null && folded.has(text)) || (name !== null && names.has(name)),
    fits: (pattern) => (pattern.above === null ? texts.some(pattern.fits) : above.has(pattern.above)),
  }
}

function namesAbove(name: string): string[] {
  return [...name.matchAll(/,/g)].map(({ index }) => name.slice(index + 1))
}
