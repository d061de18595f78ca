import type { WireError } from './wireError.ts'

/** What a row answers: a status, and a body that is rendered as JSON. */
export interface Answer {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string | string[]>>
}

export function ok(body: unknown): Answer {
  return { status: 200, body }
}

/** Source: spec 1.7. */
const challenges = ['Basic realm="security", charset="UTF-8"', 'Bearer realm="security"', 'ApiKey']

/** The envelope around every error; a 401 repeats its challenges inside, one alone as text. Source: spec 1.3, 1.7. */
export function errorAnswer(wireError: WireError): Answer {
  const { type, message: reason, status, causedBy, members, retryAfterSeconds } = wireError
  const challenge = wireError.challenge ?? challenges
  const header = status === 401 ? { header: { 'WWW-Authenticate': challenge } } : {}
  // Elasticsearch unwraps what went wrong while parsing, and only that.
  const isUnwrapped = /^(x_content_)?parse_exception$/.test(type) && causedBy?.type === type
  const rootCause = isUnwrapped ? causedBy : { type, reason }
  const error = { type, reason, ...members, ...(causedBy && { caused_by: causedBy }), ...header }
  return {
    status,
    body: { error: { root_cause: [{ ...rootCause, ...members, ...header }], ...error }, status },
    headers: {
      ...(status === 401 && { 'www-authenticate': challenge }),
      ...(retryAfterSeconds !== null && { 'retry-after': `${retryAfterSeconds}` }),
    },
  }
}

/** Errors that stand before any handler have no envelope. Source: spec 1.5, 1.6. */
export function simpleError(status: number, error: string, headers: Record<string, string> = {}): Answer {
  return { status, body: { error, status }, headers }
}
