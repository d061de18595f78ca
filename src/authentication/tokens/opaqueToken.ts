import { hash, hkdfSync, randomBytes } from 'node:crypto'
import type { PairHashes } from './tokenRepository.ts'

/** An access token and, unless it was for its client itself, its refresh token. */
export interface TokenPair {
  readonly accessToken: string
  readonly refreshToken: string | null
}

/** 256 random bits, as base64url. */
export function newToken(): string {
  return randomBytes(32).toString('base64url')
}

/** Whether a text can be one of our tokens, written as we write them. */
export function isOpaqueToken(text: string): boolean {
  return /^[\w-]{42}[AEIMQUYcgkosw048]$/.test(text)
}

export function hashOf(token: string): string {
  return hash('sha256', token, 'base64url')
}

export function hashesOf({ accessToken, refreshToken }: TokenPair): PairHashes {
  return { accessHash: hashOf(accessToken), refreshHash: refreshToken === null ? null : hashOf(refreshToken) }
}

/** The pair that follows a refresh token: the same, whoever makes it, and nobody can without the token. */
export function successorOf(refreshToken: string, salt: string): TokenPair {
  const derived = (info: string) =>
    Buffer.from(hkdfSync('sha256', refreshToken, Buffer.from(salt, 'base64url'), info, 32)).toString(
      'base64url',
    )
  return { accessToken: derived('access token'), refreshToken: derived('refresh token') }
}
