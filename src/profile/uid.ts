import { hash } from 'node:crypto'
import type { Domain } from '../authentication/domain.ts'
import type { Subject } from '../authentication/subject.ts'
import { literalUid } from './literalUid.ts'

/** The uid of a user's n-th profile: `u_` + base64url(SHA-256(username)) + `_` + n. Source: spec 2.3. */
export function uidOf(base: string, differentiator: number): string {
  return `u_${base}_${differentiator}`
}

/** base64url(SHA-256(username)) without padding: 43 characters, under which all profiles of a username are found. */
export function baseOf(username: string): string {
  return hash('sha256', username, 'base64url')
}

/** The lowest differentiator that no profile with this base was ever given. */
export function nextDifferentiator(base: string, uids: readonly string[]): number {
  const given = new Set(uids)
  let differentiator = 0
  while (given.has(uidOf(base, differentiator))) differentiator += 1
  return differentiator
}

/** The uid of a user's new profile, beside those that profiles of the username were ever given. */
export function newUid(
  base: string,
  subject: Subject,
  domain: Domain | null,
  given: readonly string[],
): string {
  return domain && domain.literalSuffix !== null
    ? literalUid(subject, domain, given)
    : uidOf(base, nextDifferentiator(base, given))
}
