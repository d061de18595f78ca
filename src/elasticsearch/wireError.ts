import type { Failure, FailureCode } from '../errors.ts'

/** An error behind another one, as it is rendered. */
interface Cause {
  readonly type: string
  readonly reason: string
  readonly caused_by?: Cause
}

interface WireErrorDetails {
  status?: number
  /** What lies behind it, for the client to see. */
  causedBy?: Cause
  /** What else stands in the error. */
  members?: Readonly<Record<string, string | number>>
  /** The one challenge of a 401, in place of the usual ones. */
  challenge?: string | null
  /** After how many seconds it may be tried again. */
  retryAfterSeconds?: number | null
}

/** An error as Elasticsearch would name it. Status 400, unless said. */
export class WireError extends Error {
  readonly type: string
  readonly status: number
  readonly causedBy: Cause | undefined
  readonly members: Readonly<Record<string, string | number>>
  readonly challenge: string | null
  readonly retryAfterSeconds: number | null

  constructor(
    type: string,
    reason: string,
    {
      status = 400,
      causedBy,
      members = {},
      challenge = null,
      retryAfterSeconds = null,
    }: WireErrorDetails = {},
  ) {
    super(reason)
    this.name = 'WireError'
    this.type = type
    this.status = status
    this.causedBy = causedBy
    this.members = members
    this.challenge = challenge
    this.retryAfterSeconds = retryAfterSeconds
  }
}

const types: Record<FailureCode, string> = {
  INVALID_INPUT: 'illegal_argument_exception',
  UNAUTHENTICATED: 'security_exception',
  FORBIDDEN: 'security_exception',
  TOO_SLOW: 'timeout_exception',
  TOO_LARGE: 'content_too_long_exception',
  TOO_MANY_ATTEMPTS: 'security_exception',
  CONFIGURATION: 'exception',
  INTERNAL: 'exception',
  UNAVAILABLE: 'unavailable_shards_exception',
}

/** How Elasticsearch names a failure of ours. */
export function wireErrorOf({
  code,
  status,
  message,
  problems,
  challenge,
  retryAfterSeconds,
}: Failure): WireError {
  const type = problems.length > 0 ? 'action_request_validation_exception' : types[code]
  return new WireError(type, message, { status, challenge, retryAfterSeconds })
}
