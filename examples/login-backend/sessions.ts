import { randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'

const hours = 8

/** Who has logged in, in memory: they end with the process. A real application would keep them in its database. */
export function createSessions(origin: string) {
  // Over https, a browser takes a cookie of this name only from this very host, and sends it back only over https.
  const isHttps = origin.startsWith('https:')
  const name = isHttps ? '__Host-session' : 'session'
  const attributes = `Path=/; HttpOnly; SameSite=Lax${isHttps ? '; Secure' : ''}`
  const uids = new LRUCache<string, string>({ max: 100_000, ttl: hours * 3_600_000 })
  return {
    /** The uid of the profile of whoever sends the cookie, or null. */
    find: (cookies = '') => uids.get(idIn(cookies)) ?? null,

    /** Begins a session under an id that nobody has seen before, in place of the one that was sent. */
    begin(cookies: string | undefined, uid: string): string {
      uids.delete(idIn(cookies))
      const id = randomBytes(32).toString('base64url')
      uids.set(id, uid)
      return `${name}=${id}; Max-Age=${hours * 3_600}; ${attributes}`
    },

    end(cookies: string | undefined): string {
      uids.delete(idIn(cookies))
      return `${name}=; Max-Age=0; ${attributes}`
    },
  }

  function idIn(cookies = ''): string {
    const pairs = cookies.split(';').map((pair) => pair.trim().split('='))
    return pairs.find(([key]) => key === name)?.[1] ?? ''
  }
}

export type Sessions = ReturnType<typeof createSessions>
