import { hash } from 'node:crypto'

/** What proves an end user. */
export type Grant =
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  | { readonly kind: 'token'; readonly username: string; readonly token: string }

/** The application that activates profiles; it may do nothing else. */
export const application = {
  username: 'login-backend',
  password: 'app-s3cret-p@ss',
  role: 'profile_activator',
}

/** The header that it sends. */
export const authorization = `Basic ${Buffer.from(`${application.username}:${application.password}`).toString('base64')}`

/** All users have this password, and even one hash: no server knows one's proof by another's. */
export const password = 'l0ng-r4nd0m-p@ssw0rd'

/** The n-th end user. */
export function userOf(n: number) {
  const username = `user-${n}`
  return {
    username,
    roles: ['admin', 'other_role1'],
    fullName: `User Number ${n}`,
    email: `${username}@example.com`,
  }
}

/** Those who come again and again: as many as there can be connections, since nobody is served twice at once. */
export const regulars = Array.from({ length: 64 }, (_, n) => n)

/** Whose the n-th token is: the regulars' in turn. */
export function regularOf(n: number) {
  return userOf(n % regulars.length)
}

/** The uid of a user's first profile. */
export function uidOf(username: string): string {
  return `u_${hash('sha256', username, 'base64url')}_0`
}
