import { Failure, type FailureCode } from '../errors.ts'
import { isObject, type JsonObject, type JsonValue } from '../json.ts'
import { printable } from './printable.ts'

/** What a gateway has answered at Elasticsearch's address. */
export interface GatewayAnswer {
  readonly status: number
  readonly body: JsonObject
}

/** @throws what the answer says that went wrong, if it does; that something is not there is an answer */
export function gatewayAnswerOf(status: number, text: string): GatewayAnswer {
  const body = answerIn(text)
  if (body && (status < 300 || (status === 404 && body.error === undefined))) return { status, body }
  if (status < 400)
    throw new Failure('CONFIGURATION', 'what answers there is no gateway: expected a JSON object')
  const said = isObject(body?.error) ? body.error.reason : body?.error
  if (typeof said !== 'string' && codeOf(status) === 'INVALID_INPUT')
    throw new Failure('CONFIGURATION', `what answers there is no gateway: its answer has status ${status}`)
  const reason = typeof said === 'string' ? said : `status ${status}`
  // Whoever answers may be anybody.
  throw new Failure(codeOf(status), printable(sentenceOf(reason)))
}

function answerIn(text: string): JsonObject | null {
  try {
    const value = JSON.parse(text) as JsonValue
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

function codeOf(status: number): FailureCode {
  if (status === 401) return 'UNAUTHENTICATED'
  if (status === 403) return 'FORBIDDEN'
  if (status === 429) return 'TOO_MANY_ATTEMPTS'
  if (status >= 502) return 'UNAVAILABLE'
  return status >= 500 ? 'INTERNAL' : 'INVALID_INPUT'
}

/** Elasticsearch numbers what is wrong, even if it is one thing. */
export function sentenceOf(reason: string): string {
  return /^Validation Failed: 1: (?!.*; ?2: )(.*);$/s.exec(reason)?.[1] ?? reason
}
