import {
  OperationProcessingError,
  processIntrospectionResponse,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
  type AuthorizationServer,
  type Client,
} from 'oauth4webapi'
import { JsonProblem, parseJson, type JsonObject, type JsonValue } from '../../json.ts'

/** What a server says of an active token. */
export interface ActiveToken {
  readonly claims: JsonObject
  /** Of the whole answer, in characters. */
  readonly length: number
}

/**
 * Reads what a server has answered; null is that the token is not active. Rejects with what `answerProblem` takes.
 * Source: RFC 7662, section 2.2.
 */
export async function readAnswer(
  server: AuthorizationServer,
  client: Client,
  response: Response,
): Promise<ActiveToken | null> {
  const read = response.status === 200 ? await jsonIn(response.clone()) : null
  await processIntrospectionResponse(server, client, response)
  // It is an object now, in which active is true or false.
  const { value, length } = read as { value: JsonObject; length: number }
  const { active, ...claims } = value
  return active === true ? { claims, length } : null
}

/** What is wrong with an answer, for the log: of the answer itself no more than its status and one of the known codes. */
export function answerProblem(thrown: unknown): string {
  if (thrown instanceof AnswerProblem) return thrown.message
  if (thrown instanceof JsonProblem)
    return `its answer is no strict JSON at line ${thrown.line}, column ${thrown.column}`
  const status = statusIn(thrown)
  if (status === null) return 'its answer does not say whether the token is active'
  if (status >= 300 && status < 400) return `it redirects with status ${status}`
  const code = clientErrors.find((one) => one === codeIn(thrown))
  const said = `it answers with status ${status}${code === undefined ? '' : ` [${code}]`}`
  const isOfClient = code !== undefined || [401, 403].includes(status)
  return isOfClient
    ? `${said}: the gateway is not the client that it says it is in [rp], or may not ask`
    : said
}

/** Whether the server says that it gives out no such tokens, whoever brings them. Source: RFC 7009, section 2.2.1. */
export function isOfUnknownType(thrown: unknown): boolean {
  return codeIn(thrown) === 'unsupported_token_type'
}

class AnswerProblem extends Error {
  override readonly name = 'AnswerProblem'
}

/** Source: RFC 6749, section 5.2; RFC 6750, section 3.1. */
const clientErrors = [
  'invalid_client',
  'unauthorized_client',
  'access_denied',
  'insufficient_scope',
  'invalid_token',
]

/**
 * Strict JSON that is called so. The library would take any type, of a name that comes twice the last one, and a signed
 * answer, which nobody has asked for, without looking at its signature.
 */
async function jsonIn(response: Response): Promise<{ value: JsonValue; length: number }> {
  const isJson = /^application\/json *(;|$)/i.test(response.headers.get('content-type') ?? '')
  if (!isJson) throw new AnswerProblem('its answer is no application/json')
  const text = await response.text()
  return { value: parseJson(Buffer.from(text)), length: text.length }
}

/** Of an answer that has another status than it should. */
function statusIn(thrown: unknown): number | null {
  if (thrown instanceof ResponseBodyError || thrown instanceof WWWAuthenticateChallengeError)
    return thrown.status
  const isOfResponse = thrown instanceof OperationProcessingError && thrown.cause instanceof Response
  return isOfResponse ? (thrown.cause as Response).status : null
}

function codeIn(thrown: unknown): string | null {
  return thrown instanceof ResponseBodyError ? thrown.error : null
}
