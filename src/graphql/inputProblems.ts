import {
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
} from 'graphql'
import { mostProblems } from '../errors.ts'

/**
 * What is wrong with an input value, as paths and expectations: graphql-js says it by repeating the value. The first
 * few are enough.
 * @returns nothing if graphql-js would take the value
 */
export function inputProblems(value: unknown, type: GraphQLInputType, path: string): string[] {
  return problemsIn(value, type, path).take(mostProblems).toArray()
}

function* problemsIn(value: unknown, type: GraphQLInputType, path: string): Generator<string, undefined> {
  const expected = `${path}: expected ${String(type)}`
  if (isNonNullType(type)) {
    if (value === null || value === undefined) yield expected
    else yield* problemsIn(value, type.ofType, path)
  } else if (value === null || value === undefined) {
    return
  } else if (isListType(type)) {
    if (!Array.isArray(value)) yield* problemsIn(value, type.ofType, path)
    else for (const [index, item] of value.entries()) yield* problemsIn(item, type.ofType, `${path}.${index}`)
  } else if (!isInputObjectType(type)) {
    if (!accepts(type, value)) yield expected
  } else if (typeof value !== 'object' || Array.isArray(value)) {
    yield expected
  } else {
    yield* problemsOfFields(value as Record<string, unknown>, type, path)
  }
}

function* problemsOfFields(
  given: Record<string, unknown>,
  type: GraphQLInputObjectType,
  path: string,
): Generator<string, undefined> {
  const fields = type.getFields()
  const names = Object.keys(given)
  for (const name of names) {
    if (!Object.hasOwn(fields, name)) yield `${path}.${name}: is not a field of ${type.name}`
  }
  const [only = '', ...others] = names
  if (type.isOneOf && (others.length > 0 || (given[only] ?? null) === null)) {
    yield giveOne(path, fields)
    return
  }
  for (const field of Object.values(fields)) {
    const inner = `${path}.${field.name}`
    if (Object.hasOwn(given, field.name)) yield* problemsIn(given[field.name], field.type, inner)
    else if (isRequiredInputField(field)) yield `${inner}: expected ${String(field.type)}`
  }
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
