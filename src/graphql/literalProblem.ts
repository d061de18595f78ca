import {
  BREAK,
  getNamedType,
  isInputObjectType,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type ASTNode,
  type DocumentNode,
  type GraphQLSchema,
} from 'graphql'
import { giveOne } from './inputProblems.ts'

/** What is wrong with a literal that validation has refused, as path and expectation, without repeating it. */
export function literalProblem(schema: GraphQLSchema, document: DocumentNode, refused: ASTNode): string {
  const typeInfo = new TypeInfo(schema)
  const path: string[] = []
  let problem = 'a literal does not fit its place'
  visit(
    document,
    visitWithTypeInfo(typeInfo, {
      enter(node) {
        if (node.kind === Kind.ARGUMENT || node.kind === Kind.OBJECT_FIELD) path.push(node.name.value)
        if (!isSame(node, refused)) return undefined
        problem = expectation(path.join('.') || 'a default value', node, typeInfo)
        return BREAK
      },
      leave(node) {
        if (node.kind === Kind.ARGUMENT || node.kind === Kind.OBJECT_FIELD) path.pop()
      },
    }),
  )
  return problem
}

// Validation and this walk may have parsed the document each for itself.
function isSame(one: ASTNode, other: ASTNode): boolean {
  return one.kind === other.kind && one.loc?.start === other.loc?.start
}

function expectation(path: string, node: ASTNode, typeInfo: TypeInfo): string {
  const type = typeInfo.getInputType()
  if (!type)
    return `${path}: is not a field of ${getNamedType(typeInfo.getParentInputType())?.name ?? 'this input'}`
  const named = getNamedType(type)
  if (node.kind !== Kind.OBJECT || !isInputObjectType(named)) return `${path}: expected ${String(type)}`
  if (named.isOneOf) return giveOne(path, named.getFields())
  const given = node.fields.map(({ name }) => name.value)
  const missing = Object.values(named.getFields()).filter(({ name }) => !given.includes(name))
  return `${path}: expected ${missing.map(({ name, type: missingType }) => `${name}: ${String(missingType)}`).join(', ')}`
}
