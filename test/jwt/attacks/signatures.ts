import { constants, createSecretKey, generateKeyPairSync, hash, privateEncrypt, sign } from 'node:crypto'
import { algorithms, claimsOf, kidOf, partsOf, signatureOf, type Issuer } from '../../support/jwt.ts'
import { attacksWith, type Attack } from './attack.ts'

/** How many points each curve has. Source: FIPS 186-4, D.1.2. */
const orders = {
  ES256: '0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551',
  ES384: '0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973',
  ES512:
    '0x01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409',
}

/** No signature, or none that counts. Source: RFC 8725, 2.1, 3.1, 3.2; RFC 7515, 5.2, 10.6. */
const unsigned: Attack[] = [
  ...['none', 'None', 'NONE', 'nOnE', 'noNE'].flatMap((alg): Attack[] => [
    {
      name: `alg ${alg} without a signature`,
      kind: 'opaque',
      token: (issuer) => issuer.craft({ header: { alg }, signature: () => '' }),
    },
    {
      name: `alg ${alg} with a signature that is sound`,
      kind: 'opaque',
      token: (issuer) => issuer.craft({ header: { alg } }),
    },
    {
      name: `alg ${alg} without kid and signature`,
      kind: 'opaque',
      token: (issuer) => issuer.craft({ header: { alg, kid: undefined }, signature: () => '' }),
    },
  ]),
  ...['none ', ' none', 'none\t', 'n\u043ene', 'none\u200b', ''].map((alg): Attack => ({
    name: `alg ${JSON.stringify(alg)}, which is not even none`,
    kind: 'jwt',
    token: (issuer) => issuer.craft({ header: { alg } }),
  })),
  ...attacksWith(
    'opaque',
    {
      'no alg': undefined,
      'alg null': null,
      'alg true': true,
      'alg 256': 256,
      'alg in a list': ['RS256'],
      'alg in an object': { RS256: true },
    },
    (alg, issuer) => issuer.craft({ header: { alg } }),
  ),
  ...attacksWith(
    'jwt',
    {
      'alg in lower case': 'rs256',
      'alg with a space': 'RS256 ',
      'alg of an object’s prototype': 'constructor',
      'alg __proto__': '__proto__',
      'alg ES256K': 'ES256K',
      'alg EdDSA': 'EdDSA',
      'alg of an encryption': 'RSA-OAEP',
      'alg dir': 'dir',
      'alg RS1': 'RS1',
      'alg MD5': 'HMD5',
    },
    (alg, issuer) => issuer.craft({ header: { alg } }),
  ),
  {
    name: 'an empty signature',
    kind: 'opaque',
    token: (issuer) => issuer.craft({ signature: () => '' }),
  },
  {
    name: 'a signature that was cut off with its dot',
    kind: 'opaque',
    token: (issuer) => issuer.craft().split('.').slice(0, 2).join('.'),
  },
  ...attacksWith<(sound: Buffer) => Buffer>(
    'jwt',
    {
      'a signature of zeros': (sound) => Buffer.alloc(sound.length),
      'a signature of ones': (sound) => Buffer.alloc(sound.length, 0xff),
      'a signature of one byte': () => Buffer.from([1]),
      'a signature that lacks its first byte': (sound) => sound.subarray(1),
      'a signature that lacks its last byte': (sound) => sound.subarray(0, -1),
      'a signature after a zero': (sound) => Buffer.concat([Buffer.alloc(1), sound]),
      'a signature before a zero': (sound) => Buffer.concat([sound, Buffer.alloc(1)]),
      'a signature twice': (sound) => Buffer.concat([sound, sound]),
      'a signature backwards': (sound) => Buffer.from(sound).reverse(),
      'a signature whose first bit is another': (sound) => flipped(sound, 0, 0x80),
      'a signature whose last bit is another': (sound) => flipped(sound, sound.length - 1, 1),
    },
    (change, issuer) =>
      issuer.craft({
        signature: (signed) => change(signatureOf('RS256', issuer.keys.rsa.privateKey, signed)),
      }),
  ),
]

/** What the public key looks like, wherever somebody could take its text for a secret. Source: RFC 8725, 2.1, 3.1. */
const spellings: Readonly<Record<string, (issuer: Issuer) => string | Buffer>> = {
  'the public key as PEM': ({ keys }) => keys.rsa.publicKey.export({ type: 'spki', format: 'pem' }),
  'the public key as PEM without its last line end': ({ keys }) =>
    (keys.rsa.publicKey.export({ type: 'spki', format: 'pem' }) as string).trim(),
  'the public key as PEM of PKCS #1': ({ keys }) =>
    keys.rsa.publicKey.export({ type: 'pkcs1', format: 'pem' }),
  'the public key as DER': ({ keys }) => keys.rsa.publicKey.export({ type: 'spki', format: 'der' }),
  'the public key as DER of PKCS #1': ({ keys }) =>
    keys.rsa.publicKey.export({ type: 'pkcs1', format: 'der' }),
  'the public key as JWK': ({ keys }) => JSON.stringify(keys.rsa.publicKey.export({ format: 'jwk' })),
  'the public key as it stands in the JWKS': ({ jwks }) => JSON.stringify(jwks.keys[0]),
  'the whole JWKS': ({ jwks }) => JSON.stringify(jwks),
  'the modulus': ({ keys }) => Buffer.from(keys.rsa.publicKey.export({ format: 'jwk' }).n ?? '', 'base64url'),
  'the modulus as text': ({ keys }) => keys.rsa.publicKey.export({ format: 'jwk' }).n ?? '',
  nothing: () => '',
  'a zero': () => Buffer.alloc(1),
  'a well-known word': () => 'secret',
  'the name of the key': () => 'rsa',
}

const confused: Attack[] = Object.entries(spellings).flatMap(([what, secretOf]) =>
  ['rs', 'mixed'].flatMap((realm) =>
    ['rsa', undefined].map((kid): Attack => ({
      name: `HS256 with ${what} as the secret, ${kid ? 'its' : 'no'} kid, at the realm ${realm}`,
      kind: 'jwt',
      token: (issuer) =>
        issuer.as(realm).craft({
          header: { alg: 'HS256', kid },
          signature: (signed) => signatureOf('HS256', createSecretKey(Buffer.from(secretOf(issuer))), signed),
        }),
    })),
  ),
)

const secrets: Attack[] = [
  {
    name: 'HS384 with the right secret, where only HS256 is allowed',
    kind: 'jwt',
    token: (issuer) => issuer.as('mixed').craft({ algorithm: 'HS384' }),
  },
  {
    name: 'HS256 with half of its MAC',
    kind: 'jwt',
    token: (issuer) =>
      issuer.as('mixed').craft({
        algorithm: 'HS256',
        signature: (signed) =>
          signatureOf('HS256', createSecretKey(issuer.secret, 'utf8'), signed).subarray(0, 16),
      }),
  },
  {
    name: 'HS256 with what the secret is in base64url',
    kind: 'jwt',
    token: (issuer) =>
      issuer.as('mixed').craft({ algorithm: 'HS256', key: createSecretKey(issuer.secret, 'base64url') }),
  },
  {
    name: 'RS256 in the header of what the secret has signed',
    kind: 'jwt',
    token: (issuer) => issuer.as('mixed').craft({ header: { alg: 'RS256' }, algorithm: 'HS256' }),
  },
  {
    name: 'HS256 in the header of what the RSA key has signed',
    kind: 'jwt',
    token: (issuer) => issuer.as('mixed').craft({ header: { alg: 'HS256' } }),
  },
]

/** Every algorithm in the header of what another has signed, of the same family or with the same hash. */
const relabelled: Attack[] = algorithms
  .filter((one) => !one.startsWith('HS'))
  .flatMap((signing, _, all) =>
    all
      .filter((said) => said !== signing)
      .filter((said) => said.slice(0, 2) === signing.slice(0, 2) || said.slice(2) === signing.slice(2))
      .map((said): Attack => ({
        name: `${said} in the header of a ${signing} signature`,
        kind: 'jwt',
        token: (issuer) => issuer.craft({ header: { alg: said, kid: kidOf(signing) }, algorithm: signing }),
      })),
  )

const changedAfterwards: Attack[] = [
  ...(['RS384', 'PS256', 'ES256', 'HS256'] as const).map((alg): Attack => ({
    name: `alg changed to ${alg} after signing`,
    kind: 'jwt',
    token: (issuer) => exchanged(issuer.craft(), issuer.craft({ header: { alg, kid: kidOf(alg) } }), 0),
  })),
  {
    name: 'alg that was not allowed, signed soundly',
    kind: 'jwt',
    token: (issuer) => issuer.as('rs').craft({ algorithm: 'RS512' }),
  },
  {
    name: 'the payload of another token',
    kind: 'jwt',
    token: (issuer) => exchanged(issuer.craft(), issuer.craft({ claims: { sub: 'elastic' } }), 1),
  },
  {
    name: 'the header of another token',
    kind: 'jwt',
    token: (issuer) => exchanged(issuer.craft(), issuer.craft({ header: { kid: undefined } }), 0),
  },
  {
    name: 'the signature of another token',
    kind: 'jwt',
    token: (issuer) => exchanged(issuer.craft(), issuer.craft({ claims: { sub: 'elastic' } }), 2),
  },
  {
    name: 'a dot that was moved over from the payload',
    kind: 'opaque',
    token(issuer) {
      const [header, claims, signature] = partsOf(issuer.craft())
      return `${header}${claims.slice(0, 4)}.${claims.slice(4)}.${signature}`
    },
  },
  {
    name: 'a space within the payload that was not signed',
    kind: 'jwt',
    token(issuer) {
      const token = issuer.craft()
      return exchanged(token, issuer.craft({ claims: `${JSON.stringify(claimsOf(token))} ` }), 1)
    },
  },
]

const rsa: Attack[] = [
  {
    name: 'PS256 with a salt of no length',
    kind: 'jwt',
    token: (issuer) => pss(issuer, 0),
  },
  {
    name: 'PS256 with the longest salt',
    kind: 'jwt',
    token: (issuer) => pss(issuer, constants.RSA_PSS_SALTLEN_MAX_SIGN),
  },
  {
    name: 'a padded hash without the name of its algorithm',
    kind: 'jwt',
    token: (issuer) =>
      issuer.craft({
        signature: (signed) => privateEncrypt(issuer.keys.rsa.privateKey, hash('sha256', signed, 'buffer')),
      }),
  },
  {
    name: 'a signature raised by the modulus',
    kind: 'jwt',
    token: (issuer) => raised(issuer),
  },
  {
    name: 'a signature that is the modulus',
    kind: 'jwt',
    token: (issuer) =>
      issuer.craft({
        signature: () => issuer.keys.rsa.publicKey.export({ format: 'jwk' }).n ?? '',
      }),
  },
  {
    name: 'the number 1 as a signature',
    kind: 'jwt',
    token: (issuer) =>
      issuer.craft({ signature: () => Buffer.concat([Buffer.alloc(255), Buffer.from([1])]) }),
  },
]

/** Of CVE-2022-21449 and its kin. */
const degenerate: Attack[] = (['ES256', 'ES384', 'ES512'] as const).flatMap((algorithm) => {
  const order = BigInt(orders[algorithm])
  const length = Math.ceil((orders[algorithm].length - 2) / 2)
  const numbers = { 0: 0n, 1: 1n, n: order, 'n + 1': order + 1n }
  return Object.entries(numbers).flatMap(([r, rNumber]) =>
    Object.entries(numbers).map(([s, sNumber]): Attack => ({
      name: `${algorithm} with r = ${r} and s = ${s}`,
      kind: 'jwt',
      token: (issuer) =>
        issuer.craft({
          algorithm,
          signature: () => Buffer.concat([bytesOf(rNumber, length), bytesOf(sNumber, length)]),
        }),
    })),
  )
})

const ecdsa: Attack[] = [
  ...attacksWith<(sound: Buffer) => Buffer>(
    'jwt',
    {
      'ES256 with r = 0 and a sound s': (sound) => Buffer.concat([Buffer.alloc(32), sound.subarray(32)]),
      'ES256 with a sound r and s = 0': (sound) => Buffer.concat([sound.subarray(0, 32), Buffer.alloc(32)]),
      'ES256 with r and s in turn': (sound) => Buffer.concat([sound.subarray(32), sound.subarray(0, 32)]),
      'ES256 without its last byte': (sound) => sound.subarray(0, 63),
      'ES256 with a byte more': (sound) => Buffer.concat([sound, Buffer.alloc(1)]),
      'ES256 with numbers of 48 bytes': (sound) =>
        Buffer.concat([Buffer.alloc(16), sound.subarray(0, 32), Buffer.alloc(16), sound.subarray(32)]),
      'ES256 with a zero before each number': (sound) =>
        Buffer.concat([Buffer.alloc(1), sound.subarray(0, 32), Buffer.alloc(1), sound.subarray(32)]),
    },
    (change, issuer) =>
      issuer.craft({
        algorithm: 'ES256',
        signature: (signed) => change(signatureOf('ES256', issuer.keys.p256.privateKey, signed)),
      }),
  ),
  ...(['ES256', 'ES384', 'ES512'] as const).map((algorithm): Attack => ({
    name: `${algorithm} in DER`,
    kind: 'jwt',
    token: (issuer) =>
      issuer.craft({
        algorithm,
        signature: (signed) =>
          sign(
            `sha${algorithm.slice(2)}`,
            Buffer.from(signed),
            issuer.keys[kidOf(algorithm) ?? 'p256'].privateKey,
          ),
      }),
  })),
  ...(['p384', 'p521'] as const).map((curve): Attack => ({
    name: `ES256 of the issuer’s key on ${curve}, by its own name`,
    kind: 'jwt',
    token: (issuer) =>
      issuer.craft({
        header: { kid: curve },
        algorithm: 'ES256',
        key: issuer.keys[curve].privateKey,
      }),
  })),
  {
    name: 'ES256 of a key on secp256k1',
    kind: 'jwt',
    token: (issuer) =>
      issuer.craft({
        algorithm: 'ES256',
        key: generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey,
      }),
  },
  {
    name: 'EdDSA of a key that nobody knows',
    kind: 'jwt',
    token: (issuer) =>
      issuer.craft({
        header: { alg: 'EdDSA', kid: 'p256' },
        signature: (signed) => sign(null, Buffer.from(signed), generateKeyPairSync('ed25519').privateKey),
      }),
  },
]

const foreign: Attack[] = (['RS256', 'PS256', 'ES256', 'ES512', 'HS256'] as const).flatMap((algorithm) =>
  (
    [
      ['its own kid', 'attacker-1'],
      ['the issuer’s kid', kidOf(algorithm) ?? 'rsa'],
      ['another kid of the issuer’s', 'otherRsa'],
      ['no kid', undefined],
      ['an empty kid', ''],
    ] as const
  ).map(([what, kid]): Attack => ({
    name: `${algorithm} of a foreign key with ${what}`,
    kind: 'jwt',
    token: (_, attacker) =>
      attacker.as(algorithm === 'HS256' ? 'mixed' : 'web').craft({ header: { kid }, algorithm }),
  })),
)

const misnamed: Attack[] = [
  {
    name: 'a signature of another of the issuer’s keys than the one that kid names',
    kind: 'jwt',
    token: (issuer) => issuer.craft({ header: { kid: 'otherRsa' } }),
  },
  {
    name: 'a kid that names a key of another type',
    kind: 'jwt',
    token: (issuer) => issuer.craft({ header: { kid: 'p256' } }),
  },
  {
    name: 'a kid in upper case',
    kind: 'jwt',
    token: (issuer) => issuer.craft({ header: { kid: 'RSA' } }),
  },
  {
    name: 'a token of an issuer that somebody else’s key has signed',
    kind: 'jwt',
    token: (issuer, attacker) => issuer.craft({ key: attacker.keys.rsa.privateKey }),
  },
  {
    name: 'a promise of the issuer that the attacker took over: sub elastic',
    kind: 'jwt',
    token: (_, attacker) => attacker.craft({ claims: { sub: 'elastic', roles: ['superuser'] } }),
  },
]

export const signatures: readonly Attack[] = [
  ...unsigned,
  ...confused,
  ...secrets,
  ...relabelled,
  ...changedAfterwards,
  ...rsa,
  ...degenerate,
  ...ecdsa,
  ...foreign,
  ...misnamed,
]

function flipped(bytes: Buffer, at: number, bit: number): Buffer {
  const changed = Buffer.from(bytes)
  changed[at] = (changed[at] ?? 0) ^ bit
  return changed
}

/** A token with one part of another. */
function exchanged(token: string, other: string, index: number): string {
  return token
    .split('.')
    .with(index, other.split('.')[index] ?? '')
    .join('.')
}

function pss(issuer: Issuer, saltLength: number): string {
  const { privateKey: key } = issuer.keys.rsa
  const padding = constants.RSA_PKCS1_PSS_PADDING
  return issuer.craft({
    header: { alg: 'PS256' },
    signature: (signed) => sign('sha256', Buffer.from(signed), { key, padding, saltLength }),
  })
}

/** A token whose signature is another number of the same remainder. */
function raised(issuer: Issuer): string {
  const { n = '' } = issuer.keys.rsa.publicKey.export({ format: 'jwk' })
  const modulus = numberOf(Buffer.from(n, 'base64url'))
  for (let jti = 0; ; jti++) {
    const token = issuer.craft({ claims: { jti: String(jti) } })
    const number = numberOf(Buffer.from(partsOf(token)[2], 'base64url')) + modulus
    if (number < 2n ** 2_048n)
      return token.split('.').with(2, bytesOf(number, 256).toString('base64url')).join('.')
  }
}

function numberOf(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex')}`)
}

function bytesOf(number: bigint, length: number): Buffer {
  return Buffer.from(number.toString(16).padStart(length * 2, '0'), 'hex')
}
