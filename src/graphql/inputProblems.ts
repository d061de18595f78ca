import {
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  type GraphQLInputType,
} from 'graphql'

/**
 * What is wrong with an input value, as paths and expectations: graphql-js says it by repeating the value.
 * @returns nothing if graphql-js would take the value
 */
export function inputProblems(value: unknown, type: GraphQLInputType, path: string): string[] {
  if (isNonNullType(type)) {
    return value === null || value === undefined
      ? [`${path}: expected ${String(type)}`]
      : inputProblems(value, type.ofType, path)
  }
  if (value === null || value === undefined) return []
  if (isListType(type)) {
    const { ofType } = type
    return Array.isArray(value)
      ? value.flatMap((item, index) => inputProblems(item, ofType, `${path}.${index}`))
      : inputProblems(value, ofType, path)
  }
  if (!isInputObjectType(type)) return accepts(type, value) ? [] : [`${path}: expected ${type.name}`]
  if (typeof value !== 'object' || Array.isArray(value)) return [`${path}: expected ${type.name}`]

  const given = value as Record<string, unknown>
  const fields = type.getFields()
  const names = Object.keys(given)
  const unknown = names
    .filter((name) => !(name in fields))
    .map((name) => `${path}.${name}: is not a field of ${type.name}`)
  if (type.isOneOf) {
    const [only, ...others] = names
    if (only === undefined || others.length > 0 || given[only] === null)
      return [...unknown, giveOne(path, fields)]
  }
  return [
    ...unknown,
    ...Object.values(fields).flatMap((field) => {
      const inner = `${path}.${field.name}`
      if (field.name in given) return inputProblems(given[field.name], field.type, inner)
      return isRequiredInputField(field) ? [`${inner}: expected ${String(field.type)}`] : []
    }),
  ]
}

/** What is said of a `@oneOf` input that is not one. */
export function giveOne(path: string, fields: object): string {
  return `${path}: give exactly one of ${Object.keys(fields).join(', ')}`
}

function accepts(type: { parseValue: (value: unknown) => unknown }, value: unknown): boolean {
  try {
    return type.parseValue(value) !== undefined
  } catch {
    return false
  }
}
