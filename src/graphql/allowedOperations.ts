import { hash } from 'node:crypto'
import { GraphQLError, specifiedRules, stripIgnoredCharacters, type GraphQLSchema } from 'graphql'
import { Failure } from '../errors.ts'
import { isObject } from '../json.ts'
import type { Params } from './publicErrors.ts'
import { ownRules } from './rules.ts'
import { maxLength, parseWithinLimits, validateWithinLimits } from './withinLimits.ts'

type Operations = readonly (readonly [id: string, document: string])[]

/**
 * Makes what lets the listed operations pass and no others: named by their id, by their SHA-256 hash, or written out,
 * however they are laid out.
 * @throws `CONFIGURATION` naming each that could not be run
 */
export function createAllowedOperations(schema: GraphQLSchema, operations: Operations) {
  const problems = operations.flatMap(([id, document]) =>
    problemsOf(schema, document).map((problem) => `graphql.allowed_operations: ${id}: ${problem}`),
  )
  if (problems.length > 0)
    throw new Failure('CONFIGURATION', 'not every allowed operation can be run', { problems })
  const byText = new Map(operations.map(([, document]) => [textOf(document), document]))
  const byId = new Map(
    operations.flatMap(([id, document]) => {
      const digest = hash('sha256', document)
      return [digest, `sha256:${digest}`, id].map((name) => [name, document] as const)
    }),
  )

  /** The same request with the document that it means, or why that is not run. */
  return function allowed(asked: Params): Params | GraphQLError {
    const { query, documentId, ...params } = isObject(asked) ? asked : {}
    const id = documentId ?? hashIn(params.extensions)
    const named = typeof id === 'string' ? byId.get(id) : undefined
    const written = typeof query === 'string' ? byText.get(textOf(query)) : undefined
    const document = named ?? written
    const agree = (id == null || named === document) && (query == null || written === document)
    return document !== undefined && agree ? { ...params, query: document } : notAllowed
  }
}

export type AllowedOperations = ReturnType<typeof createAllowedOperations>

/**
 * Lets everything pass where there is no list, but what is only named by its hash: Apollo's clients, and others, then send
 * the document itself.
 */
export const anyOperation: AllowedOperations = (asked) => {
  const { query, extensions } = isObject(asked) ? asked : {}
  return query == null && hashIn(extensions) != null ? notPersisted : asked
}

const notPersisted = new GraphQLError('PersistedQueryNotSupported', {
  extensions: { code: 'PERSISTED_QUERY_NOT_SUPPORTED', http: { status: 400, spec: true } },
})

const notAllowed = new GraphQLError('Only the operations on the list of this gateway can be run.', {
  extensions: { code: 'OPERATION_NOT_ALLOWED', http: { status: 403 } },
})

function problemsOf(schema: GraphQLSchema, document: string): string[] {
  try {
    const rules = [...specifiedRules, ...ownRules]
    return validateWithinLimits()(schema, parseWithinLimits(document), rules).map(({ message }) => message)
  } catch (error) {
    if (error instanceof GraphQLError) return [error.message]
    throw error
  }
}

/** A document without what makes no difference. What is none is like no document. */
function textOf(document: string): string | null {
  try {
    return document.length > maxLength ? null : stripIgnoredCharacters(document)
  } catch {
    return null
  }
}

/** Where Apollo's clients say which operation they mean. */
function hashIn(extensions: unknown): unknown {
  const { persistedQuery } = (extensions ?? {}) as { persistedQuery?: { sha256Hash?: unknown } }
  return persistedQuery?.sha256Hash
}
