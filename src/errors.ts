/**
 * Every way in which a request can fail, apart from the answers that a GraphQL result union carries, with the HTTP
 * status that both doors give it.
 */
export const statusOf = {
  /** The request is malformed or contradicts itself. */
  INVALID_INPUT: 400,
  /** The caller is not known: no credentials, or credentials that prove nobody. */
  UNAUTHENTICATED: 401,
  /** The caller is known and may not do this. */
  FORBIDDEN: 403,
  /** The request came more slowly than the gateway waits for it. */
  TOO_SLOW: 408,
  /** The request is larger than the gateway takes. */
  TOO_LARGE: 413,
  /** The caller has tried a credential too often. */
  TOO_MANY_ATTEMPTS: 429,
  /** The gateway or what it stores is set up in a contradictory way; the message says how. */
  CONFIGURATION: 500,
  /** Ours to mend; the message is withheld from clients. */
  INTERNAL: 500,
  /** Cannot be answered now; try again. */
  UNAVAILABLE: 503,
} as const

export type FailureCode = keyof typeof statusOf

interface FailureDetails {
  /** What lies behind it: for the log, never for a response. */
  cause?: unknown
  /** Everything that is wrong with the input, in the order in which Elasticsearch lists it. */
  problems?: readonly string[]
  /** Whether it is in the log already, once for all such requests. */
  isReported?: boolean
  /** What a 401 says in `WWW-Authenticate` in place of what it says of others. */
  challenge?: string
  /** After how many seconds it may be tried again. */
  retryAfterSeconds?: number
  /** Whether it is sure that nothing was written. */
  isUndone?: boolean
}

/** A failure with a message that may be shown and a cause that may not. */
export class Failure extends Error {
  readonly code: FailureCode
  readonly problems: readonly string[]
  readonly challenge: string | null
  readonly retryAfterSeconds: number | null
  readonly isReported: boolean
  readonly isUndone: boolean

  constructor(
    code: FailureCode,
    message: string,
    { cause, problems = [], challenge, retryAfterSeconds, ...details }: FailureDetails = {},
  ) {
    super(message, { cause })
    this.name = 'Failure'
    this.code = code
    this.problems = problems
    this.challenge = challenge ?? null
    this.retryAfterSeconds = retryAfterSeconds ?? null
    this.isReported = details.isReported ?? false
    this.isUndone = details.isUndone ?? false
  }

  get status(): number {
    return statusOf[this.code]
  }
}

/** The failure behind anything thrown: itself, or `INTERNAL` with what was thrown as its cause. */
export function failureOf(thrown: unknown): Failure {
  return thrown instanceof Failure ? thrown : new Failure('INTERNAL', 'internal error', { cause: thrown })
}

/** Whether it failed only for want of room: nothing was judged, and trying again soon may work. */
export function hasFoundNoRoom(thrown: unknown): boolean {
  return thrown instanceof Failure && thrown.code === 'UNAVAILABLE' && thrown.retryAfterSeconds !== null
}

/** Throws `INVALID_INPUT` naming the problems, in Elasticsearch's words, where there are any. */
export function refuseProblems(problems: readonly string[]): void {
  if (problems.length === 0) return
  const named = problems.slice(0, mostProblems)
  const numbered = named.map((problem, index) => `${index + 1}: ${problem};`).join('')
  throw new Failure('INVALID_INPUT', `Validation Failed: ${numbered}`, { problems: named })
}

/** More than these help nobody, and a small request could ask for a very long answer. */
export const mostProblems = 20

/** What is said in `WWW-Authenticate` of an access token that is no longer valid, or cannot be one. Source: spec 1.7. */
export const tokenChallenges = {
  expired: invalidToken('The access token expired'),
  malformed: invalidToken('The access token is malformed'),
}

function invalidToken(description: string): string {
  return `Bearer realm="security", error="invalid_token", error_description="${description}"`
}
