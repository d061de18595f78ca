import { parse, TypeInfo, visit, visitWithTypeInfo, type DocumentNode, type GraphQLSchema } from 'graphql'
import { createYoga, type Plugin } from 'graphql-yoga'
import { LRUCache } from 'lru-cache'
import { depthRule, oneCredentialRule, storableStringsRule } from './rules.ts'

const maxTokens = 2_000

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

const limits: Plugin = {
  onParse({ setParseFn }) {
    setParseFn((source: string, options?: object) => parse(source, { ...options, maxTokens }))
  },
  onValidate({ addValidationRule }) {
    addValidationRule(oneCredentialRule)
    addValidationRule(storableStringsRule)
    addValidationRule(depthRule)
  },
}

/** Keeps parsed documents, except those with a credential written into them. */
function withoutCredentials(schema: GraphQLSchema) {
  const documents = new LRUCache<string, DocumentNode>({
    maxSize: 4_000_000,
    maxEntrySize: 20_000,
    sizeCalculation: (_, text) => text.length + 1,
  })
  return {
    get: (text: string) => documents.get(text),
    set(text: string, document: DocumentNode) {
      if (!hasLiteralCredential(schema, document)) documents.set(text, document)
    },
  }
}

function hasLiteralCredential(schema: GraphQLSchema, document: DocumentNode): boolean {
  const typeInfo = new TypeInfo(schema)
  let found = false
  visit(
    document,
    visitWithTypeInfo(typeInfo, {
      StringValue() {
        found ||= typeInfo.getFieldDef()?.extensions.takesCredential === true
      },
    }),
  )
  return found
}
