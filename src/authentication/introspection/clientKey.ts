import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import type { PrivateKey } from 'oauth4webapi'
import { objectIn, type JsonObject } from '../../json.ts'
import { hashBitsOf, signatureAlgorithms, type SignatureAlgorithm } from '../jwt/algorithm.ts'
import { fits, rsaWeakness } from '../jwt/verificationKey.ts'

const usable = signatureAlgorithms.filter((name) => !name.startsWith('HS'))

/**
 * Reads the private key by which the gateway proves itself to a server: a JWK with its `alg`. Or why it cannot be used,
 * which repeats nothing of it. Source: RFC 7517; RFC 7523.
 */
export function readClientKey(text: string): PrivateKey | string {
  const jwk = objectIn(Buffer.from(text))
  if (!jwk) return 'it is no JWK: no strict JSON object'
  const algorithm = usable.find((name) => name === jwk.alg)
  if (!algorithm) return `its alg is not one of ${usable.join(', ')}`
  const { kid } = jwk
  if (kid !== undefined && typeof kid !== 'string') return 'its kid is no text'
  if ((jwk.use ?? 'sig') !== 'sig') return 'its use is not sig'
  const key = privateKeyOf(jwk)
  if (!key) return 'it is no private key'
  const weakness = key.asymmetricKeyType === 'rsa' ? rsaWeakness(key) : null
  if (weakness) return weakness
  if (!fits(createPublicKey(key), algorithm)) return 'its type or curve does not fit its alg'
  const signing = key.toCryptoKey(signingBy(algorithm), false, ['sign'])
  return { key: signing as PrivateKey['key'], ...(kid !== undefined && { kid }) }
}

function privateKeyOf(jwk: JsonObject): KeyObject | null {
  try {
    return createPrivateKey({ key: jwk, format: 'jwk' })
  } catch {
    return null
  }
}

/** What Web Crypto calls it. */
function signingBy(algorithm: SignatureAlgorithm) {
  const bits = hashBitsOf(algorithm)
  if (algorithm.startsWith('ES')) return { name: 'ECDSA', namedCurve: `P-${bits === 512 ? 521 : bits}` }
  const name = algorithm.startsWith('PS') ? 'RSA-PSS' : 'RSASSA-PKCS1-v1_5'
  return { name, hash: `SHA-${bits}` }
}
