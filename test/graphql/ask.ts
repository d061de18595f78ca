import { expect } from 'vitest'
import { statusOf } from '../../src/errors.ts'
import { basic, elastic, type Credentials, type Fetch } from '../support/testApp.ts'

/** What the GraphQL door answers. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly data?: Readonly<Record<string, unknown>> | null
  readonly errors?: readonly GraphqlError[]
}

interface GraphqlError {
  readonly message: string
  readonly path?: readonly (string | number)[]
  readonly extensions: { readonly code: string; readonly problems?: readonly string[] }
}

/** Runs an operation, as the superuser if nobody else is named. */
export function ask(
  fetch: Fetch,
  query: string,
  variables: Record<string, unknown> = {},
  caller: Credentials | null = elastic,
): Promise<Answer> {
  return send(fetch, {
    headers: { authorization: caller && basic(caller) },
    body: JSON.stringify({ query, variables }),
  })
}

export interface Sent {
  method?: string
  /** The query string. */
  search?: Record<string, string>
  /** Null takes a header away that would be there: `authorization`, `accept`, `content-type`. */
  headers?: Record<string, string | null>
  body?: string | Uint8Array<ArrayBuffer>
}

/** Sends `/graphql` what need not be a sound request: by POST, as JSON, from the superuser, unless it says otherwise. */
export async function send(
  fetch: Fetch,
  { method = 'POST', search = {}, headers = {}, body }: Sent,
): Promise<Answer> {
  const all: Record<string, string | null> = {
    authorization: basic(elastic),
    accept: 'application/graphql-response+json',
    'content-type': 'application/json',
    ...headers,
  }
  const response = await fetch(`/graphql?${new URLSearchParams(search).toString()}`, {
    method,
    headers: Object.entries(all).filter((header): header is [string, string] => header[1] !== null),
    ...(body !== undefined && { body }),
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json') && text !== ''
  const answer = isJson ? (JSON.parse(text) as Pick<Answer, 'data' | 'errors'>) : {}
  return { status: response.status, headers: response.headers, text, ...answer }
}

/** The codes of every error: our catalogue's, and those of the protocol. Source: design 5. */
const codes = [
  ...Object.keys(statusOf),
  'BAD_REQUEST',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'OPERATION_NOT_ALLOWED',
  'PERSISTED_QUERY_NOT_SUPPORTED',
]

/** Expects a refusal: this status, no data, GraphQL errors with known codes, this one first. */
export function expectRefused(
  { status, headers, text, data, errors = [] }: Answer,
  ...expected: [number, string]
) {
  expect([status, errors[0]?.extensions.code], text).toEqual(expected)
  expect(data ?? null).toBeNull()
  expect(headers.get('content-type')).toMatch(/^application\/(graphql-response\+)?json; charset=utf-8$/)
  for (const { message, extensions } of errors) {
    expect(message).not.toBe('')
    expect(codes).toContain(extensions.code)
  }
}
