import { isAgeBelow } from '../../age.ts'
import { Failure, hasFoundNoRoom } from '../../errors.ts'
import { lruCache } from '../../lruCache.ts'
import type { Kept, Verdict } from './attemptRepository.ts'
import type { Attempts } from './attempts.ts'
import type { Budget } from './budgets.ts'

/** Credentials that somebody tries. */
export interface Tried {
  /** Names equal ones, and nothing else can be read from it. */
  readonly name: string
  readonly budgets: readonly Budget[]
}

/** An attempt that is being judged. */
export interface Reservation {
  readonly kind: 'reserved'
  /** Of which budgets it was taken; of none, if it is no guess. */
  readonly budgets: readonly Budget[]
  /** Says what it was, to all of them or to those that count after all. */
  settle(verdict: Verdict, counting?: readonly Budget[]): void
  /** Says why nobody could judge it. Those of its name who wait are told so too, if it is so for them all now. */
  abandon(cause: unknown): void
}

/** @throws `UNAVAILABLE` if too many wait for others to be judged, if that takes too long, or if nobody can judge those */
export type Reserve = (tried: Tried) => Promise<Reservation | Kept>

interface ReservationsParts {
  attempts: Attempts
  /** Epoch milliseconds. */
  clock: () => number
}

interface Waiting {
  readonly tried: Tried
  /** In epoch milliseconds. */
  readonly since: number
  readonly resolve: (answer: Reservation | Kept) => void
  readonly reject: (cause: unknown) => void
}

/** Of how many credentials it is known that they were right, and for how long, in milliseconds. */
const mostRemembered = 100_000
const rememberedFor = 30_000

/** How many wait for one budget, and for how long, in milliseconds: then whoever waits has gone. */
const mostWaiting = 1_000
export const longestWaiting = 10_000

/**
 * Makes the function that reserves attempts before they are judged. Those that only others under way could keep out wait
 * for what these prove to be: whoever is right is never refused for being one of many. Whoever was right just now need not
 * reserve anything, since sending the same again is no guess; but it waits and is refused like anything else of its name,
 * or a thousand guesses at once would show which of them is right.
 */
export function createReservations({ attempts, clock }: ReservationsParts): Reserve {
  /** By the budget that is full. First come, first served. */
  const queues = new Map<string, Waiting[]>()
  /** When they were right, and had reserved that. */
  const remembered = lruCache<number>(mostRemembered)

  return function reserve(tried) {
    return new Promise((resolve, reject) => {
      proceed({ tried, since: clock(), resolve, reject })
    })
  }

  function proceed(waiting: Waiting): void {
    const full = answer(waiting)
    if (full === null) return
    const queue = queues.get(full) ?? []
    if (queue.length >= mostWaiting) return waiting.reject(tooMany())
    queue.push(waiting)
    queues.set(full, queue)
  }

  /** Answers, or says which budget is full. */
  function answer({ tried, since, resolve, reject }: Waiting): string | null {
    const { name, budgets } = tried
    if (!isAgeBelow(longestWaiting, clock() - since)) {
      reject(tooMany())
      return null
    }
    const taken = isRemembered(name)
      ? (attempts.hindranceTo(budgets) ?? ({ kind: 'taken', budgets: [] } as const))
      : attempts.take(budgets)
    if (taken.kind === 'full') return taken.key
    resolve(taken.kind === 'kept' ? taken : reservationOf(name, taken.budgets))
    return null
  }

  function reservationOf(name: string, budgets: readonly Budget[]): Reservation {
    return {
      kind: 'reserved',
      budgets,
      settle(verdict, counting = budgets) {
        for (const budget of budgets)
          attempts.settle([budget], counting.includes(budget) ? verdict : 'unjudged')
        // What is only remembered is not remembered for longer: whoever never pauses has to stay known, too.
        if (verdict === 'right' && budgets.length > 0) remembered.set(name, clock())
        if (verdict === 'wrong') remembered.delete(name)
        for (const { key } of budgets) letIn(key)
      },
      abandon(cause) {
        attempts.settle(budgets, 'unjudged')
        for (const { key, of } of budgets) {
          if (of === 'name' && isForAll(cause)) turnAway(key, cause)
          else letIn(key)
        }
      },
    }
  }

  /** As many as there is room for. Who has room here may find another budget full. */
  function letIn(key: string): void {
    const queue = queues.get(key)
    for (let [next] = queue ?? []; queue && next; [next] = queue) {
      const full = answer(next)
      if (full === key) return
      queue.shift()
      if (full !== null) proceed(next)
    }
    queues.delete(key)
  }

  /** One after another they would find out the same, each later than the one before. Of other names others may judge. */
  function turnAway(key: string, cause: unknown): void {
    const queue = queues.get(key) ?? []
    queues.delete(key)
    for (const { reject } of queue) reject(cause)
  }

  function isRemembered(name: string): boolean {
    return isAgeBelow(rememberedFor, clock() - (remembered.get(name) ?? -Infinity))
  }
}

/** What is said to those who have waited too long, or for whom there is no room. */
export function tooMany(): Failure {
  const message = 'too many attempts are being judged, try again later'
  return new Failure('UNAVAILABLE', message, { retryAfterSeconds: 1 })
}

/** Whether nobody of that name can be judged now. Where there was no room, others may have some already. */
function isForAll(cause: unknown): boolean {
  return cause instanceof Failure && cause.code === 'UNAVAILABLE' && !hasFoundNoRoom(cause)
}
