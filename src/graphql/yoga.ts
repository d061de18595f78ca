import {
  getOperationAST,
  specifiedRules,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type GraphQLSchema,
  type validate,
} from 'graphql'
import { createYoga, type Plugin } from 'graphql-yoga'
import { LRUCache } from 'lru-cache'
import { executeDocument } from './executeDocument.ts'
import { ownRules } from './rules.ts'
import { parseWithinLimits, validateWithinLimits } from './withinLimits.ts'

/**
 * The pipeline for strangers' documents: parse, validate, execute, each document's parsing and validation remembered.
 * Its HTTP layer is not used, so no guard may be one of that layer's hooks, nor one of Envelop's, which a document that is
 * remembered does not meet: here they are parser limits and rules.
 */
export function createPipeline(schema: GraphQLSchema) {
  const remembered = withoutCredentials(schema)
  return createYoga({
    schema,
    plugins: [limits, runRemembered(schema, remembered)],
    parserAndValidationCache: {
      documentCache: remembered,
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

const allRules = [...specifiedRules, ...ownRules]

const limits: Plugin = {
  onParse({ setParseFn }) {
    setParseFn(parseWithinLimits)
  },
  // Nothing is sent in parts here: GraphQL's own executor takes half as long as the one that can do that.
  onExecute({ setExecuteFn }) {
    setExecuteFn(executeDocument)
  },
  onValidate({ addValidationRule, validateFn, setValidationFn }) {
    setValidationFn(validateWithinLimits(validateFn as typeof validate))
    for (const rule of ownRules) addValidationRule(rule)
  },
}

/**
 * Has a document that is remembered, and so is valid, executed at once: on its way through the pipeline each plugin would
 * look at it once more. Its parameters are checked as ever; what is sent by GET, or names no operation, is the pipeline's
 * to refuse.
 */
function runRemembered(schema: GraphQLSchema, documents: Documents): Plugin {
  return {
    onParams({ params, request, setParamsHandler }) {
      // Whether they are an object at all is looked at after this.
      const { query, operationName } = (params as typeof params | null) ?? {}
      const document = request.method === 'POST' && query !== undefined ? documents.get(query) : undefined
      if (!document || !getOperationAST(document, operationName)) return
      setParamsHandler(({ params: { variables: variableValues }, context: contextValue }) =>
        executeDocument({ schema, document, operationName, variableValues, contextValue }),
      )
    },
  }
}

type Documents = ReturnType<typeof withoutCredentials>

/**
 * Keeps parsed documents that are valid, except those with a credential written into them. One that is not valid may hold a
 * credential anywhere.
 */
function withoutCredentials(schema: GraphQLSchema) {
  const documents = new LRUCache<string, DocumentNode>({
    maxSize: 16_000_000,
    maxEntrySize: 300_000,
    sizeCalculation: (document, text) => 2 * text.length + bytesOfToken * tokensIn(document),
  })
  return {
    get: (text: string) => documents.get(text),
    set(text: string, document: DocumentNode) {
      const isValid = validateWithinLimits()(schema, document, allRules).length === 0
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

/** What a parsed document takes in memory for each of its tokens, measured: far more than the token's text. */
const bytesOfToken = 250

function tokensIn({ loc }: DocumentNode): number {
  let count = 0
  for (let token = loc?.startToken ?? null; token; token = token.next) count += 1
  return count
}
