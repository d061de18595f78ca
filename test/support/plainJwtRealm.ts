import { createJwtRealm } from '../../src/authentication/jwt/jwtRealm.ts'
import type { Keys } from '../../src/authentication/jwt/keys.ts'
import { anyClient, type ClientCheck } from '../../src/authentication/jwt/sharedSecret.ts'
import { createVerifiedTokens, type VerifiedTokens } from '../../src/authentication/jwt/verifiedTokens.ts'
import type { NativeRealm } from '../../src/authentication/native.ts'
import { gateway, now, type Issuer } from './jwt.ts'

interface Options {
  readonly clock?: () => number
  readonly clockSkew?: number
  readonly clientCheck?: ClientCheck
  readonly verified?: VerifiedTokens
  readonly lookUp?: NativeRealm['lookUp'] | null
}

/** A realm by itself, on the plainest terms: an issuer's tokens with RS256, each verified anew unless it is told otherwise. */
export function plainJwtRealm(issuer: Issuer, pkc: Keys, options: Options = {}) {
  const { clock = () => now * 1_000, clockSkew = 60_000, clientCheck = anyClient, lookUp = null } = options
  const { verified = createVerifiedTokens({ ttl: 0, size: 0, clock }) } = options
  return createJwtRealm({
    ref: { name: 'web', type: 'jwt', domain: null },
    terms: {
      tokenType: 'id_token',
      issuer: issuer.url,
      audiences: [gateway],
      subjects: [],
      subjectPatterns: [],
      algorithms: ['RS256'],
      clockSkew,
      fallbackClaims: {},
      requiredClaims: {},
    },
    claims: {
      principal: { claim: 'sub', pattern: null },
      ...{ name: null, mail: null, groups: null, dn: null },
      fallbackClaims: {},
      metadata: { fixed: { jwt_token_type: 'id_token' }, prefix: null, isOfJwt: true },
    },
    keys: { hmac: null, pkc },
    report: () => undefined,
    ...{ clientCheck, verified, lookUp, clock },
  })
}

/** The key with which the issuer signs RS256, as a realm knows it. */
export function plainKeyOf({ keys }: Issuer) {
  return { kid: 'rsa', algorithms: ['RS256'] as const, key: keys.rsa.publicKey }
}
