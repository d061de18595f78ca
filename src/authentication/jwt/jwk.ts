import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto'
import { isObject, type JsonObject, type JsonValue } from '../../json.ts'
import type { SignatureAlgorithm } from './algorithm.ts'
import { fits, rsaWeakness, type VerificationKey } from './verificationKey.ts'

/** Of which keys a set consists: public ones, or secrets that are shared with the issuer. */
export type JwkKind = 'pkc' | 'hmac'

/** Reads one JWK: the key, or why the realm cannot use it. Source: RFC 7517, section 4; RFC 7518, section 6. */
export function readJwk(
  jwk: JsonValue,
  kind: JwkKind,
  allowed: readonly SignatureAlgorithm[],
): VerificationKey | string {
  if (!isObject(jwk)) return 'it is no object'
  const kid = jwk.kid ?? null
  if (kid !== null && typeof kid !== 'string') return 'its kid is no text'
  const types = typesOf[kind]
  if (!types.some((type) => type === jwk.kty)) return `its kty is not ${types.join(' or ')}`
  if ((jwk.use ?? 'sig') !== 'sig') return 'its use is not sig'
  const operations = jwk.key_ops ?? ['verify']
  if (!Array.isArray(operations) || !operations.includes('verify')) return 'its key_ops lack verify'
  const key = keyOf(jwk)
  if (typeof key === 'string') return key
  const weakness = key.asymmetricKeyType === 'rsa' ? rsaWeakness(key) : null
  if (weakness) return weakness
  const alg = jwk.alg ?? null
  const algorithms = allowed.filter((one) => (alg === null || alg === one) && fits(key, one))
  if (algorithms.length === 0) return 'its alg, type, size or curve fits no algorithm that the realm allows'
  return { kid, algorithms, key }
}

/** In bytes. */
const longestModulus = 1_024
const longestExponent = 5

const typesOf: Record<JwkKind, readonly string[]> = { pkc: ['RSA', 'EC'], hmac: ['oct'] }

const coordinateLengths = new Map<unknown, number>([
  ['P-256', 32],
  ['P-384', 48],
  ['P-521', 66],
])

/** The key alone: what else is in a JWK, such as its private members or certificates, is left where it is. */
function keyOf({ kty, n, e, crv, x, y, k }: JsonObject): KeyObject | string {
  if (kty === 'oct') {
    const secret = bytesOf(k)
    return secret ? createSecretKey(secret) : 'its k is no canonical base64url'
  }
  if (kty === 'RSA') {
    const numbers = [bytesOf(n), bytesOf(e)]
    if (!numbers.every((number) => number && number[0] !== 0))
      return 'its n or e is no number in canonical base64url'
    // Large numbers take very long to look at.
    const [modulus = 0, exponent = 0] = numbers.map((number) => number?.length)
    if (modulus > longestModulus) return `its modulus has more than ${longestModulus * 8} bits`
    return exponent > longestExponent ? 'its exponent is larger than 2^32' : publicKeyOf({ kty, n, e })
  }
  const length = coordinateLengths.get(crv)
  if (!length) return `its crv is not ${[...coordinateLengths.keys()].join(' or ')}`
  const isCanonical = [x, y].map(bytesOf).every((coordinate) => coordinate?.length === length)
  return isCanonical ? publicKeyOf({ kty, crv, x, y }) : 'its x or y is no coordinate in canonical base64url'
}

function publicKeyOf(key: Record<string, JsonValue | undefined>): KeyObject | string {
  try {
    return createPublicKey({ key, format: 'jwk' })
  } catch {
    return 'its numbers are those of no key'
  }
}

function bytesOf(value: JsonValue | undefined): Buffer | null {
  if (typeof value !== 'string' || value === '') return null
  const bytes = Buffer.from(value, 'base64url')
  return bytes.toString('base64url') === value ? bytes : null
}
