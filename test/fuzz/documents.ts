import fc from 'fast-check'
import {
  getNamedType,
  GraphQLEnumType,
  GraphQLInputObjectType,
  GraphQLInterfaceType,
  GraphQLObjectType,
  GraphQLUnionType,
  isLeafType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLOutputType,
} from 'graphql'
import { schema } from '../../src/graphql/schema.ts'
import { jacknichUid } from '../support/people.ts'
import { anyJson } from './json.ts'
import { naughtyText } from './mutations.ts'
import { canary } from './canary.ts'

/** An operation, and the variables that it takes, as text. */
export interface Document {
  readonly query: string
  readonly variables: string
}

const mostLevels = 4

/** Operations that the schema takes, but for some values: each field, with arguments as literals and as variables. */
export const documents: fc.Arbitrary<Document> = fc
  .constantFrom(
    ...[schema.getQueryType(), schema.getMutationType(), schema.getMutationType()].filter((type) => !!type),
  )
  .chain((root) =>
    fc
      .tuple(
        fc.array(rootField(root), { minLength: 1, maxLength: 3 }),
        fc.constantFrom('', '', ' Name'),
        fc.constantFrom('', '', '', ' @skip(if: true)', ' @include(if: false)'),
      )
      .map(([fields, name, directive]) => {
        const kind = root === schema.getQueryType() ? 'query' : 'mutation'
        const numbered = fields.map((field, n) => field(n))
        const definitions = numbered.flatMap(({ definitions: some }) => some)
        const variables = numbered.flatMap(({ values }) => values)
        const head = definitions.length > 0 ? `(${definitions.join(', ')})` : ''
        const selections = numbered.map(({ text }) => text + directive).join(' ')
        return { query: `${kind}${name}${head} { ${selections} }`, variables: `{${variables.join(',')}}` }
      }),
  )

interface Part {
  readonly text: string
  /** Of variables. */
  readonly definitions: readonly string[]
  /** Members of the object of variables. */
  readonly values: readonly string[]
}

/** A field that comes several times goes by other names. */
function rootField(root: GraphQLObjectType): fc.Arbitrary<(n: number) => Part> {
  return fc.constantFrom(...Object.values(root.getFields())).chain((field) =>
    fc
      .record({
        args: argumentsOf(field.args),
        asVariables: fc.boolean(),
        selection: selectionOf(field.type, mostLevels),
        alias: fc.boolean(),
      })
      .map(({ args, asVariables, selection, alias }) => (n: number) => {
        const named = args.map(({ arg, literal, json }) => ({
          arg,
          literal,
          json,
          variable: `${arg.name}${n}`,
        }))
        const texts = named.map(
          ({ arg, literal, variable }) => `${arg.name}: ${asVariables ? `$${variable}` : literal}`,
        )
        const used = asVariables ? named : []
        return {
          text: `${alias ? `a${n}: ` : ''}${field.name}${texts.length > 0 ? `(${texts.join(', ')})` : ''}${selection}`,
          definitions: used.map(({ arg, variable }) => `$${variable}: ${String(arg.type)}`),
          values: used.map(({ variable, json }) => `"${variable}":${json}`),
        }
      }),
  )
}

interface Given {
  readonly arg: GraphQLArgument
  readonly literal: string
  readonly json: string
}

function argumentsOf(args: readonly GraphQLArgument[]): fc.Arbitrary<Given[]> {
  const all = args.map((arg) => {
    const one = fc
      .record({ literal: literalOf(arg.type, arg.name), json: jsonOf(arg.type, arg.name) })
      .map((texts): Given => ({ arg, ...texts }))
    return isRequiredArgument(arg) ? one : fc.option(one)
  })
  return fc.tuple(...all).map((some) => some.filter((one) => one !== null))
}

const selections = new Map<string, fc.Arbitrary<string>>()

function selectionOf(outer: GraphQLOutputType, levels: number): fc.Arbitrary<string> {
  const type = getNamedType(outer)
  if (isLeafType(type)) return fc.constant('')
  const key = `${type.name} ${levels}`
  const known = selections.get(key)
  if (known) return known
  const made = newSelection(type as Composite, levels)
  selections.set(key, made)
  return made
}

type Composite = GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType

function newSelection(type: Composite, levels: number): fc.Arbitrary<string> {
  const parts = partsOf(type, levels)
  const inside = fc.subarray(parts, { minLength: 1, maxLength: Math.min(5, parts.length) })
  return inside.chain((some) => fc.tuple(...some).map((texts) => ` { ${texts.join(' ')} }`))
}

function partsOf(type: Composite, levels: number): fc.Arbitrary<string>[] {
  const name = fc.constant('__typename')
  if (levels === 0) return [name]
  const fragments =
    type instanceof GraphQLObjectType
      ? []
      : schema
          .getPossibleTypes(type)
          .map((one) => selectionOf(one, levels - 1).map((text) => `... on ${one.name}${text}`))
  const fields = type instanceof GraphQLUnionType ? [] : Object.values(type.getFields())
  return [name, ...fragments, ...fields.map((field) => fieldOf(field, levels))]
}

function fieldOf(field: GraphQLField<unknown, unknown>, levels: number): fc.Arbitrary<string> {
  return fc.tuple(argumentsOf(field.args), selectionOf(field.type, levels - 1)).map(([args, selection]) => {
    const texts = args.map(({ arg, literal }) => `${arg.name}: ${literal}`)
    return `${field.name}${texts.length > 0 ? `(${texts.join(', ')})` : ''}${selection}`
  })
}

/** Nobody's whom the run needs. */
const texts = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('fuzz-user-1', 'fuzz-user-2', 'fuzz-role', '*', jacknichUid) },
  naughtyText,
)

/** Which strings are secrets goes by their names. */
function textOf(name: string): fc.Arbitrary<string> {
  const isSecret = /password$|token$|^value$/i.test(name)
  return isSecret
    ? fc.oneof(
        fc.constant(canary),
        naughtyText.map((text) => `${text}${canary}`),
      )
    : texts
}

function literalOf(type: GraphQLInputType, name: string): fc.Arbitrary<string> {
  return valueOf(type, name, {
    object: (members) => `{ ${members.map(([key, value]) => `${key}: ${value}`).join(', ')} }`,
    enumerated: (value) => value,
    json: fc.constantFrom(
      '{}',
      '{ a: 1 }',
      '{ a: { b: [1, "c", null, true, 1.5] } }',
      '{ a: 1e999 }',
      '{ a: $x }',
    ),
  })
}

function jsonOf(type: GraphQLInputType, name: string): fc.Arbitrary<string> {
  return valueOf(type, name, {
    object: (members) => `{${members.map(([key, value]) => `"${key}":${value}`).join(',')}}`,
    enumerated: (value) => `"${value}"`,
    json: fc.oneof(
      anyJson,
      anyJson.map((text) => `{"a":${text}}`),
    ),
  })
}

interface Notation {
  readonly object: (members: readonly (readonly [string, string])[]) => string
  readonly enumerated: (value: string) => string
  readonly json: fc.Arbitrary<string>
}

function valueOf(type: GraphQLInputType, name: string, notation: Notation): fc.Arbitrary<string> {
  const sound = soundValueOf(type, name, notation)
  return fc.oneof(
    { weight: 30, arbitrary: sound },
    fc.constantFrom('null', '1', '-1', '1e400', '9007199254740993', 'true', '"a"', '[]', '{}', '[null]'),
  )
}

function soundValueOf(type: GraphQLInputType, name: string, notation: Notation): fc.Arbitrary<string> {
  if (isNonNullType(type)) return soundValueOf(type.ofType, name, notation)
  if (isListType(type)) {
    return fc
      .array(valueOf(type.ofType, name, notation), { maxLength: 3 })
      .map((items) => `[${items.join(',')}]`)
  }
  if (type instanceof GraphQLEnumType) {
    return fc.constantFrom(...type.getValues().map(({ name: value }) => value)).map(notation.enumerated)
  }
  if (type instanceof GraphQLInputObjectType) return objectOf(type, notation)
  switch (type.name) {
    case 'Boolean':
      return fc.constantFrom('true', 'false')
    case 'Int':
    case 'SafeInt':
      return fc.oneof(fc.integer({ min: -2, max: 20 }), fc.integer(), fc.maxSafeInteger()).map(String)
    case 'JSONObject':
      return notation.json
    default:
      return textOf(name).map((text) => JSON.stringify(text))
  }
}

function objectOf(type: GraphQLInputObjectType, notation: Notation): fc.Arbitrary<string> {
  const fields = Object.values(type.getFields())
  const members = fields.map((field) => {
    const member = valueOf(field.type, field.name, notation).map((value) => [field.name, value] as const)
    return { isRequired: isRequiredInputField(field), member }
  })
  if (type.isOneOf)
    return fc.oneof(...members.map(({ member }) => member)).map((one) => notation.object([one]))
  return fc
    .tuple(...members.map(({ isRequired, member }) => (isRequired ? member : fc.option(member))))
    .map((some) => notation.object(some.filter((one) => one !== null)))
}
