import { createSecretKey } from 'node:crypto'
import { isObject, JsonProblem, parseJson, type JsonValue } from '../../json.ts'
import type { SignatureAlgorithm } from './algorithm.ts'
import { readJwk, type JwkKind } from './jwk.ts'
import { fits, type VerificationKey } from './verificationKey.ts'

export interface Jwks {
  readonly keys: VerificationKey[]
  /** Which keys the realm cannot use, and why. Of a key itself nothing is said. */
  readonly skipped: string[]
  /** Which keys have their private part with them, though only the issuer is to have that. */
  readonly exposed: string[]
}

const mostKeys = 100

/**
 * Reads a JWK set, or one JWK alone, as Elasticsearch does. A key that the realm cannot use is skipped, and never in
 * the way of the others. Source: RFC 7517, section 5.
 * @throws JwksProblem if it is neither
 */
export function parseJwks(text: string, kind: JwkKind, allowed: readonly SignatureAlgorithm[]): Jwks {
  const keys: VerificationKey[] = []
  const skipped: string[] = []
  const exposed: string[] = []
  for (const [index, jwk] of jwksIn(text).entries()) {
    const key = readJwk(jwk, kind, allowed)
    // Source: RFC 7518, sections 6.2.2 and 6.3.2.
    if (isObject(jwk) && jwk.d !== undefined) exposed.push(nameOf(jwk, index))
    if (typeof key === 'string') skipped.push(`${nameOf(jwk, index)}: ${key}`)
    else keys.push(key)
  }
  return { keys, skipped, exposed }
}

/** A secret as the key that its bytes in UTF-8 are; null if it is too short for every algorithm that is allowed. */
export function hmacKeyOf(secret: string, allowed: readonly SignatureAlgorithm[]): VerificationKey | null {
  const key = createSecretKey(secret, 'utf8')
  const algorithms = allowed.filter((one) => fits(key, one))
  return algorithms.length > 0 ? { kid: null, algorithms, key } : null
}

/** Why something is no JWK set, or none that can be used. Repeats nothing of it. */
export class JwksProblem extends Error {
  override readonly name = 'JwksProblem'
}

function jwksIn(text: string): JsonValue[] {
  const value = jsonOf(text)
  if (!isObject(value)) throw new JwksProblem('it is no JWK set: no JSON object')
  const { kty, keys = kty === undefined ? undefined : [value] } = value
  if (!Array.isArray(keys)) throw new JwksProblem('it is no JWK set: it has no array of keys')
  if (keys.length > mostKeys) throw new JwksProblem(`it has more than ${mostKeys} keys`)
  return keys
}

function jsonOf(text: string): JsonValue {
  if (text.trimStart().startsWith('-----BEGIN ')) throw new JwksProblem('it is PEM: a JWK set is needed')
  try {
    return parseJson(Buffer.from(text))
  } catch (thrown) {
    if (!(thrown instanceof JsonProblem)) throw thrown
    const { line, column } = thrown
    throw new JwksProblem(`it is no JWK set: no strict JSON at line ${line}, column ${column}`)
  }
}

function nameOf(jwk: JsonValue, index: number): string {
  const kid = isObject(jwk) ? jwk.kid : null
  return typeof kid === 'string' ? `key [${kid.slice(0, 64).toWellFormed()}]` : `key ${index}`
}
