import { createSecretKey, generateKeyPairSync, hash, type KeyObject } from 'node:crypto'
import type { Algorithm, Issuer } from '../../support/jwt.ts'
import type { Attack } from './attack.ts'

const weak = generateKeyPairSync('rsa', { modulusLength: 1_024 })
const simple = generateKeyPairSync('rsa', { modulusLength: 2_048, publicExponent: 3 })
const foreignCurve = generateKeyPairSync('ec', { namedCurve: 'secp256k1' })
const edwards = generateKeyPairSync('ed25519')
const published = 'a-secret-that-anybody-can-read-in-a-public-set'

/** Keys in the issuer's set that must not verify everything that they could. Source: RFC 7517, 4; RFC 8725, 3.1, 3.5. */
export function publishedBeside({ keys }: Issuer): object[] {
  const jwk = (key: KeyObject) => key.export({ format: 'jwk' })
  const rsa = jwk(keys.otherRsa.publicKey)
  const p256 = jwk(keys.p256.publicKey)
  return [
    { ...rsa, kid: 'for-RS512', alg: 'RS512' },
    { ...rsa, kid: 'for-encryption', use: 'enc' },
    { ...rsa, kid: 'for-RSA-OAEP', alg: 'RSA-OAEP' },
    { ...rsa, kid: 'for-signing', key_ops: ['sign'] },
    { ...rsa, kid: 'for-none', alg: 'none' },
    { ...p256, kid: 'for-ES384', alg: 'ES384' },
    { ...p256, kid: 'called-P-384', crv: 'P-384' },
    { ...jwk(weak.publicKey), kid: 'weak' },
    { ...jwk(foreignCurve.publicKey), kid: 'secp256k1' },
    { ...jwk(edwards.publicKey), kid: 'ed25519' },
    { ...rsa, kid: 'of-exponent-1', e: 'AQ' },
    { ...rsa, kid: 'of-exponent-2', e: 'Ag' },
    { kty: 'oct', kid: 'published', k: Buffer.from(published).toString('base64url') },
    { ...jwk(simple.publicKey), kid: 'for-exchange', use: 'enc' },
  ]
}

const by: readonly (readonly [kid: string, Algorithm, (issuer: Issuer) => KeyObject])[] = [
  ['for-RS512', 'RS256', ({ keys }) => keys.otherRsa.privateKey],
  ['for-RS512', 'PS512', ({ keys }) => keys.otherRsa.privateKey],
  ['for-encryption', 'RS256', ({ keys }) => keys.otherRsa.privateKey],
  ['for-RSA-OAEP', 'RS256', ({ keys }) => keys.otherRsa.privateKey],
  ['for-signing', 'RS256', ({ keys }) => keys.otherRsa.privateKey],
  ['for-none', 'RS256', ({ keys }) => keys.otherRsa.privateKey],
  ['for-ES384', 'ES256', ({ keys }) => keys.p256.privateKey],
  ['for-ES384', 'ES384', ({ keys }) => keys.p256.privateKey],
  ['called-P-384', 'ES256', ({ keys }) => keys.p256.privateKey],
  ['called-P-384', 'ES384', ({ keys }) => keys.p256.privateKey],
  ['weak', 'RS256', () => weak.privateKey],
  ['weak', 'PS256', () => weak.privateKey],
  ['secp256k1', 'ES256', () => foreignCurve.privateKey],
  ['of-exponent-1', 'RS256', ({ keys }) => keys.otherRsa.privateKey],
  ['of-exponent-2', 'RS256', ({ keys }) => keys.otherRsa.privateKey],
  ['for-exchange', 'RS256', () => simple.privateKey],
]

export const keys: readonly Attack[] = [
  ...by.map(([kid, algorithm, keyOf]): Attack => ({
    name: `${algorithm} by the key ${kid} of the set`,
    kind: 'jwt',
    token: (issuer) => issuer.craft({ header: { kid }, algorithm, key: keyOf(issuer) }),
  })),
  ...['web', 'mixed'].map((realm): Attack => ({
    name: `HS256 by a secret in the public set, at the realm ${realm}`,
    kind: 'jwt',
    token: (issuer) =>
      issuer.as(realm).craft({
        header: { kid: 'published' },
        algorithm: 'HS256',
        key: createSecretKey(published, 'utf8'),
      }),
  })),
  {
    name: 'a weak key of the set without its name',
    kind: 'jwt',
    token: (issuer) => issuer.craft({ header: { kid: undefined }, key: weak.privateKey }),
  },
  {
    name: 'an exponent of 1: the padded hash is its own signature',
    kind: 'jwt',
    token: (issuer) =>
      issuer.craft({ header: { kid: 'of-exponent-1' }, signature: (signed) => padded(signed) }),
  },
]

/** What PKCS #1 v1.5 would sign with RS256. */
function padded(signed: string): Buffer {
  const named = Buffer.concat([sha256Name, hash('sha256', signed, 'buffer')])
  return Buffer.concat([Buffer.from([0, 1]), Buffer.alloc(253 - named.length, 0xff), Buffer.alloc(1), named])
}

const sha256Name = Buffer.from('3031300d060960864801650304020105000420', 'hex')
