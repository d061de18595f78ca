/** The answer to what is tried too often. */
export interface TooManyAttempts {
  readonly kind: 'TooManyAttempts'
  readonly message: string
  /** After how many seconds the next one may come, at least 1. */
  readonly retryAfterSeconds: number
}

export function tooManyAttempts(retryAfterSeconds: number): TooManyAttempts {
  const message = `too many attempts, try again in ${retryAfterSeconds}s`
  return { kind: 'TooManyAttempts', message, retryAfterSeconds }
}
