import {
  getNamedType,
  getNullableType,
  GraphQLError,
  isInterfaceType,
  isIntrospectionType,
  isListType,
  isObjectType,
  Kind,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  type ASTVisitor,
  type FieldNode,
  type GraphQLField,
  type GraphQLNamedType,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql'

const maxCost = 1_000
const maxMutationFields = 10
/** Of a field that reads the database, as those at the top do: there can be a hundred. */
const readingCost = 10
/** As how long a list is taken. */
const listSize = 10
/**
 * Of a field of the schema's own description, which is in memory: below all types, what tools send costs half of what is
 * allowed.
 */
const introspectionCost = 1 / 100
/**
 * Of all types of the schema, which are far more than another list has: there can be two of them, and one with what tools
 * send.
 */
const allTypesCost = 400

type Type = GraphQLNamedType | null | undefined
type Field = GraphQLField<unknown, unknown>

/**
 * Bounds what an operation costs: a field counts 1, or 10 where it reads the database, all types of the schema 400, and ten
 * times as much below each list. Fields are counted as they are run: each alias, and what is in a fragment once for each
 * selection that it is part of.
 */
export function costRule(context: ValidationContext): ASTVisitor {
  const schema = context.getSchema()
  const costs = new Map<SelectionSetNode, number>()
  return {
    OperationDefinition({ operation, selectionSet }) {
      const type = schema.getRootType(operation)
      if (type === schema.getMutationType() && [...fieldsIn(selectionSet, type)].length > maxMutationFields) {
        report(`A mutation may have at most ${maxMutationFields} fields.`)
      }
      requireAffordable(selectionSet, type)
    },
    // Those that no operation uses are validated like the others, which takes its time too.
    FragmentDefinition({ typeCondition, selectionSet }) {
      requireAffordable(selectionSet, schema.getType(typeCondition.name.value))
    },
  }

  function requireAffordable(selectionSet: SelectionSetNode, type: Type): void {
    if (costOf(selectionSet, type) > maxCost)
      report(`An operation may cost at most ${maxCost}: ask for fewer fields, above all below lists.`)
  }

  function report(message: string): void {
    context.reportError(new GraphQLError(message))
  }

  /** Each selection is counted once; one that contains itself is refused by another rule. */
  function costOf(selectionSet: SelectionSetNode, type: Type): number {
    const known = costs.get(selectionSet)
    if (known !== undefined) return known
    costs.set(selectionSet, 0)
    const cost = fieldsIn(selectionSet, type).reduce((sum, [node, on]) => sum + costOfField(node, on), 0)
    costs.set(selectionSet, cost)
    return cost
  }

  function costOfField({ name, selectionSet }: FieldNode, on: Type): number {
    const field = fieldOf(on, name.value)
    const isList = field !== undefined && isListType(getNullableType(field.type))
    const below = selectionSet ? costOf(selectionSet, field && getNamedType(field.type)) : 0
    return ownCost(field, on) + (isList ? listSize : 1) * below
  }

  function ownCost(field: Field | undefined, on: Type): number {
    if (field && on?.name === '__Schema' && field.name === 'types') return allTypesCost
    if (on && isIntrospectionType(on)) return introspectionCost
    const isAtTop = on === schema.getQueryType() || on === schema.getMutationType()
    return isAtTop || field?.extensions.readsDatabase === true ? readingCost : 1
  }

  /** What is selected of an object: a fragment that is spread again adds nothing. */
  function* fieldsIn(
    { selections }: SelectionSetNode,
    type: Type,
    spread = new Set<string>(),
  ): Generator<[FieldNode, Type], undefined> {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        yield [selection, type]
        continue
      }
      const isNamed = selection.kind === Kind.FRAGMENT_SPREAD
      if (isNamed && spread.has(selection.name.value)) continue
      if (isNamed) spread.add(selection.name.value)
      const fragment = isNamed ? context.getFragment(selection.name.value) : selection
      const condition = fragment?.typeCondition?.name.value
      if (fragment)
        yield* fieldsIn(fragment.selectionSet, condition ? schema.getType(condition) : type, spread)
    }
  }

  function fieldOf(type: Type, name: string): Field | undefined {
    const meta = [SchemaMetaFieldDef, TypeMetaFieldDef].find((field) => field.name === name)
    if (meta) return meta
    return isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined
  }
}
