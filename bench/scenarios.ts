/** What is measured, the same way at every server. */
export interface Scenario {
  readonly name: string
  /** What a row of it means. */
  readonly about: string
  readonly proof: Proof
  /**
   * What each request is the first to bring: another user, or another token of the few users who come again and
   * again, or nothing, since they come with what proved them before.
   */
  readonly fresh: 'users' | 'tokens' | 'nothing'
  /** `activation.unchanged_grace`, in milliseconds. Floor A has none: it always writes. */
  readonly graceMs: number
}

/** What proves a user: a password, a JWT with this algorithm, or a token of the server's own. */
export type Proof = 'password' | 'RS256' | 'ES256' | 'opaque token'

/** `activation.unchanged_grace` as it is without being set. */
const defaultGraceMs = 30_000

/** All of them, in the order in which they are measured. */
export const scenarios: readonly Scenario[] = [
  {
    name: 'password cold',
    about:
      'every request is another user’s first: argon2id (m=19456, t=2, p=1) is computed and the profile created',
    proof: 'password',
    fresh: 'users',
    graceMs: defaultGraceMs,
  },
  {
    name: 'password repeated',
    about:
      'the same users again and again, each request writes; floor A remembers nothing and computes argon2id',
    proof: 'password',
    fresh: 'nothing',
    graceMs: 0,
  },
  {
    name: 'unchanged within the grace',
    about:
      'the same users again and again, nothing written but once in 30 s for each; floor A has no grace: it computes argon2id and writes',
    proof: 'password',
    fresh: 'nothing',
    graceMs: defaultGraceMs,
  },
  ...jwtCold('RS256'),
  ...jwtCold('ES256'),
  ...writingAndWithinTheGrace({
    name: 'JWT remembered',
    about: 'the same users’ RS256 tokens again and again; floor A remembers nothing and verifies each time',
    proof: 'RS256',
    fresh: 'nothing',
  }),
  ...writingAndWithinTheGrace({
    name: 'opaque token',
    about:
      'the same users’ tokens, made beforehand by the server’s own token service, again and again; the floors find theirs in a table by SHA-256',
    proof: 'opaque token',
    fresh: 'nothing',
  }),
]

/** The one that has a name. */
export function scenarioNamed(name: string): Scenario {
  const scenario = scenarios.find((one) => one.name === name)
  if (!scenario) throw new Error(`there is no scenario ${name}`)
  return scenario
}

function jwtCold(algorithm: 'RS256' | 'ES256'): Scenario[] {
  return writingAndWithinTheGrace({
    name: `JWT cold ${algorithm}`,
    about:
      'the same users again and again, each request with a token that its server has never seen; measured for a third of the time, since all are signed beforehand',
    proof: algorithm,
    fresh: 'tokens',
  })
}

function writingAndWithinTheGrace({ name, about, ...rest }: Omit<Scenario, 'graceMs'>): Scenario[] {
  const unwritten = 'nothing written but once in 30 s for each user; floor A has no grace: it writes'
  return [
    { ...rest, name: `${name}, writing`, about: `${about}; each request writes`, graceMs: 0 },
    { ...rest, name: `${name}, within the grace`, about: `${about}; ${unwritten}`, graceMs: defaultGraceMs },
  ]
}
