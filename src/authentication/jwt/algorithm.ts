/** With what a JWT may be signed. Source: RFC 7518, section 3.1; spec 5.1. */
export const signatureAlgorithms = [
  'HS256',
  'HS384',
  'HS512',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
] as const

export type SignatureAlgorithm = (typeof signatureAlgorithms)[number]

/** The bits of the hash that an algorithm signs, which is SHA-2. */
export function hashBitsOf(algorithm: SignatureAlgorithm): number {
  return Number(algorithm.slice(2))
}
