// Signed JSON Web Tokens. This folder knows what makes one good for a realm, and whom it then proves; it knows neither
// our own tokens nor what profiles are.

import { objectIn, type JsonObject, type JsonValue } from '../../json.ts'

/** A signed JWT in compact form: read, and not verified. */
export interface Jwt {
  readonly header: JsonObject
  readonly claims: JsonObject
  /** `alg` of the header. */
  readonly algorithm: string
  readonly signed: string
  readonly signature: Buffer
}

/** In characters, as they come. */
export const longestToken = 16_384
const longestHeader = 8_192

/**
 * Reads a token as a JWT: three parts in canonical base64url, header and claims strict JSON, `alg` anything but `none`.
 * Null for every other token, which may be of another kind. Source: spec 1.3; RFC 7515, 7519.
 */
export function parseJwt(token: string): Jwt | null {
  if (token.length > longestToken) return null
  const [header = '', payload = '', signature = '', ...more] = token.split('.')
  if (more.length > 0 || header.length > longestHeader) return null
  const read = { header: partOf(header), claims: partOf(payload), signature: bytesOf(signature) }
  const algorithm = read.header?.alg
  if (!read.header || !read.claims || !read.signature) return null
  if (typeof algorithm !== 'string' || algorithm.toLowerCase() === 'none') return null
  return { ...(read as Jwt), algorithm, signed: `${header}.${payload}` }
}

/** A member of the header or of the claims; nothing where it lacks. */
export function memberOf(object: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined
}

/** Makes the function that finds a claim, or the one that stands in for it where it lacks. Source: spec 5.1. */
export function createClaimOf(fallbackClaims: FallbackClaims) {
  const fallbacks = new Map(Object.entries(fallbackClaims))
  return (claims: JsonObject, name: string): JsonValue | undefined =>
    memberOf(claims, name) ?? memberOf(claims, fallbacks.get(name) ?? name)
}

/** Which claims stand in for `sub` and `aud`. */
export type FallbackClaims = Readonly<Partial<Record<'sub' | 'aud', string>>>

/** What a claim says where it may be one text or several; null if it is neither. */
export function textsOf(value: JsonValue | undefined): string[] | null {
  const values = [value].flat()
  return values.every((one) => typeof one === 'string') ? values : null
}

function partOf(text: string): JsonObject | null {
  const bytes = bytesOf(text)
  return bytes && objectIn(bytes)
}

/** Only what would be written so again: each token has one spelling. */
function bytesOf(part: string): Buffer | null {
  const bytes = Buffer.from(part, 'base64url')
  return part !== '' && bytes.toString('base64url') === part ? bytes : null
}
