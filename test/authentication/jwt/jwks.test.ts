import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { generateKeyPair, exportJWK } from 'jose'
import { describe, expect, it } from 'vitest'
import { signatureAlgorithms, type SignatureAlgorithm } from '../../../src/authentication/jwt/algorithm.ts'
import { hmacKeyOf, JwksProblem, parseJwks } from '../../../src/authentication/jwt/jwks.ts'
import { verifySignature } from '../../../src/authentication/jwt/verificationKey.ts'
import { jwkOf, jwksOf, p256, p384, p521, pairFor, rsa, secret, sharedSecret, signedBy } from './keyPairs.ts'

const rsaAlgorithms: SignatureAlgorithm[] = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']
const numberOf = (bytes: Buffer) => bytes.toString('base64url')

/** What a set of one key comes to. */
function reading(
  jwk: unknown,
  kind: 'pkc' | 'hmac' = 'pkc',
  allowed = signatureAlgorithms as readonly SignatureAlgorithm[],
) {
  const { keys, skipped } = parseJwks(jwksOf(jwk), kind, allowed)
  return { algorithms: keys.map(({ algorithms }) => algorithms), skipped }
}

const skippedFor = (reason: string) => ({ algorithms: [], skipped: [`key 0: ${reason}`] })
const fitsNone = 'its alg, type, size or curve fits no algorithm that the realm allows'

describe('a JWK set', () => {
  it.each(signatureAlgorithms)(
    'of a library that is not ours verifies what it signs by %s',
    async (algorithm) => {
      const isHmac = algorithm.startsWith('HS')
      const { privateKey, publicKey } = isHmac
        ? secret
        : await generateKeyPair(algorithm, { extractable: true })
      const jwk = { ...(await exportJWK(publicKey)), kid: 'a', alg: algorithm, use: 'sig' }
      const { keys } = parseJwks(jwksOf(jwk), isHmac ? 'hmac' : 'pkc', [algorithm])
      expect(keys).toMatchObject([{ kid: 'a', algorithms: [algorithm] }])
      const { signed, signature } = await signedBy({ privateKey }, algorithm)
      const verified = keys.map(({ key }) => verifySignature(algorithm, key, signed, signature))
      expect(verified).toEqual([true])
    },
  )

  it('may be one JWK alone', () => {
    const { keys } = parseJwks(JSON.stringify(jwkOf(rsa, { kid: 'alone' })), 'pkc', ['RS256'])
    expect(keys).toMatchObject([{ kid: 'alone', algorithms: ['RS256'] }])
  })

  it('may hold several keys of one kid, of one type or of several, and members that nobody knows', () => {
    const keys = [jwkOf(rsa, { kid: 'a' }), jwkOf(rsa, { kid: 'a' }), jwkOf(p256, { kid: 'a', more: [1] })]
    const text = JSON.stringify({ keys, issuer: 'me' })
    expect(parseJwks(text, 'pkc', signatureAlgorithms).keys.map(({ kid }) => kid)).toEqual(['a', 'a', 'a'])
  })

  it('may hold keys without a kid', () => {
    expect(parseJwks(jwksOf(jwkOf(rsa)), 'pkc', ['RS256']).keys).toMatchObject([{ kid: null }])
  })

  it('may be empty', () => {
    expect(parseJwks('{"keys":[]}', 'pkc', ['RS256'])).toEqual({ keys: [], skipped: [], exposed: [] })
  })

  it('names the keys that have their private part with them, of which it uses the public one', () => {
    const exposed = { ...p256.privateKey.export({ format: 'jwk' }), kid: 'mine' }
    const read = parseJwks(jwksOf(jwkOf(rsa), exposed), 'pkc', ['RS256', 'ES256'])
    expect(read).toMatchObject({ keys: [{}, { kid: 'mine' }], exposed: ['key [mine]'] })
    expect(read.keys.map(({ key }) => key.type)).toEqual(['public', 'public'])
  })

  it('is not PEM, which is said', () => {
    const { publicKey } = p256
    const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString()
    expect(() => parseJwks(`\n${pem}`, 'pkc', ['ES256'])).toThrow(
      new JwksProblem('it is PEM: a JWK set is needed'),
    )
  })

  it('has at most 100 keys', () => {
    const keys = (count: number) => jwksOf(...Array<unknown>(count).fill(jwkOf(p256)))
    expect(parseJwks(keys(100), 'pkc', ['ES256']).keys).toHaveLength(100)
    expect(() => parseJwks(keys(101), 'pkc', ['ES256'])).toThrow(new JwksProblem('it has more than 100 keys'))
  })

  it.each([
    ['', 'no strict JSON at line 1, column 1'],
    ['s3cret', 'no strict JSON at line 1, column 1'],
    ['{"keys":[]} s3cret', 'no strict JSON at line 1, column 13'],
    ['{"s3cret":1,"s3cret":2}', 'no strict JSON at line 1, column 13'],
    ['\uFEFF{"keys":[]}', 'no strict JSON at line 1, column 1'],
    ['{"keys":[]\n,"__proto__":{}}', 'no strict JSON at line 2, column 2'],
    [`{"keys":${'['.repeat(200)}`, 'no strict JSON at line 1, column 108'],
    ['[]', 'no JSON object'],
    ['null', 'no JSON object'],
    ['"s3cret"', 'no JSON object'],
    ['{}', 'it has no array of keys'],
    ['{"keys":null,"kty":"RSA"}', 'it has no array of keys'],
    ['{"keys":{"s3cret":1}}', 'it has no array of keys'],
  ])('is not %j, and nothing of that is repeated', (text, reason) => {
    expect(() => parseJwks(text, 'pkc', ['RS256'])).toThrow(new JwksProblem(`it is no JWK set: ${reason}`))
  })
})

describe('a key of a set', () => {
  it('that is wrong, in any way, is not in the way of the others', () => {
    const wrong = [
      null,
      1,
      's3cret',
      [],
      {},
      { kty: 'RSA' },
      { kty: 'EC', crv: {} },
      { kty: ['RSA'] },
      { kty: 'OKP' },
    ]
    const text = jwksOf(...wrong, jwkOf(rsa, { kid: 'good' }), ...wrong, jwkOf(p256, { kid: 'too' }))
    const { keys, skipped } = parseJwks(text, 'pkc', signatureAlgorithms)
    expect(keys.map(({ kid }) => kid)).toEqual(['good', 'too'])
    expect(skipped).toHaveLength(2 * wrong.length)
  })

  it('is named in the log by its kid, cut short, or its place, and nothing else of it is there', () => {
    const numbers = { n: 's3cret', e: 's3cret', d: 's3cret' }
    const named = { kty: 'RSA', ...numbers, kid: 'k'.repeat(1_000) }
    const { skipped } = parseJwks(jwksOf(named, { kty: 's3cret' }), 'pkc', ['RS256'])
    expect(skipped).toEqual([
      `key [${'k'.repeat(64)}]: its n or e is no number in canonical base64url`,
      'key 1: its kty is not RSA or EC',
    ])
  })

  it('has a kid that is text', () => {
    expect(reading(jwkOf(rsa, { kid: 7 }))).toEqual(skippedFor('its kid is no text'))
  })

  it.each(['enc', 'SIG', '', 1, ['sig']])('is not used if its use is %j', (use) => {
    expect(reading(jwkOf(rsa, { use }))).toEqual(skippedFor('its use is not sig'))
  })

  it.each([[['sign']], [[]], ['verify'], [{}]])('is not used if its key_ops are %j', (operations) => {
    expect(reading(jwkOf(rsa, { key_ops: operations }))).toEqual(skippedFor('its key_ops lack verify'))
  })

  it('is used if it says that it is for signatures, or says nothing of it', () => {
    const members = [{ use: 'sig' }, { key_ops: ['sign', 'verify'] }, { use: null, key_ops: null, alg: null }]
    for (const each of members) expect(reading(jwkOf(rsa, each)).algorithms).toEqual([rsaAlgorithms])
  })

  it('verifies by its own alg alone', () => {
    expect(reading(jwkOf(rsa, { alg: 'PS384' })).algorithms).toEqual([['PS384']])
    expect(reading(jwkOf(secret, { alg: 'HS256' }), 'hmac').algorithms).toEqual([['HS256']])
  })

  it.each(['ES256', 'HS256', 'RSA-OAEP', 'none', 'rs256', 1])(
    'of RSA is not used if its alg is %j',
    (alg) => {
      expect(reading(jwkOf(rsa, { alg }))).toEqual(skippedFor(fitsNone))
    },
  )

  it('verifies by what the realm allows alone', () => {
    expect(reading(jwkOf(rsa), 'pkc', ['PS256', 'RS256', 'ES256']).algorithms).toEqual([['PS256', 'RS256']])
    expect(reading(jwkOf(rsa, { alg: 'RS512' }), 'pkc', ['RS256'])).toEqual(skippedFor(fitsNone))
    expect(reading(jwkOf(p384), 'pkc', ['RS256', 'ES256'])).toEqual(skippedFor(fitsNone))
  })

  it('that is a secret is never used in a set of public keys, nor a public one among secrets', () => {
    expect(reading(jwkOf(secret))).toEqual(skippedFor('its kty is not RSA or EC'))
    expect(reading(jwkOf(rsa), 'hmac')).toEqual(skippedFor('its kty is not oct'))
    expect(reading(jwkOf(p256), 'hmac')).toEqual(skippedFor('its kty is not oct'))
  })

  it('that is private in a set of public ones gives its public part alone', () => {
    for (const pair of [rsa, p256]) {
      const { keys } = parseJwks(
        jwksOf(pair.privateKey.export({ format: 'jwk' })),
        'pkc',
        signatureAlgorithms,
      )
      expect(keys[0]?.key.type).toBe('public')
      expect(keys[0]?.key.equals(pair.publicKey)).toBe(true)
    }
  })

  it('is taken from its numbers, whatever certificates and addresses stand beside them', () => {
    const members = { x5c: ['s3cret'], x5u: 'http://127.0.0.1:1', jku: 'http://127.0.0.1:1', x5t: 1 }
    const { keys } = parseJwks(jwksOf(jwkOf(rsa, members)), 'pkc', ['RS256'])
    expect(keys[0]?.key.equals(rsa.publicKey)).toBe(true)
  })
})

describe('an RSA key', () => {
  const ofBits = (bits: number) => {
    const number = randomBytes(Math.ceil(bits / 8))
    number[0] = 1 << ((bits - 1) % 8)
    number[number.length - 1] = 0xff
    return numberOf(number)
  }

  it.each([512, 1_024, 2_047])('of %d bits is never used', (bits) => {
    const reason = skippedFor('its modulus has less than 2048 bits')
    expect(reading(jwkOf(rsa, { n: ofBits(bits) }))).toEqual(reason)
  })

  it.each([8_193, 16_384, 1_000_000])('of %d bits is never used', (bits) => {
    const reason = skippedFor('its modulus has more than 8192 bits')
    expect(reading(jwkOf(rsa, { n: ofBits(bits) }))).toEqual(reason)
  })

  it.each([2_048, 2_049, 8_192])('of %d bits is used', (bits) => {
    expect(reading(jwkOf(rsa, { n: ofBits(bits) })).algorithms).toEqual([rsaAlgorithms])
  })

  it.each([
    ['AQ', 'its exponent is even or 1'],
    ['Ag', 'its exponent is even or 1'],
    ['AQAA', 'its exponent is even or 1'],
    ['AQAAAAE', 'its exponent is larger than 2^32'],
    // Looked at, such a number would take minutes.
    [numberOf(Buffer.alloc(300_001, 0xff)), 'its exponent is larger than 2^32'],
    [numberOf(Buffer.alloc(300, 0xff)), 'its exponent is larger than 2^32'],
  ])('with the exponent %s is never used', (e, reason) => {
    expect(reading(jwkOf(rsa, { e }))).toEqual(skippedFor(reason))
  })

  it.each(['Aw', 'AQAB', '_____w'])('with the exponent %s is used', (e) => {
    expect(reading(jwkOf(rsa, { e })).algorithms).toEqual([rsaAlgorithms])
  })

  it.each([
    undefined,
    null,
    '',
    65_537,
    'AQAB=',
    'AQAC\n',
    'AQ+B',
    'AQ/B',
    'AQB',
    'A',
    'AAEAAQ',
    'AA',
    ['AQAB'],
  ])('whose exponent is written %j is not used', (e) => {
    expect(reading(jwkOf(rsa, { e }))).toEqual(skippedFor('its n or e is no number in canonical base64url'))
  })
})

describe('a key of an elliptic curve', () => {
  it.each([
    ['P-256', p256, 'ES256'],
    ['P-384', p384, 'ES384'],
    ['P-521', p521, 'ES512'],
  ])('of %s verifies by the algorithm of that curve alone', (_, pair, algorithm) => {
    expect(reading(jwkOf(pair)).algorithms).toEqual([[algorithm]])
    for (const alg of ['ES256', 'ES384', 'ES512', 'RS256'].filter((other) => other !== algorithm)) {
      expect(reading(jwkOf(pair, { alg }))).toEqual(skippedFor(fitsNone))
    }
  })

  it.each(['secp256k1', 'P-224', 'Ed25519', 'p-256', '', 1, undefined])('of %j is never used', (crv) => {
    expect(reading(jwkOf(p256, { crv }))).toEqual(skippedFor('its crv is not P-256 or P-384 or P-521'))
  })

  it('of secp256k1 is never used, whatever it calls its curve', () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'secp256k1' })
    for (const crv of ['secp256k1', 'P-256']) expect(reading(jwkOf(other, { crv })).algorithms).toEqual([])
  })

  it('that says another curve than its point is on is not used', () => {
    const reason = 'its x or y is no coordinate in canonical base64url'
    expect(reading(jwkOf(p256, { crv: 'P-384' }))).toEqual(skippedFor(reason))
    expect(reading(jwkOf(p521, { crv: 'P-256' }))).toEqual(skippedFor(reason))
  })

  it.each([Buffer.alloc(32), Buffer.alloc(32, 0xff), Buffer.alloc(32, 1)])(
    'whose point is not on its curve is never used: %o',
    (y) => {
      expect(reading(jwkOf(p256, { y: numberOf(y) }))).toEqual(skippedFor('its numbers are those of no key'))
    },
  )

  it('whose point is the origin is never used', () => {
    const zero = numberOf(Buffer.alloc(32))
    expect(reading(jwkOf(p256, { x: zero, y: zero }))).toEqual(skippedFor('its numbers are those of no key'))
  })

  it.each([undefined, '', 1, 'AQAB', numberOf(Buffer.alloc(33, 1)), `${numberOf(Buffer.alloc(32, 1))}=`])(
    'whose coordinate is written %j is not used',
    (x) => {
      const reason = 'its x or y is no coordinate in canonical base64url'
      expect(reading(jwkOf(p256, { x }))).toEqual(skippedFor(reason))
    },
  )
})

describe('a secret of a set', () => {
  it.each([
    [32, ['HS256']],
    [48, ['HS256', 'HS384']],
    [64, ['HS256', 'HS384', 'HS512']],
  ])('of %d bytes verifies by no larger hash than that', (bytes, algorithms) => {
    expect(reading(jwkOf(sharedSecret(bytes)), 'hmac').algorithms).toEqual([algorithms])
  })

  it('is never used if it is shorter than the hash', () => {
    expect(reading(jwkOf(sharedSecret(31)), 'hmac')).toEqual(skippedFor(fitsNone))
    expect(reading(jwkOf(sharedSecret(63), { alg: 'HS512' }), 'hmac')).toEqual(skippedFor(fitsNone))
  })

  it.each([undefined, null, '', 1, 'c3Rhbn$', 'AQB', 'AQAB='])('that is written %j is not used', (k) => {
    expect(reading({ kty: 'oct', k }, 'hmac')).toEqual(skippedFor('its k is no canonical base64url'))
  })
})

describe('a secret in the configuration', () => {
  it('is the key that its bytes in UTF-8 are', () => {
    const text = 'größer als zweiunddreißig Zeichen'
    const found = hmacKeyOf(text, signatureAlgorithms)
    expect(found).toMatchObject({ kid: null, algorithms: ['HS256'] })
    expect(found?.key.export()).toEqual(Buffer.from(text))
  })

  it('is none if it is too short for every algorithm that the realm allows', () => {
    expect(hmacKeyOf('', signatureAlgorithms)).toBeNull()
    expect(hmacKeyOf('x'.repeat(31), signatureAlgorithms)).toBeNull()
    expect(hmacKeyOf('x'.repeat(32), ['HS512', 'RS256'])).toBeNull()
  })
})

describe('what a key is used for', () => {
  it('is never by an algorithm that is another type’s', () => {
    for (const algorithm of signatureAlgorithms) {
      const kind = algorithm.startsWith('HS') ? 'hmac' : 'pkc'
      const { keys } = parseJwks(jwksOf(jwkOf(pairFor(algorithm))), kind, signatureAlgorithms)
      const families = new Set(keys.flatMap(({ algorithms }) => algorithms.map((one) => one.slice(0, 2))))
      expect([...families].sort().join()).toMatch(/^(HS|ES|PS,RS)$/)
    }
  })
})
