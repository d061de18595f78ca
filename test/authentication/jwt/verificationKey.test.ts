import {
  constants,
  createHash,
  createHmac,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { signatureAlgorithms, type SignatureAlgorithm } from '../../../src/authentication/jwt/algorithm.ts'
import { verifySignature } from '../../../src/authentication/jwt/verificationKey.ts'
import { p256, p384, p521, pairFor, rsa, secret, sharedSecret, signedBy } from './keyPairs.ts'

const elliptic = ['ES256', 'ES384', 'ES512'] as const
const ed25519 = generateKeyPairSync('ed25519')
const rsaPss = generateKeyPairSync('rsa-pss', { modulusLength: 2_048 })

describe.each(signatureAlgorithms)('a signature by %s', (algorithm) => {
  const { publicKey } = pairFor(algorithm)

  it('is verified as a library that is not ours has made it', async () => {
    const { signed, signature } = await signedBy(pairFor(algorithm), algorithm)
    expect(verifySignature(algorithm, publicKey, signed, signature)).toBe(true)
  })

  it('holds for what was signed alone', async () => {
    const { signed, signature } = await signedBy(pairFor(algorithm), algorithm)
    const { signed: other } = await signedBy(pairFor(algorithm), algorithm, 'another')
    expect(verifySignature(algorithm, publicKey, other, signature)).toBe(false)
    expect(verifySignature(algorithm, publicKey, `${signed} `, signature)).toBe(false)
    expect(verifySignature(algorithm, publicKey, '', signature)).toBe(false)
  })

  it('is none once any of its bytes is another', async () => {
    const { signed, signature } = await signedBy(pairFor(algorithm), algorithm)
    for (const at of [0, signature.length >> 1, signature.length - 1]) {
      const changed = Buffer.from(signature)
      changed[at] = (changed[at] ?? 0) ^ 1
      expect(verifySignature(algorithm, publicKey, signed, changed)).toBe(false)
    }
  })

  it('is none if it is empty, truncated, longer or all zeros', async () => {
    const { signed, signature } = await signedBy(pairFor(algorithm), algorithm)
    const others = [
      Buffer.alloc(0),
      signature.subarray(0, -1),
      signature.subarray(1),
      signature.subarray(0, signature.length / 2),
      Buffer.concat([signature, Buffer.alloc(1)]),
      Buffer.concat([Buffer.alloc(1), signature]),
      Buffer.concat([signature, signature]),
      Buffer.alloc(signature.length),
    ]
    for (const other of others) expect(verifySignature(algorithm, publicKey, signed, other)).toBe(false)
  })

  it('is none by any other algorithm', async () => {
    const { signed, signature } = await signedBy(pairFor(algorithm), algorithm)
    const others = signatureAlgorithms.filter((other) => verifySignature(other, publicKey, signed, signature))
    expect(others).toEqual([algorithm])
  })

  it('is none by a key of another type, size or curve, a private one or a weak one, and nothing is thrown', async () => {
    const { signed, signature } = await signedBy(pairFor(algorithm), algorithm)
    const keys = [rsa, p256, p384, p521, secret, ed25519, rsaPss, sharedSecret(1)]
      .flatMap(({ publicKey, privateKey }): KeyObject[] => [publicKey, privateKey])
      .filter((key) => key !== publicKey)
    for (const key of keys) expect(verifySignature(algorithm, key, signed, signature)).toBe(false)
  })
})

describe('a signature by an elliptic curve', () => {
  it.each(elliptic)('is none if r and s are zero, in %s', (algorithm) => {
    const length = { ES256: 64, ES384: 96, ES512: 132 }[algorithm]
    expect(verifySignature(algorithm, pairFor(algorithm).publicKey, 'any', Buffer.alloc(length))).toBe(false)
  })

  it.each(elliptic)('is none if r and s are those of a constant, in %s', (algorithm) => {
    const length = { ES256: 64, ES384: 96, ES512: 132 }[algorithm]
    for (const byte of [1, 0xff]) {
      const signature = Buffer.alloc(length, byte)
      expect(verifySignature(algorithm, pairFor(algorithm).publicKey, 'any', signature)).toBe(false)
    }
  })

  it.each(elliptic)('is none in DER, in %s', (algorithm) => {
    const { privateKey, publicKey } = pairFor(algorithm)
    const der = sign(`sha${algorithm.slice(2)}`, Buffer.from('signed'), privateKey)
    expect(verifySignature(algorithm, publicKey, 'signed', der)).toBe(false)
  })

  it('is none by a hash that is not that of the curve', () => {
    const key = { key: p256.privateKey, dsaEncoding: 'ieee-p1363' as const }
    const signature = sign('sha384', Buffer.from('signed'), key)
    for (const algorithm of elliptic) {
      expect(verifySignature(algorithm, p256.publicKey, 'signed', signature)).toBe(false)
    }
  })
})

describe('a signature by RSA', () => {
  const padding = constants.RSA_PKCS1_PSS_PADDING

  it.each([0, 20, 31, 33, 222])('is none with a salt of %d bytes where the hash has 32', (saltLength) => {
    const signature = sign('sha256', Buffer.from('signed'), { key: rsa.privateKey, padding, saltLength })
    expect(verifySignature('PS256', rsa.publicKey, 'signed', signature)).toBe(false)
  })

  it('is none of a key that is bound to PSS, which no JWK is', () => {
    const key = { key: rsaPss.privateKey, padding, saltLength: 32 }
    const signature = sign('sha256', Buffer.from('signed'), key)
    expect(verifySignature('PS256', rsaPss.publicKey, 'signed', signature)).toBe(false)
  })

  it.each([1_024, 2_040])('is none of a key of %d bits', (modulusLength) => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength })
    const signature = sign('sha256', Buffer.from('signed'), privateKey)
    expect(verifySignature('RS256', publicKey, 'signed', signature)).toBe(false)
  })

  it.each([2_048, 2_056, 3_072])('is as long as the modulus, which has %d bits', (modulusLength) => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength })
    const signature = sign('sha256', Buffer.from('signed'), privateKey)
    expect(signature).toHaveLength(modulusLength / 8)
    expect(verifySignature('RS256', publicKey, 'signed', signature)).toBe(true)
  })

  it('is none if an exponent of 1 makes it of the padded message itself', () => {
    const key = createPublicKey({
      key: { ...rsa.publicKey.export({ format: 'jwk' }), e: 'AQ' },
      format: 'jwk',
    })
    const hash = createHash('sha256').update('signed').digest()
    const end = Buffer.concat([Buffer.from('003031300d060960864801650304020105000420', 'hex'), hash])
    const padding = Buffer.alloc(254 - end.length, 0xff)
    const signature = Buffer.concat([Buffer.from([0, 1]), padding, end])
    expect(verify('sha256', Buffer.from('signed'), key, signature)).toBe(true)
    expect(verifySignature('RS256', key, 'signed', signature)).toBe(false)
  })
})

describe('an HMAC', () => {
  const hmacs: SignatureAlgorithm[] = ['HS256', 'HS384', 'HS512']

  it.each(hmacs)('with a public key for its secret is none, in %s', (algorithm) => {
    for (const { publicKey } of [rsa, p256]) {
      const secrets = [
        publicKey.export({ format: 'pem', type: 'spki' }),
        publicKey.export({ format: 'der', type: 'spki' }),
        JSON.stringify(publicKey.export({ format: 'jwk' })),
      ]
      for (const secret of secrets) {
        const signature = createHmac(`sha${algorithm.slice(2)}`, secret)
          .update('signed')
          .digest()
        expect(verifySignature(algorithm, publicKey, 'signed', signature)).toBe(false)
      }
    }
  })

  it.each([
    [31, []],
    [32, ['HS256']],
    [47, ['HS256']],
    [48, ['HS256', 'HS384']],
    [63, ['HS256', 'HS384']],
    [64, ['HS256', 'HS384', 'HS512']],
  ])('with a secret of %d bytes is verified by no larger hash than that', (bytes, expected) => {
    const key = createSecretKey(Buffer.alloc(bytes, 7))
    const verified = hmacs.filter((algorithm) => {
      const signature = createHmac(`sha${algorithm.slice(2)}`, key)
        .update('signed')
        .digest()
      return verifySignature(algorithm, key, 'signed', signature)
    })
    expect(verified).toEqual(expected)
  })
})
