import type { Domain } from '../authentication/domain.ts'
import type { Subject } from '../authentication/subject.ts'
import { Failure } from '../errors.ts'

/**
 * The uid of a new profile in a domain that uses usernames as they are: `u_` + username + `_` + suffix. There is only
 * one for a username. Source: spec 2.3.
 */
export function literalUid(
  { username }: Subject,
  { name, literalSuffix }: Domain,
  given: readonly string[],
): string {
  if (!/^[a-zA-Z0-9][a-zA-Z0-9-]{0,255}$/.test(username)) {
    throw new Failure(
      'CONFIGURATION',
      `Security domain [${name}] is configured to use literal username. As a result, creating new user profile requires ` +
        'the username to be at least 1 and no more than 256 characters. The username must begin with an alphanumeric ' +
        'character (a-z, A-Z, 0-9) and followed by any alphanumeric or dash (-) characters.',
    )
  }
  const uid = `u_${username}_${literalSuffix ?? ''}`
  if (given.includes(uid)) {
    throw new Failure(
      'CONFIGURATION',
      `cannot create new profile for [${username}]. A profile with uid [${uid}] already exists and suffix setting of ` +
        `domain [${name}] does not support auto-increment.`,
    )
  }
  return uid
}
