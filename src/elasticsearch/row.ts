import type { Answer } from './answer.ts'
import type { Body } from './body.ts'

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE'

/** What a row's functions are given of a request. */
export interface RowRequest<Parsed = unknown> {
  readonly method: Method
  /** What stands in the path where the row has `{name}`; empty where it has no such place. */
  readonly path: (name: string) => string
  readonly parameter: (name: string) => string | undefined
  readonly body: Parsed
}

/**
 * One endpoint: which requests are its, and how one becomes a GraphQL operation and its result an answer.
 * It decides nothing.
 */
export interface Row<Parsed, Data> {
  readonly methods: readonly Method[]
  /** `{name}` stands for any one segment. */
  readonly paths: readonly string[]
  /** Query parameters of its own, beside those that every row takes. */
  readonly parameters?: readonly string[]
  /** Has the body read, and checks it. A row without it takes none. */
  readonly parse?: (read: () => Body, path: (name: string) => string) => Parsed
  /** Says that a request is not valid, where Elasticsearch has another form for that than its envelope. */
  readonly refuse?: (message: string, problems: readonly string[], request: RowRequest<Parsed>) => Answer
  /** A GraphQL document. */
  readonly operation: string
  /** Which operation of the document, where it has several. */
  readonly operationName?: (request: RowRequest<Parsed>) => string
  /** Makes the variables; what contradicts itself is refused here. */
  readonly variables: (request: RowRequest<Parsed>) => Readonly<Record<string, unknown>>
  readonly answer: (data: Data, request: RowRequest<Parsed>) => Answer
}

/** A row of which only its own functions know what passes between them. */
export type AnyRow = Omit<Row<never, never>, 'parse'> & {
  readonly parse?: (...given: ParseParameters) => unknown
}

type ParseParameters = Parameters<NonNullable<Row<unknown, unknown>['parse']>>
