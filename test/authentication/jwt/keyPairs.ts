import { createSecretKey, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto'
import { CompactSign, type CryptoKey, type JWK } from 'jose'
import type { SignatureAlgorithm } from '../../../src/authentication/jwt/algorithm.ts'

/** With what an issuer signs, and what verifies it. */
export interface KeyPair {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

export const rsa: KeyPair = generateKeyPairSync('rsa', { modulusLength: 2_048 })
export const p256: KeyPair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
export const p384: KeyPair = generateKeyPairSync('ec', { namedCurve: 'P-384' })
export const p521: KeyPair = generateKeyPairSync('ec', { namedCurve: 'P-521' })
export const secret: KeyPair = sharedSecret(64)

export function sharedSecret(bytes: number): KeyPair {
  const key = createSecretKey(randomBytes(bytes))
  return { privateKey: key, publicKey: key }
}

export function pairFor(algorithm: SignatureAlgorithm): KeyPair {
  if (algorithm.startsWith('HS')) return secret
  return { ES256: p256, ES384: p384, ES512: p521 }[algorithm as string] ?? rsa
}

export function jwkOf({ publicKey }: KeyPair, members: Record<string, unknown> = {}): JWK {
  return { ...(publicKey.export({ format: 'jwk' }) as JWK), ...members }
}

export function jwksOf(...keys: unknown[]): string {
  return JSON.stringify({ keys })
}

/** What a library that is not ours makes of a payload: what it signed, and the signature. */
export async function signedBy(
  { privateKey }: { privateKey: CryptoKey | KeyObject },
  alg: SignatureAlgorithm,
  payload = 'payload',
) {
  const jws = await new CompactSign(Buffer.from(payload)).setProtectedHeader({ alg }).sign(privateKey)
  const end = jws.lastIndexOf('.')
  return { signed: jws.slice(0, end), signature: Buffer.from(jws.slice(end + 1), 'base64url') }
}
