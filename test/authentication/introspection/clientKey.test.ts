import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { readClientKey } from '../../../src/authentication/introspection/clientKey.ts'

const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 })
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' })
const p521 = generateKeyPairSync('ec', { namedCurve: 'P-521' })
const ed25519 = generateKeyPairSync('ed25519')
const short = generateKeyPairSync('rsa', { modulusLength: 1_024 })

function textOf(key: KeyObject, more: object): string {
  return JSON.stringify({ ...key.export({ format: 'jwk' }), ...more })
}

describe('the key by which the gateway proves itself', () => {
  it.each([
    ['RS256', rsa, { name: 'RSASSA-PKCS1-v1_5', hash: { name: 'SHA-256' } }],
    ['RS384', rsa, { name: 'RSASSA-PKCS1-v1_5', hash: { name: 'SHA-384' } }],
    ['RS512', rsa, { name: 'RSASSA-PKCS1-v1_5', hash: { name: 'SHA-512' } }],
    ['PS256', rsa, { name: 'RSA-PSS', hash: { name: 'SHA-256' } }],
    ['PS384', rsa, { name: 'RSA-PSS', hash: { name: 'SHA-384' } }],
    ['PS512', rsa, { name: 'RSA-PSS', hash: { name: 'SHA-512' } }],
    ['ES256', p256, { name: 'ECDSA', namedCurve: 'P-256' }],
    ['ES384', p384, { name: 'ECDSA', namedCurve: 'P-384' }],
    ['ES512', p521, { name: 'ECDSA', namedCurve: 'P-521' }],
  ])('is a private one for the algorithm that it names: %s', (alg, { privateKey }, algorithm) => {
    const read = readClientKey(textOf(privateKey, { alg, kid: 'mine', use: 'sig' }))
    expect(read).toMatchObject({
      kid: 'mine',
      key: { type: 'private', extractable: false, usages: ['sign'], algorithm },
    })
    expect(readClientKey(textOf(privateKey, { alg }))).not.toHaveProperty('kid')
  })

  const algorithms = 'its alg is not one of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512'

  it.each([
    ['no JSON', 's3cret', 'it is no JWK: no strict JSON object'],
    [
      'PEM',
      String(p256.privateKey.export({ format: 'pem', type: 'pkcs8' })),
      'it is no JWK: no strict JSON object',
    ],
    ['a list', '[]', 'it is no JWK: no strict JSON object'],
    ['null', 'null', 'it is no JWK: no strict JSON object'],
    ['without alg', textOf(p256.privateKey, {}), algorithms],
    ['for an algorithm of secrets', textOf(p256.privateKey, { alg: 'HS256' }), algorithms],
    [
      'for an algorithm that servers name differently',
      textOf(ed25519.privateKey, { alg: 'EdDSA' }),
      algorithms,
    ],
    ['public', textOf(p256.publicKey, { alg: 'ES256' }), 'it is no private key'],
    ['a secret', '{"kty":"oct","k":"c2VjcmV0","alg":"ES256"}', 'it is no private key'],
    ['without a coordinate', textOf(p256.privateKey, { alg: 'ES256', x: undefined }), 'it is no private key'],
    ['of another curve', textOf(p384.privateKey, { alg: 'ES256' }), 'its type or curve does not fit its alg'],
    ['of another type', textOf(rsa.privateKey, { alg: 'ES256' }), 'its type or curve does not fit its alg'],
    ['of another type', textOf(p256.privateKey, { alg: 'PS256' }), 'its type or curve does not fit its alg'],
    ['too short', textOf(short.privateKey, { alg: 'RS256' }), 'its modulus has less than 2048 bits'],
    ['for encryption', textOf(rsa.privateKey, { alg: 'RS256', use: 'enc' }), 'its use is not sig'],
    ['called by a number', textOf(rsa.privateKey, { alg: 'RS256', kid: 7 }), 'its kid is no text'],
  ])('is none that is %s', (_, text, problem) => {
    expect(readClientKey(text)).toBe(problem)
  })
})
