import type { Issuer } from '../../support/jwt.ts'

/** One way to cheat with a token. */
export interface Attack {
  readonly name: string
  /** Whether it can be read as a signed JWT at all: a refusal names its claims then. Source: spec 1.3. */
  readonly kind: 'jwt' | 'opaque'
  /** The issuer is that of the realms. The attacker has keys of its own, and a server that has them for everybody. */
  readonly token: (issuer: Issuer, attacker: Attacker) => string
}

export interface Attacker extends Issuer {
  /** Where its public keys are to be had. */
  readonly jwksUrl: string
}

/** Each of the values with a name, as attacks of one kind. */
export function attacksWith<Value>(
  kind: Attack['kind'],
  values: Readonly<Record<string, Value>>,
  token: (value: Value, issuer: Issuer, attacker: Attacker) => string,
): Attack[] {
  return Object.entries(values).map(([name, value]) => ({
    name,
    kind,
    token: (issuer, attacker) => token(value, issuer, attacker),
  }))
}
