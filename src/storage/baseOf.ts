import { hash } from 'node:crypto'

/** By which what is a user's is found: a username is too long for an index. */
export function baseOf(username: string): string {
  return hash('sha256', username, 'base64url')
}
