import { isSecurityName, metadataProblems, securityNameRule } from '../authorization/securityName.ts'
import { passwordHashProblem } from './passwordHash.ts'
import { longestPassword } from './passwords.ts'
import type { User } from './userRepository.ts'
import { isReservedUsername } from './username.ts'

/** A new password, or the hash of one. At most one of them. */
export interface NewPassword {
  readonly password: string | null
  readonly passwordHash: string | null
}

export interface UserInput extends User, NewPassword {}

/** Each is looked up at every request of the user. */
const mostRoles = 1_000

/** What is wrong with a user that somebody wants to store, in Elasticsearch's order. Source: spec 4.1. */
export function userProblems(user: UserInput): string[] {
  return [
    ...usernameProblems(user.username),
    ...(user.roles.length > mostRoles ? [`a user can have at most [${mostRoles}] roles`] : []),
    ...metadataProblems(user.metadata),
    ...passwordProblems(user),
  ]
}

export function passwordProblems({ password, passwordHash }: NewPassword): string[] {
  if (password !== null && passwordHash !== null)
    return ['only one of [password, password_hash] can be given']
  if (password !== null && password.length < 6) return ['passwords must be at least [6] characters long']
  if (password !== null && password.length > longestPassword) {
    return [`passwords must be at most [${longestPassword}] characters long`]
  }
  const hashProblem = passwordHash === null ? null : passwordHashProblem(passwordHash)
  return hashProblem === null ? [] : [`[password_hash] ${hashProblem}`]
}

function usernameProblems(username: string): string[] {
  if (!isSecurityName(username)) return [securityNameRule('User')]
  return isReservedUsername(username) ? [`Username [${username}] is reserved and may not be used.`] : []
}
