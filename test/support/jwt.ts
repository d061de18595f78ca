// An issuer of JSON Web Tokens. Sound tokens are made by `jose`, which shares nothing with the gateway; broken ones are
// put together byte by byte.

import {
  constants,
  createHmac,
  createSecretKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  type KeyObject,
} from 'node:crypto'
import { CompactSign } from 'jose'

export const algorithms = [
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

export type Algorithm = (typeof algorithms)[number]

/** The time of the gateways in tests as tokens have it. */
export const now = 1_800_000_000

/** What a token for a realm says if nothing else is asked for. */
export const gateway = 'gateway'

type Members = Readonly<Record<string, unknown>>

/** A part of a token: members over those of a good one (undefined takes one away), or all of it as it is. */
export type Part = Members | string | Buffer

export interface Crafted {
  readonly header?: Part
  readonly claims?: Part
  /** With which it is really signed; the header says so too, unless it is told otherwise. */
  readonly algorithm?: Algorithm
  readonly key?: KeyObject
  /** Makes another signature of what is signed: its bytes, or the third part as it is. */
  readonly signature?: (signed: string) => Buffer | string
}

interface Pair {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

type KeyName = 'rsa' | 'otherRsa' | 'p256' | 'p384' | 'p521'

export interface Issuer {
  /** `iss` of its tokens: realms are told apart by it. */
  readonly url: string
  readonly keys: Readonly<Record<KeyName, Pair>>
  /** A secret of 512 bits, text as HMAC takes it. */
  readonly secret: string
  /** Its public keys, each named for what it is called here. */
  readonly jwks: { readonly keys: readonly Members[] }
  /** A token put together here. */
  readonly craft: (crafted?: Crafted) => string
  /** A sound token. */
  readonly issue: (
    claims?: Members,
    header?: Members & { alg?: Algorithm },
    key?: KeyObject,
  ) => Promise<string>
  /** The same keys, and tokens for another realm. */
  readonly as: (realm: string) => Issuer
}

/** What a realm in tests takes for `iss`. */
export function issuerOf(realm: string): string {
  return `https://${realm}.example/`
}

/** Makes an issuer with keys of its own, whose tokens are for the realm `web`. */
export function createIssuer(): Issuer {
  const keys = {
    rsa: rsaPair(),
    otherRsa: rsaPair(),
    p256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    p384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
    p521: generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  }
  const secret = randomBytes(48).toString('base64url')
  const jwks = {
    keys: Object.entries(keys).map(([kid, { publicKey }]) => ({
      ...publicKey.export({ format: 'jwk' }),
      kid,
      use: 'sig',
    })),
  }
  return issuing('web')

  function issuing(realm: string): Issuer {
    const iss = issuerOf(realm)
    const sound = (algorithm: Algorithm) => ({
      header: { alg: algorithm, kid: kidOf(algorithm), typ: 'JWT' },
      claims: { iss, sub: 'jacknich', aud: gateway, iat: now - 10, exp: now + 600 },
    })
    return {
      url: iss,
      keys,
      secret,
      jwks,
      as: issuing,
      craft({ header = {}, claims = {}, algorithm = 'RS256', key, signature } = {}) {
        const base = sound(algorithm)
        const signed = `${encoded(base.header, header)}.${encoded(base.claims, claims)}`
        const made = signature?.(signed) ?? signatureOf(algorithm, key ?? privateKeyOf(algorithm), signed)
        return `${signed}.${typeof made === 'string' ? made : made.toString('base64url')}`
      },
      issue(claims = {}, header = {}, key) {
        const algorithm = header.alg ?? 'RS256'
        const base = sound(algorithm)
        const payload = Buffer.from(JSON.stringify({ ...base.claims, ...claims }))
        return new CompactSign(payload)
          .setProtectedHeader(defined({ ...base.header, ...header }) as { alg: string })
          .sign(key ?? privateKeyOf(algorithm))
      },
    }
  }

  function privateKeyOf(algorithm: Algorithm): KeyObject {
    const kid = kidOf(algorithm)
    return kid === undefined ? createSecretKey(secret, 'utf8') : keys[kid].privateKey
  }
}

/** The name of the key with which an issuer signs; the secret has none. */
export function kidOf(algorithm: Algorithm): KeyName | undefined {
  if (algorithm.startsWith('HS')) return undefined
  const curves: Partial<Record<Algorithm, KeyName>> = { ES256: 'p256', ES384: 'p384', ES512: 'p521' }
  return curves[algorithm] ?? 'rsa'
}

/** A signature as RFC 7518 has it, and with other bytes for a key where that is asked for. */
export function signatureOf(algorithm: Algorithm, key: KeyObject, signed: string | Buffer): Buffer {
  const hash = `sha${algorithm.slice(2)}`
  const data = Buffer.from(signed)
  if (algorithm.startsWith('HS')) return createHmac(hash, key).update(data).digest()
  if (algorithm.startsWith('ES')) return sign(hash, data, { key, dsaEncoding: 'ieee-p1363' })
  if (algorithm.startsWith('RS')) return sign(hash, data, key)
  const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_DIGEST: saltLength } = constants
  return sign(hash, data, { key, padding, saltLength })
}

/** A part of a token, of what it says. */
export function part(content: Part): string {
  const bytes = typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content)
  return Buffer.from(bytes as string).toString('base64url')
}

/** The three parts of a token. */
export function partsOf(token: string): [header: string, claims: string, signature: string] {
  const [header = '', claims = '', signature = ''] = token.split('.')
  return [header, claims, signature]
}

/** The claims of a token, as anybody can read them. */
export function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(partsOf(token)[1], 'base64url').toString()) as Record<string, unknown>
}

/** What stands for the subject of a refused JWT. Source: spec 5.6. */
export function syntheticPrincipal(token: string): string {
  const items = Object.entries(claimsOf(token))
    .map(([name, value]) => ({ name, texts: [value].flat() }))
    .filter(({ texts }) => texts.every((text) => typeof text === 'string'))
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .map(({ name, texts }) => `'${name}:${texts.join(',')}'`)
  return items.length > 0 ? items.join(' ') : '<unrecognized JWT token>'
}

function encoded(base: Members, given: Part): string {
  return part(typeof given === 'string' || Buffer.isBuffer(given) ? given : { ...base, ...given })
}

function defined(members: Members): Members {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}

function rsaPair(): Pair {
  return generateKeyPairSync('rsa', { modulusLength: 2_048 })
}
