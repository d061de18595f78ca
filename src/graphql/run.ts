import { GraphQLError, parse, validate, type DocumentNode, type GraphQLSchema } from 'graphql'
import { failureOf } from '../errors.ts'
import type { AnswersMemory } from './answersMemory.ts'
import { createContext, type Sender } from './builder.ts'
import { executeDocument } from './executeDocument.ts'

type Data = Readonly<Record<string, unknown>>

/**
 * Makes the function that runs our own operations, parsed and validated once, now. The rules for strangers' documents do
 * not apply to them. Of several in a document, one is named. It returns the data, or throws the failure of the first field
 * that failed.
 */
export function createRun(
  schema: GraphQLSchema,
  operations: readonly string[],
  answersMemory: AnswersMemory,
) {
  const documents = new Map(operations.map((operation) => [operation, prepare(schema, operation)]))

  return async function run(
    operation: string,
    variableValues: Data,
    sender: Sender,
    operationName?: string,
  ): Promise<Data> {
    const document = documents.get(operation)
    if (!document) throw new Error('not an operation that was prepared')
    const contextValue = createContext(sender, answersMemory)
    try {
      const result = await executeDocument({ schema, document, operationName, variableValues, contextValue })
      const [error] = result.errors ?? []
      if (error) throw failureOf(error.originalError ?? error)
      return result.data ?? {}
    } finally {
      contextValue.answerMemory.release()
    }
  }
}

function prepare(schema: GraphQLSchema, operation: string): DocumentNode {
  const document = parse(operation)
  const errors = validate(schema, document)
  if (errors.length > 0) throw new GraphQLError(errors.map(({ message }) => message).join('\n'))
  return document
}
