import { importJWK, jwtVerify, type JSONWebKeySet, type JWTHeaderParameters } from 'jose'
import type { FloorSubject } from './floor.ts'
import { algorithms, tokenTerms } from './tokens.ts'

/** Whom a JWT proves, and until when, in epoch milliseconds. */
export interface FloorJwt {
  readonly subject: FloorSubject
  readonly expires: number
}

/** A JWT has dots, a token of the floor's own has none. */
export function isJwt(token: string): boolean {
  return token.includes('.')
}

/** Makes the function that verifies a JWT with jose, each time. */
export async function createJwtVerification(): Promise<(token: string) => Promise<FloorJwt | null>> {
  const { keys } = JSON.parse(process.env.JWKS ?? '') as JSONWebKeySet
  const imported = new Map(
    await Promise.all(keys.map(async (key) => [key.kid, await importJWK(key)] as const)),
  )
  const terms = { ...tokenTerms, algorithms: [...algorithms] }
  const keyOf = ({ kid }: JWTHeaderParameters) => {
    const key = imported.get(kid)
    if (!key) throw new Error('there is no such key')
    return key
  }
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, keyOf, terms)
      const { sub, exp, roles, name, mail } = payload
      if (sub === undefined || exp === undefined) return null
      const subject = {
        username: sub,
        roles: Array.isArray(roles) ? roles.map(String) : [],
        full_name: typeof name === 'string' ? name : null,
        email: typeof mail === 'string' ? mail : null,
        realm_name: 'bench',
      }
      return { subject, expires: exp * 1_000 }
    } catch {
      return null
    }
  }
}
