/** Usernames that nobody can create, replace or delete. Source: spec 4.1. */
export const superuser = 'elastic'

export function isReservedUsername(username: string): boolean {
  return username === superuser
}
