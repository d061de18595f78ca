import { availableParallelism } from 'node:os'
import { isAgeBelow } from '../age.ts'
import type { Decoys } from './decoys.ts'
import { ownHashing, type Hashing } from './hashing.ts'
import { createQueue, type WatchTurn } from './queue.ts'
import { createSecretNames } from './secretNames.ts'
import type { Source } from './source.ts'
import { createSingleFlight } from './singleFlight.ts'

const mostRemembered = 100_000

/** In characters. Hashing what is longer would cost more than a password is worth. */
export const longestPassword = 4_096

/** How many wait for each core: what it can do in about six seconds, of callers and of grants. */
const waitingForOne = 250
/** How long it takes to hash one where others keep the cores busy, in milliseconds: many times what it takes in a flood. */
const starving = 2_000
/**
 * For how long an answer waits at most for others, in milliseconds, where so many wait for a hash: about two hashes of ours
 * where all cores are busy; in a flood more, and never longer than those behind wait.
 */
const togetherWithin = (waiting: number) => Math.min(150, Math.max(25, 0.3 * waiting))
/** In milliseconds. Whoever has waited longer has gone. */
const longestWait = 10_000

interface PasswordsParts extends Pick<Decoys, 'decoyFor'> {
  /** What hashes them; without, threads of this process. */
  hashing?: Hashing
  /** How many passwords are hashed at once; without, as many as there are cores. */
  cores?: number
  /** Epoch milliseconds. */
  clock: () => number
  /** Told from where the first one comes that is refused since too many wait, and when nobody waits any more: null. */
  report: (refused: Source | null) => void
  watch?: WatchTurn
  /** Told once, when it has taken very long to hash one. */
  starves?: () => void
  /** Takes that a password was right: remembered, or proven anew. */
  count?: (isRemembered: boolean) => void
}

/**
 * Hashes and verifies passwords off the event loop, at most as many at once as there are cores for it. A password that was
 * proven is remembered by a secret name that is bound to the hash it was proven against, so it counts only while the hash
 * read for a request is that one. Equal verifications under way share one computation, which belongs to the source that was first;
 * where that fails, as it has no place any more, those of each other source share one of their own.
 */
export function createPasswords({
  hashing = ownHashing,
  cores = availableParallelism(),
  decoyFor,
  clock,
  count,
  starves,
  ...queue
}: PasswordsParts) {
  const enqueue = createQueue({
    running: cores,
    waiting: waitingForOne * cores,
    togetherWithin,
    full: 'too many passwords are being checked, try again later',
    ...queue,
  })
  const secretName = createSecretNames()
  const proven = new Set<string>()
  const once = createSingleFlight<boolean>()
  let isStarved = false

  return {
    hash(password: string, source: Source): Promise<string> {
      return inTurn(source, clock(), () => hashing.hash(password))
    },

    /**
     * Whether the password is the one behind the user's hash. Without a hash: false, at the cost that other names have,
     * alone and among others. `anew`: what is remembered counts only while there is a place to find it out.
     */
    async verify(
      username: string,
      passwordHash: string | null,
      password: string,
      source: Source,
      anew = false,
    ): Promise<boolean> {
      const against = passwordHash ?? decoyFor(username)
      const key = keyOf(username, against, password)
      if (proven.has(key) && (!anew || enqueue.hasRoom(source))) {
        count?.(true)
        return true
      }
      const since = clock()
      let isOwn = false
      const begin = () => {
        isOwn = true
        return inTurn(source, since, () => hashing.verify(against, password))
      }
      const matches = await once(key, begin).catch((cause: unknown) => {
        if (isOwn) throw cause
        return once(JSON.stringify([key, source]), begin)
      })
      if (matches) remember(key)
      return matches
    },

    /** How many proven passwords are remembered. */
    remembered: () => proven.size,
  }

  function inTurn<T>(source: Source, since: number, task: () => Promise<T>): Promise<T> {
    return enqueue(
      source,
      () => !isAgeBelow(longestWait, clock() - since),
      async () => {
        const begun = clock()
        const answer = await task()
        if (!isStarved && clock() - begun > starving) {
          isStarved = true
          starves?.()
        }
        return answer
      },
    )
  }

  // With the username, so that verifications of unknown users share as much, or as little, as those of known ones.
  function keyOf(username: string, passwordHash: string, password: string): string {
    return secretName(`${username}\0${passwordHash}\0${password}`)
  }

  function remember(key: string): void {
    count?.(false)
    if (proven.size >= mostRemembered) proven.delete(proven.values().next().value ?? '')
    proven.add(key)
  }
}

export type Passwords = ReturnType<typeof createPasswords>
