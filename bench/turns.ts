/** Whose turn it is. */
export interface Turns<T> {
  /** Takes the next request of the user who has waited longest, if one waits. */
  readonly next: () => T | undefined
  /** Says that the user of a request is free again. */
  readonly done: (one: T) => void
}

interface User<T> {
  readonly requests: T[]
  taken: number
}

/**
 * A row in which every user has a turn, with each request once, or with `repeat` again and again. Who is taken comes
 * back as the last one, and only when done: nobody ever has two requests under way.
 */
export function createTurns<T extends { readonly uid: string }>(
  all: readonly T[],
  repeat: boolean,
): Turns<T> {
  const users = new Map<string, User<T>>()
  for (const request of all) {
    const user = users.get(request.uid)
    if (user) user.requests.push(request)
    else users.set(request.uid, { requests: [request], taken: 0 })
  }
  const row: (User<T> | undefined)[] = [...users.values()]
  let first = 0
  let waiting = row.length
  return {
    next() {
      const user = waiting > 0 ? row[first] : undefined
      if (!user) return undefined
      first = (first + 1) % row.length
      waiting -= 1
      return user.requests[user.taken++ % user.requests.length]
    },

    done({ uid }) {
      const user = users.get(uid)
      if (!user || (!repeat && user.taken === user.requests.length)) return
      row[(first + waiting) % row.length] = user
      waiting += 1
    },
  }
}
