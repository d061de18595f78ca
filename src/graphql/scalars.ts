import { Kind, type ValueNode } from 'graphql'
import { DateTimeResolver, SafeIntResolver } from 'graphql-scalars'
import { isObject, parseJson, type JsonObject } from '../json.ts'
import { builder } from './builder.ts'

type Variables = Readonly<Record<string, unknown>>

builder.addScalarType('DateTime', DateTimeResolver)
builder.addScalarType('SafeInt', SafeIntResolver)

builder.scalarType('JSONObject', {
  description:
    'A JSON object. A number that a double cannot hold exactly is refused: nothing is altered silently. So are ' +
    'U+0000, lone surrogates, `__proto__`, and more than 100 levels.',
  serialize: (value) => value,
  parseValue: objectOf,
  // A literal is read as the JSON that it spells, so that the same rules hold for it.
  parseLiteral: (node, variables) => objectOf(parseJson(Buffer.from(jsonOf(node, variables ?? {})))),
})

function objectOf(value: unknown): JsonObject {
  if (isObject(value)) return value
  throw new TypeError('not an object')
}

function jsonOf(node: ValueNode, variables: Variables): string {
  switch (node.kind) {
    case Kind.OBJECT:
      return `{${joined(node.fields, ({ name, value }) => `"${name.value}":${jsonOf(value, variables)}`)}}`
    case Kind.LIST:
      return `[${joined(node.values, (value) => jsonOf(value, variables))}]`
    case Kind.VARIABLE: {
      const { value: name } = node.name
      return JSON.stringify(Object.hasOwn(variables, name) ? variables[name] : null)
    }
    case Kind.NULL:
      return 'null'
    case Kind.ENUM:
      throw new TypeError('not JSON')
    default:
      return node.kind === Kind.STRING ? JSON.stringify(node.value) : String(node.value)
  }
}

/** A variable can stand in a literal many times. */
const longestLiteral = 2 * 1024 * 1024

function joined<T>(items: readonly T[], textOf: (item: T) => string): string {
  let text = ''
  for (const item of items) {
    text += (text === '' ? '' : ',') + textOf(item)
    if (text.length > longestLiteral) throw new TypeError('too long')
  }
  return text
}
