import {
  GraphQLError,
  Kind,
  type ASTVisitor,
  type SelectionNode,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql'

// The introspection query that clients send needs 16.
const maxDepth = 20
const maxDirectives = 2

/** What is demanded of a document beside what GraphQL does, and beside the limits. */
export const ownRules = [supportedOperationsRule, storableStringsRule]

/** However it is written, a document has one field that takes a credential: one request tries one credential. */
export function oneCredentialRule(context: ValidationContext): ASTVisitor {
  let taken = 0
  return {
    Field(node) {
      if (context.getFieldDef()?.extensions.takesCredential !== true || ++taken === 1) return
      context.reportError(
        new GraphQLError('A document may have one field that takes a credential.', { nodes: node }),
      )
    },
  }
}

/** The schema has no subscriptions. */
function supportedOperationsRule(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition(node) {
      if (context.getSchema().getRootType(node.operation)) return
      context.reportError(new GraphQLError(`There are no ${node.operation}s here.`, { nodes: node }))
    },
  }
}

/** No database stores U+0000 and lone surrogates alike. */
function storableStringsRule(context: ValidationContext): ASTVisitor {
  return {
    StringValue(node) {
      if (node.value.isWellFormed() && !node.value.includes('\0')) return
      const message = 'U+0000 and lone surrogates are not allowed in strings.'
      context.reportError(new GraphQLError(message))
    },
  }
}

/** No place takes the same directive twice, and a request can use two: `@skip` and `@include`. */
export function directivesRule(context: ValidationContext): ASTVisitor {
  let isTold = false
  return {
    enter(node) {
      if (isTold || !('directives' in node) || node.directives.length <= maxDirectives) return
      isTold = true
      const message = `At most ${maxDirectives} directives may stand at one place.`
      context.reportError(new GraphQLError(message, { nodes: node }))
    },
  }
}

/** Selections nest at most 20 deep, fragments included. */
export function depthRule(context: ValidationContext): ASTVisitor {
  const depths = new Map<string, number>()
  return {
    OperationDefinition({ selectionSet }) {
      if (depthOf(selectionSet) > maxDepth) {
        context.reportError(new GraphQLError(`Selections may nest at most ${maxDepth} deep.`))
      }
    },
  }

  function depthOf({ selections }: SelectionSetNode): number {
    return Math.max(0, ...selections.map(depthOfSelection))
  }

  function depthOfSelection(selection: SelectionNode): number {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return depthOfFragment(selection.name.value)
    const below = selection.selectionSet ? depthOf(selection.selectionSet) : 0
    return selection.kind === Kind.FIELD ? 1 + below : below
  }

  /** Each fragment is measured once; one that contains itself is refused by another rule. */
  function depthOfFragment(name: string): number {
    const known = depths.get(name)
    if (known !== undefined) return known
    depths.set(name, 0)
    const fragment = context.getFragment(name)
    const depth = fragment ? depthOf(fragment.selectionSet) : 0
    depths.set(name, depth)
    return depth
  }
}
