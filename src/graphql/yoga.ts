import {
  GraphQLError,
  parse,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type GraphQLSchema,
} from 'graphql'
import { createYoga, type Plugin } from 'graphql-yoga'
import { LRUCache } from 'lru-cache'
import { costRule } from './costRule.ts'
import {
  depthRule,
  directivesRule,
  oneCredentialRule,
  storableStringsRule,
  supportedOperationsRule,
} from './rules.ts'

const maxTokens = 2_000
/** In characters: graphql-js looks for the line of each error from the start. */
const maxLength = 65_536

/**
 * The pipeline for strangers' documents: parse, validate, execute, each document's parsing and validation remembered.
 * Its HTTP layer is not used, so no guard may be one of that layer's hooks: here they are parser limits and rules.
 */
export function createPipeline(schema: GraphQLSchema) {
  return createYoga({
    schema,
    plugins: [limits],
    parserAndValidationCache: {
      documentCache: withoutCredentials(schema),
      // What does not parse may be a password in the wrong place.
      errorCache: { get: () => undefined, set: () => undefined },
    },
    maskedErrors: false,
    logging: false,
    graphiql: false,
    landingPage: false,
    cors: false,
    multipart: false,
    batching: false,
  })
}

export type Pipeline = ReturnType<typeof createPipeline>

const limits: Plugin = {
  onParse({ setParseFn }) {
    setParseFn((source: string, options?: object) => {
      if (source.length > maxLength) {
        throw refused('GRAPHQL_PARSE_FAILED', `The document has more than ${maxLength} characters.`)
      }
      return withinStack(() => parse(source, { ...options, maxTokens }))
    })
  },
  onValidate({ addValidationRule, validateFn, setValidationFn }) {
    setValidationFn(validateWithin(validateFn as typeof validate))
    addValidationRule(supportedOperationsRule)
    addValidationRule(storableStringsRule)
  },
}

const limitRules = [depthRule, directivesRule, costRule, oneCredentialRule]

/** Looks at the limits first: what is beyond them is not looked at any further. */
function validateWithin(check: typeof validate): typeof validate {
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

/**
 * Keeps parsed documents, except those with a credential written into them. One that is not valid may hold a
 * credential anywhere.
 */
function withoutCredentials(schema: GraphQLSchema) {
  const documents = new LRUCache<string, DocumentNode>({
    maxSize: 4_000_000,
    maxEntrySize: 20_000,
    sizeCalculation: (_, text) => text.length + 1,
  })
  return {
    get: (text: string) => documents.get(text),
    set(text: string, document: DocumentNode) {
      const isValid = validateWithin(validate)(schema, document).length === 0
      if (isValid && !hasLiteralCredential(schema, document)) documents.set(text, document)
    },
  }
}

function hasLiteralCredential(schema: GraphQLSchema, document: DocumentNode): boolean {
  const typeInfo = new TypeInfo(schema)
  const has = { credentialField: false, default: false, literal: false }
  const isCredentialField = () => typeInfo.getFieldDef()?.extensions.takesCredential === true
  const literal = () => {
    has.literal ||= isCredentialField()
  }
  visit(
    document,
    visitWithTypeInfo(typeInfo, {
      VariableDefinition({ defaultValue }) {
        has.default ||= defaultValue !== undefined
      },
      Field() {
        has.credentialField ||= isCredentialField()
      },
      StringValue: literal,
      IntValue: literal,
      FloatValue: literal,
      EnumValue: literal,
    }),
  )
  return has.literal || (has.credentialField && has.default)
}
