import type { Grant } from './people.ts'

/** What is measured, the same way at every server. */
export interface Scenario {
  readonly name: string
  /** What a row of it means. */
  readonly about: string
  readonly grant: Grant['kind']
  /** Whether a few users come again and again, or each request is another user's. */
  readonly users: 'again' | 'each once'
  /** `activation.unchanged_grace`, in milliseconds. Floor A has none: it always writes. */
  readonly graceMs: number
}

/** `activation.unchanged_grace` as it is without being set. */
const defaultGraceMs = 30_000

/** What the gateway can do so far. */
export const scenarios: readonly Scenario[] = [
  {
    name: 'password cold',
    about:
      'every request is another user’s first: argon2id (m=19456, t=2, p=1) is computed and the profile created',
    grant: 'password',
    users: 'each once',
    graceMs: defaultGraceMs,
  },
  {
    name: 'password repeated',
    about:
      'the same users again and again, each request writes; floor A remembers nothing and computes argon2id',
    grant: 'password',
    users: 'again',
    graceMs: 0,
  },
  {
    name: 'unchanged within the grace',
    about:
      'the same users again and again, nothing written but once in 30 s for each; floor A has no grace: it computes argon2id and writes',
    grant: 'password',
    users: 'again',
    graceMs: defaultGraceMs,
  },
  {
    name: 'jwt, writing',
    about:
      'the same users’ RS256 tokens again and again, verified each time, each request writes: the baseline of later steps',
    grant: 'jwt',
    users: 'again',
    graceMs: 0,
  },
]
