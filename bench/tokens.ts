import { generateKeyPairSync, randomUUID, type JsonWebKey } from 'node:crypto'
import { SignJWT } from 'jose'
import { regularOf, userOf } from './people.ts'

/** What every JWT of the bench says, and every server asks of it. */
export const tokenTerms = { issuer: 'https://idp.example.com/', audience: 'gateway' }

export const algorithms = ['RS256', 'ES256'] as const
export type Algorithm = (typeof algorithms)[number]

/** How many are signed at once: enough for all cores. */
const together = 256

/** Makes an issuer of JWTs with keys of its own. */
export function createIssuer() {
  const keys = {
    RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
    ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  }
  const signed: Record<Algorithm, string[]> = { RS256: [], ES256: [] }
  return {
    /** What verifies its tokens. */
    jwks: (): { keys: JsonWebKey[] } => ({
      keys: algorithms.map((alg) => ({
        ...keys[alg].publicKey.export({ format: 'jwk' }),
        ...{ kid: alg, alg, use: 'sig' },
      })),
    }),

    /** The tokens with these numbers, each valid for a day. They are signed once, however many servers get them. */
    async tokens(algorithm: Algorithm, numbers: readonly number[]): Promise<string[]> {
      const known = signed[algorithm]
      const enough = numbers.reduce((most, n) => Math.max(most, n + 1), 0)
      while (known.length < enough) {
        const next = Array.from({ length: together }, (_, n) => known.length + n)
        known.push(...(await Promise.all(next.map((number) => sign(algorithm, regularOf(number), number)))))
      }
      return numbers.map((n) => known[n] ?? '')
    },

    /** A new token of each of these users, in their order. */
    async tokensOf(algorithm: Algorithm, users: readonly number[]): Promise<string[]> {
      const made: string[] = []
      for (let from = 0; from < users.length; from += together) {
        const next = users.slice(from, from + together).map((n) => sign(algorithm, userOf(n), randomUUID()))
        made.push(...(await Promise.all(next)))
      }
      return made
    },
  }

  function sign(alg: Algorithm, user: ReturnType<typeof userOf>, id: number | string): Promise<string> {
    const { username, roles, fullName, email } = user
    return new SignJWT({ roles, name: fullName, mail: email })
      .setProtectedHeader({ alg, kid: alg })
      .setJti(String(id))
      .setSubject(username)
      .setIssuer(tokenTerms.issuer)
      .setAudience(tokenTerms.audience)
      .setIssuedAt()
      .setExpirationTime('1d')
      .sign(keys[alg].privateKey)
  }
}

export type Issuer = ReturnType<typeof createIssuer>
