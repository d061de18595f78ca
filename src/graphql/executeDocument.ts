import { execute, type ExecutionArgs } from 'graphql'

/**
 * What is wrong with variables is worked out anew where it is told (./publicErrors.ts). For each mistake beyond the first one,
 * GraphQL's executor would print the whole value: of one of a megabyte that took seconds.
 */
const options = { maxCoercionErrors: 1 } as const

/** Executes a document by GraphQL's own executor. */
export function executeDocument(args: ExecutionArgs): ReturnType<typeof execute> {
  const { schema, document, operationName, variableValues, contextValue } = args
  return execute({ schema, document, operationName, variableValues, contextValue, options })
}
