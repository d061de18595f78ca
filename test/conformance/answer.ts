// What a server answers, and what the cases have to say of it again and again.

import assert from 'node:assert/strict'

/** A profile as Elasticsearch prints it: what is absent is left out. */
export interface ProfileBody {
  readonly uid: string
  readonly enabled: boolean
  readonly last_synchronized: number
  readonly user: Readonly<Record<string, unknown>>
  readonly labels: object
  readonly data: object
  readonly _doc: { readonly _primary_term: number; readonly _seq_no: number }
}

export interface WireError {
  readonly type: string
  readonly reason: string
  readonly root_cause?: readonly WireError[]
  readonly caused_by?: WireError
  readonly [member: string]: unknown
}

/** The parts of a body that cases look at by name. */
interface WireBody {
  readonly error: WireError
  readonly status?: number
  readonly profiles: readonly ProfileBody[]
  readonly errors?: { readonly count: number; readonly details: Readonly<Record<string, unknown>> }
  readonly [name: string]: unknown
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body, if it is JSON. */
  readonly body: WireBody
}

export async function answerOf(response: Response): Promise<Answer> {
  const { status, headers } = response
  const text = await response.text()
  const isJson = headers.get('content-type')?.includes('json') && text !== ''
  return { status, headers, text, body: (isJson ? JSON.parse(text) : {}) as WireBody }
}

export const challenges = ['Basic realm="security", charset="UTF-8"', 'Bearer realm="security"', 'ApiKey']

/** An error by its type and its reason. Source: spec 1.3. */
export function assertErrorWith(
  answer: Answer,
  status: number,
  type: string,
  expected: string | RegExp,
): void {
  const { type: actual, reason } = errorOf(answer)
  const expectedReason = typeof expected === 'string' ? expected : reason
  assert.deepEqual([answer.status, actual, reason], [status, type, expectedReason])
  assertText(reason, expected)
  assert.equal(answer.body.status, status)
}

/** The envelope of an error, whole. Source: spec 1.3. */
export function assertError(
  answer: Answer,
  status: number,
  type: string,
  expected: string | RegExp,
  more: object = {},
): void {
  assertErrorWith(answer, status, type, expected)
  const error = { type, reason: errorOf(answer).reason, ...more }
  assert.deepEqual(answer.body, { error: { root_cause: [error], ...error }, status })
}

/** Everything that a validation has against a request, numbered. Source: spec 1.3. */
export function assertInvalid(answer: Answer, ...problems: string[]): void {
  const numbered = problems.map((problem, index) => `${index + 1}: ${problem};`).join('')
  assertError(answer, 400, 'action_request_validation_exception', `Validation Failed: ${numbered}`)
}

/** An error that stands before any handler. Source: spec 1.5, 1.6. */
export function assertSimpleError(answer: Answer, status: number, error: string): void {
  assert.deepEqual(answer.body, { error, status })
  assert.equal(answer.status, status)
}

/** Source: spec 1.7. */
export function assertUnauthenticated(answer: Answer, expected: string | RegExp): void {
  assertError(answer, 401, 'security_exception', expected, { header: { 'WWW-Authenticate': challenges } })
  assert.equal(answer.headers.get('www-authenticate'), challenges.join(', '))
}

/** Source: spec 1.8. */
export function assertForbidden(answer: Answer, expected: string | RegExp): void {
  assertError(answer, 403, 'security_exception', expected)
  assert.equal(answer.headers.get('www-authenticate'), null)
}

export function assertOk(answer: Answer, body?: object): void {
  const { status, text } = answer
  assert.equal(status, 200, `200 expected, got ${status}: ${text}`)
  if (body) assert.deepEqual(answer.body, body)
}

export function assertText(actual: string, expected: string | RegExp): void {
  if (typeof expected === 'string') assert.equal(actual, expected)
  else assert.match(actual, expected)
}

/** The error of an answer; of one without, what it says instead. */
function errorOf({ body, text }: Answer): WireError {
  const error = body.error as WireError | string | undefined
  return typeof error === 'object' ? error : { type: 'no error', reason: text }
}
