import { generateKeyPairSync, type JsonWebKey } from 'node:crypto'
import { SignJWT } from 'jose'
import type { BenchUser } from './people.ts'

/** What every token of the bench says, and every floor asks of it. */
export const tokenTerms = { issuer: 'https://idp.example.com/', audience: 'gateway' }

/** Makes an issuer of tokens with a key of its own. */
export function createIssuer() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return {
    /** What verifies its tokens. */
    publicJwk: (): JsonWebKey => ({ ...publicKey.export({ format: 'jwk' }), kid: 'bench', alg: 'RS256' }),

    /** A user's token, valid for a day. */
    tokenFor({ username, roles, fullName, email }: BenchUser): Promise<string> {
      return new SignJWT({ roles, name: fullName, mail: email })
        .setProtectedHeader({ alg: 'RS256', kid: 'bench' })
        .setSubject(username)
        .setIssuer(tokenTerms.issuer)
        .setAudience(tokenTerms.audience)
        .setIssuedAt()
        .setExpirationTime('1d')
        .sign(privateKey)
    },
  }
}

export type Issuer = ReturnType<typeof createIssuer>
