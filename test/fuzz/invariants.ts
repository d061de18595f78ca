import { isObject, type JsonValue } from '../../src/json.ts'
import { statusOf } from '../../src/errors.ts'
import { canary } from './canary.ts'
import { isLast, type WireAnswer, type WireRequest } from './wire.ts'

/** Everything that a request can be answered with. */
const statuses = [200, 201, 204, 400, 401, 403, 404, 405, 406, 409, 413, 415, 429, 431]

/** What is wrong on our side. */
const ours = Object.entries(statusOf).flatMap(([code, status]) => (status >= 500 ? [code] : []))

const graphqlCodes = [
  ...Object.keys(statusOf),
  ...['BAD_REQUEST', 'BAD_USER_INPUT', 'GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED'],
  ...['OPERATION_RESOLUTION_FAILURE', 'PERSISTED_QUERY_NOT_SUPPORTED'],
]

/** Headers that every answer of a door has, if one of them has it. */
const securityHeaders =
  /^(x-elastic-product|x-content-type-options|x-frame-options|strict-transport-security|referrer-policy|content-security-policy|permissions-policy|cross-origin-.*)$/

interface Doors {
  readonly rest: WireAnswer
  readonly graphql: WireAnswer
}

/**
 * Makes the function that says what is wrong with an answer, or null.
 * @param plain what each door answers to nothing special
 */
export function createInvariants(plain: Doors) {
  return function problemOf(request: WireRequest, answer: WireAnswer): string | null {
    const { status, headers, body } = answer
    const text = body.toString('utf8')
    if (!statuses.includes(status)) return `the status is ${status}: ${text}`
    // The one header that is sent back.
    const sent = headers.filter(([name]) => name !== 'x-opaque-id')
    const all = `${sent.flat().join('\n')}\n${text}`
    if (all.includes(canary)) return `the answer has a secret that was sent: ${text}`
    const credential = request.headers.find(([name, value]) => isSecret(name, value) && all.includes(value))
    if (credential) return `the answer has the header ${credential[0]} that was sent: ${text}`
    // What cannot be read is not for a door either.
    const isGraphql = request.target.split('?')[0] === '/graphql' && !(status === 400 && isLast(answer))
    const lacking = lackingHeaders(isGraphql ? plain.graphql : plain.rest, answer)
    if (lacking !== undefined && !request.target.startsWith('/health/'))
      return `the answer lacks the header ${lacking}`
    if (status === 401 && !headers.some(([name]) => name === 'www-authenticate'))
      return 'a 401 has no challenge'
    return contentProblem(request, answer, text, isGraphql)
  }
}

function contentProblem(
  { method, target }: WireRequest,
  { status, headers, body }: WireAnswer,
  text: string,
  isGraphql: boolean,
): string | null {
  const type = headers.find(([name]) => name === 'content-type')?.[1] ?? ''
  if (method === 'HEAD' || body.length === 0) return null
  if (type.startsWith('text/html')) return isGraphql && status === 200 ? null : `${status} is a page`
  if (/^application\/(yaml|vnd\.elasticsearch\+yaml)/.test(type)) return null
  if (!/^application\/(json|graphql-response\+json|vnd\.elasticsearch\+json)/.test(type)) {
    return `the content type is ${type}: ${text}`
  }
  const value = parsed(body)
  if (value === undefined) return `the body is no JSON: ${text}`
  if (isGraphql) return graphqlProblem(value, text)
  // What was filtered can be anything.
  return status < 400 || target.includes('filter_path') || isRestError(value, status)
    ? null
    : `it is no error of this door: ${text}`
}

function parsed(body: Buffer): JsonValue | undefined {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as JsonValue
  } catch {
    return undefined
  }
}

/** Health checks and GraphQL's own address aside. */
function isRestError(value: JsonValue, status: number): boolean {
  if (!isObject(value)) return false
  const { error, found } = value
  // What was asked for by name, and is not there.
  if (status === 404 && (found === false || error === undefined)) return true
  if (typeof error === 'string') return true
  return (
    isObject(error) &&
    typeof error.type === 'string' &&
    typeof error.reason === 'string' &&
    value.status === status
  )
}

function graphqlProblem(value: JsonValue, text: string): string | null {
  if (!isObject(value)) return `it is no answer of GraphQL: ${text}`
  const { errors = [], data, ...others } = value
  if (Object.keys(others).length > 0) return `it has more than data and errors: ${text}`
  if (data === undefined && (!Array.isArray(errors) || errors.length === 0)) return `it has neither: ${text}`
  if (!Array.isArray(errors)) return `errors is no list: ${text}`
  for (const error of errors) {
    const code = isObject(error) && isObject(error.extensions) ? error.extensions.code : undefined
    if (typeof code !== 'string' || !graphqlCodes.includes(code))
      return `an error has no code of ours: ${text}`
    if (ours.includes(code)) return `an error is ours: ${text}`
  }
  return null
}

function isSecret(name: string, value: string): boolean {
  return /^(authorization|es-client-authentication)$/i.test(name) && value.length >= 16
}

function lackingHeaders(plain: WireAnswer, { headers }: WireAnswer): string | undefined {
  return plain.headers
    .map(([name]) => name)
    .filter((name) => securityHeaders.test(name))
    .find((name) => !headers.some(([other]) => other === name))
}
