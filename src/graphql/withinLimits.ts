import { GraphQLError, parse, validate, type DocumentNode, type ParseOptions } from 'graphql'
import { costRule } from './costRule.ts'
import { depthRule, directivesRule, oneCredentialRule } from './rules.ts'

const maxLexicalTokens = 2_000
/** In characters: graphql-js looks for the line of each error from the start. */
export const maxLength = 65_536
const limitRules = [depthRule, directivesRule, costRule, oneCredentialRule]

/** Parses a stranger's document. @throws `GraphQLError` also of one that is too long or too deep */
export function parseWithinLimits(source: string, options: ParseOptions = {}): DocumentNode {
  if (source.length > maxLength) {
    throw refused('GRAPHQL_PARSE_FAILED', `The document has more than ${maxLength} characters.`)
  }
  return withinStack(() => parse(source, { ...options, maxLexicalTokens }))
}

/** Validates as `check` does, but looks at the limits first: what is beyond them is not looked at any further. */
export function validateWithinLimits(check = validate): typeof validate {
  return (schema, document, ...given) => {
    try {
      return withinStack(() => {
        const beyond = validate(schema, document, limitRules)
        return beyond.length > 0 ? beyond : check(schema, document, ...given)
      })
    } catch (error) {
      if (error instanceof GraphQLError) return [error]
      throw error
    }
  }
}

/** graphql-js walks documents by recursion: what nests beyond the stack is the document's fault, not ours. */
function withinStack<T>(walk: () => T): T {
  try {
    return walk()
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw refused('GRAPHQL_VALIDATION_FAILED', 'The document is nested too deep.')
  }
}

function refused(code: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code, http: { status: 400, spec: true } } })
}
