import { constants, createHmac, timingSafeEqual, verify, type KeyObject } from 'node:crypto'
import { hashBitsOf, type SignatureAlgorithm } from './algorithm.ts'

/** A key with which a realm verifies signatures: public, or a secret shared with the issuer. */
export interface VerificationKey {
  readonly kid: string | null
  /** What it may verify: of those that the realm allows, the ones that its type, size, curve and its own `alg` allow. Never empty. */
  readonly algorithms: readonly SignatureAlgorithm[]
  readonly key: KeyObject
}

/** Whether the key has signed this. Never throws: whatever does not fit together has not. */
export function verifySignature(
  algorithm: SignatureAlgorithm,
  key: KeyObject,
  signed: string,
  signature: Buffer,
): boolean {
  if (!fits(key, algorithm) || signature.length !== signatureLength(algorithm, key)) return false
  const hash = `sha${hashBitsOf(algorithm)}`
  const data = Buffer.from(signed)
  try {
    if (isHmac(algorithm)) return timingSafeEqual(createHmac(hash, key).update(data).digest(), signature)
    return verify(hash, data, verifying(algorithm, key), signature)
  } catch {
    return false
  }
}

/** Whether the type, the size and the curve of a key are those that the algorithm demands. Source: RFC 7518, section 3. */
export function fits(key: KeyObject, algorithm: SignatureAlgorithm): boolean {
  if (isHmac(algorithm)) {
    return key.type === 'secret' && (key.symmetricKeySize ?? 0) * 8 >= hashBitsOf(algorithm)
  }
  if (key.type !== 'public') return false
  const curve = curves[algorithm]
  if (curve) return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === curve
  return key.asymmetricKeyType === 'rsa' && rsaWeakness(key) === null
}

/** Why nothing is believed that an RSA key has signed, or null. */
export function rsaWeakness({ asymmetricKeyDetails }: KeyObject): string | null {
  const { modulusLength = 0, publicExponent = 0n } = asymmetricKeyDetails ?? {}
  if (modulusLength < 2_048) return 'its modulus has less than 2048 bits'
  // To verify with a larger one takes milliseconds.
  if (modulusLength > 8_192) return 'its modulus has more than 8192 bits'
  if (publicExponent <= 1n || publicExponent % 2n === 0n) return 'its exponent is even or 1'
  return publicExponent > 2n ** 32n ? 'its exponent is larger than 2^32' : null
}

/** Each algorithm has a curve of its own. Source: RFC 7518, section 3.4. */
const curves: Partial<Record<SignatureAlgorithm, string>> = {
  ES256: 'prime256v1',
  ES384: 'secp384r1',
  ES512: 'secp521r1',
}

function isHmac(algorithm: SignatureAlgorithm): boolean {
  return algorithm.startsWith('HS')
}

/** In bytes. */
function signatureLength(algorithm: SignatureAlgorithm, { asymmetricKeyDetails }: KeyObject): number {
  if (isHmac(algorithm)) return hashBitsOf(algorithm) / 8
  // Two coordinates, and those of P-521 take 66 bytes.
  if (algorithm in curves) return algorithm === 'ES512' ? 132 : hashBitsOf(algorithm) / 4
  return Math.ceil((asymmetricKeyDetails?.modulusLength ?? 0) / 8)
}

/** The key, and how what it has signed is encoded. By itself one of RSA is for PKCS #1, and Node takes two thirds of the time. */
function verifying(algorithm: SignatureAlgorithm, key: KeyObject) {
  if (algorithm in curves) return { key, dsaEncoding: 'ieee-p1363' as const }
  if (algorithm.startsWith('RS')) return key
  return { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
}
