import { doors, type DoorName, type Request } from './doors.ts'
import { password, uidOf, userOf, type Grant } from './people.ts'
import type { Issuer } from './tokens.ts'

/** Those who come again and again: as many as there can be connections, since nobody is served twice at once. */
export const regulars = Array.from({ length: 64 }, (_, n) => n)

/** Makes the requests of users, by their numbers, at a door. */
export function createRequests(kind: Grant['kind'], issuer: Issuer) {
  const tokens = new Map<number, Promise<string>>()

  return function requestsOf(users: readonly number[], door: DoorName): Promise<Request[]> {
    return Promise.all(
      users.map(async (n) => {
        const { username } = userOf(n)
        return { uid: uidOf(username), body: doors[door].bodyOf(await grantOf(n, username)) }
      }),
    )
  }

  async function grantOf(n: number, username: string): Promise<Grant> {
    if (kind === 'password') return { kind, username, password }
    const token = tokens.get(n) ?? issuer.tokenFor(userOf(n))
    tokens.set(n, token)
    return { kind, username, token: await token }
  }
}
