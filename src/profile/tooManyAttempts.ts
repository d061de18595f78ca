import type { Subject } from '../authentication/subject.ts'

/** The answer to what is tried too often. */
export interface TooManyAttempts {
  readonly kind: 'TooManyAttempts'
  readonly message: string
  /** After how many seconds the next one may come, at least 1. */
  readonly retryAfterSeconds: number
}

/** Counts an attempt of a user. Null: go on; else after how many seconds the next one may come, at least 1. */
export type CountAttempt = (user: Pick<Subject, 'username' | 'realm'>) => Promise<number | null>

export function tooManyAttempts(retryAfterSeconds: number): TooManyAttempts {
  const message = `too many attempts, try again in ${retryAfterSeconds}s`
  return { kind: 'TooManyAttempts', message, retryAfterSeconds }
}
