import {
  getOperationAST,
  GraphQLError,
  isInputType,
  Kind,
  parse,
  typeFromAST,
  type ASTNode,
  type GraphQLFormattedError,
  type GraphQLSchema,
} from 'graphql'
import { Failure, failureOf, mostProblems } from '../errors.ts'
import { JsonProblem } from '../json.ts'
import { inputProblems } from './inputProblems.ts'
import { literalProblem } from './literalProblem.ts'

/** What a client sent, by which errors are described without repeating it. */
export interface Params {
  readonly query?: unknown
  readonly variables?: unknown
  readonly operationName?: unknown
  readonly extensions?: unknown
  /** Names a document in place of `query`. */
  readonly documentId?: unknown
}

/** An error as a client may see it. */
export interface PublicError {
  readonly formatted: GraphQLFormattedError
  /** The HTTP status that it asks for. */
  readonly status: number
  /** Whether the request was sound HTTP: then `application/json` answers it with 200, as GraphQL over HTTP has it. */
  readonly sound: boolean
  /** What went wrong on our side: only the log may know. */
  readonly cause?: unknown
}

/** Describes errors without repeating a value: graphql-js prints literals and variables back, passwords included. */
export function publicErrors(
  errors: readonly GraphQLError[],
  schema: GraphQLSchema,
  params: Params,
): PublicError[] {
  const [first] = errors
  // Coercion stops before anything is run, and gives nothing but errors of its kind: they are described at once.
  if (first?.message.startsWith('Variable "$') && first.extensions.code === undefined) {
    const problems = variableProblems(schema, params)
    return [
      ofProblems('INVALID_INPUT', problems.length > 0 ? problems : ['a variable has no valid value'], first),
    ]
  }
  return errors.slice(0, mostProblems).map((error) => publicError(error, schema, params))
}

function publicError(error: GraphQLError, schema: GraphQLSchema, params: Params): PublicError {
  const { message, originalError, path, nodes = [], extensions } = error
  if (originalError instanceof Failure) return ofFailure(originalError, error)
  const literal = nodes.find(isLiteral)
  const place = () =>
    literal ? literalProblem(schema, parse(String(params.query)), literal) : argumentProblem(message)
  if (message.startsWith('Argument "')) return ofProblems('INVALID_INPUT', [place()], error)
  if (path) return ofFailure(failureOf(originalError ?? error), error)
  if (extensions.code === 'GRAPHQL_PARSE_FAILED') return ofSyntax(error)
  if (literal) {
    // What our own reader says of JSON repeats no value either.
    const problem = originalError instanceof JsonProblem ? `${place()}: ${originalError.message}` : place()
    return ofProblems('GRAPHQL_VALIDATION_FAILED', [problem], error)
  }
  if (originalError && !(originalError instanceof GraphQLError))
    return ofFailure(failureOf(originalError), error)
  // graphql-js says of some requests what they asked for.
  const isProtocol = typeof extensions.code === 'string'
  return ofProtocol(isProtocol ? message : 'The operation cannot be executed.', error)
}

function ofFailure(failure: Failure, { locations, path }: GraphQLError): PublicError {
  const { code, message, problems, retryAfterSeconds, status, cause } = failure
  const extensions = {
    code,
    ...(problems.length > 0 && { problems }),
    ...(retryAfterSeconds !== null && { retryAfterSeconds }),
  }
  return {
    formatted: { message, ...(locations && { locations }), ...(path && { path }), extensions },
    status,
    sound: false,
    ...(status >= 500 && !failure.isReported && { cause: cause ?? failure }),
  }
}

function ofProblems(code: string, all: readonly string[], { locations, path }: GraphQLError): PublicError {
  const problems = all.slice(0, mostProblems)
  const formatted = {
    message: problems.join('; '),
    ...(locations && { locations }),
    ...(path && { path }),
    extensions: { code, problems },
  }
  return { formatted, status: 400, sound: true }
}

function ofSyntax(error: GraphQLError): PublicError {
  const tooLong = /(contains more that \d+ tokens|has more than \d+ characters)/.exec(error.message)
  const { line, column } = error.locations?.[0] ?? { line: 1, column: 1 }
  return ofProtocol(tooLong ? `The document ${tooLong[0]}` : `Syntax error at ${line}:${column}`, error)
}

/**
 * What Yoga and graphql-js say of the protocol and of names. It repeats no value; names that the client has not used are
 * cut off.
 */
function ofProtocol(said: string, { locations, extensions }: GraphQLError): PublicError {
  const message = said.replace(/ Did you mean .*/s, '')
  const { code = 'BAD_REQUEST' } = extensions
  const { status = 400, spec = false } = (extensions.http ?? {}) as { status?: number; spec?: boolean }
  return {
    formatted: { message, ...(locations && { locations }), extensions: { code } },
    status,
    // Yoga says so of a request without a document, too, which is none of GraphQL's.
    sound: spec && code !== 'BAD_REQUEST',
  }
}

function variableProblems(schema: GraphQLSchema, { query, variables, operationName }: Params): string[] {
  const operation = getOperationAST(parse(String(query)), operationName as string | undefined)
  const given = (variables ?? {}) as Record<string, unknown>
  return (operation?.variableDefinitions ?? []).flatMap(({ variable, type: typeNode, defaultValue }) => {
    const { value: name } = variable.name
    const type = typeFromAST(schema, typeNode)
    const isGiven = Object.hasOwn(given, name)
    if (!isInputType(type) || (defaultValue && !isGiven)) return []
    return inputProblems(isGiven ? given[name] : undefined, type, name)
  })
}

/** What is wrong with an argument that a variable leaves without a value. */
function argumentProblem(message: string): string {
  const [, name, type] = /^Argument "(\w+)" of (?:required|non-null) type "([^"]+)"/.exec(message) ?? []
  return name === undefined ? 'an argument does not fit its place' : `${name}: expected ${type}`
}

function isLiteral({ kind }: ASTNode): boolean {
  return kind === Kind.OBJECT_FIELD || (kind.endsWith('Value') && kind !== Kind.VARIABLE)
}
