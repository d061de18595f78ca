import { setImmediate } from 'node:timers/promises'
import type { Decoys, HashCounts } from './decoys.ts'
import { foreignKindOf, type ForeignKind } from './passwordHash.ts'
import { superuser } from './username.ts'
import type { UserRepository } from './userRepository.ts'

/** How many users are read at once: few enough that nobody waits for it. */
const slice = 2_000

interface HashCensusParts {
  users: Pick<UserRepository, 'find' | 'passwordHashes'>
  decoys: Decoys
  /** Told why they could not be counted now: it is tried again. */
  report: (cause: unknown) => void
  /** How long to wait in between, in milliseconds. */
  pause?: number
}

/**
 * Counts the kinds of the users' hashes, so that the decoys match them: now, and regularly from then on.
 *
 * The key of the decoys is the superuser's password hash. It is secret, unlike the UUID of the cluster, which every caller
 * may read; and it is the same at all gateways and after a restart, or unknown names would give themselves away by a
 * changing cost. They do so once when the superuser gets another password: there is nothing steadier.
 * @returns after the first count, what stops it, and waits for what is under way
 */
export async function startHashCensus({
  users,
  decoys,
  report,
  pause = 600_000,
}: HashCensusParts): Promise<() => Promise<void>> {
  let stopped = false
  let next: NodeJS.Timeout | undefined
  let counting = count()
  await counting

  return async function stop() {
    stopped = true
    clearTimeout(next)
    await counting
  }

  async function count(): Promise<void> {
    try {
      const counts = await countHashes()
      const there = await users.find(superuser)
      if (there && !stopped) decoys.follow(counts, there.user.passwordHash)
    } catch (cause) {
      report(cause)
    }
    if (!stopped) next = setTimeout(start, pause).unref()
  }

  function start(): void {
    counting = count()
  }

  async function countHashes(): Promise<HashCounts> {
    const foreign = new Map<ForeignKind, number>()
    let all = 0
    for (let last: string | undefined = ''; last !== undefined && !stopped;) {
      const found = await users.passwordHashes(last, slice)
      for (const { passwordHash } of found) {
        const kind = foreignKindOf(passwordHash)
        if (kind) foreign.set(kind, (foreign.get(kind) ?? 0) + 1)
      }
      all += found.length
      last = found.at(-1)?.username
      await setImmediate()
    }
    return { all, foreign }
  }
}
