import { LRUCache } from 'lru-cache'
import { Failure } from '../../errors.ts'
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
  /** Says what it was, to all of them or to those that count after all. Those that wait for one that nobody could judge fail too. */
  settle(verdict: Verdict, counting?: readonly Budget[]): void
}

/** @throws `UNAVAILABLE` if nobody can judge those for which it waits */
export type Reserve = (tried: Tried) => Promise<Reservation | Kept>

interface ReservationsParts {
  attempts: Attempts
  /** Epoch milliseconds. */
  clock: () => number
}

interface Waiting {
  readonly tried: Tried
  readonly resolve: (answer: Reservation | Kept) => void
  readonly reject: (failure: Failure) => void
}

/** Of how many credentials it is known that they were right, and for how long, in milliseconds. */
const mostRemembered = 100_000
const rememberedFor = 30_000

/**
 * Makes the function that reserves attempts before they are judged. Those that only others under way could keep out wait
 * for what these prove to be: whoever is right is never refused for being one of many. Who was right just now need not
 * reserve anything: to send the same once more is no guess, and while there is a wait it is refused as anything else.
 */
export function createReservations({ attempts, clock }: ReservationsParts): Reserve {
  /** By the budget that is full. First come, first served. */
  const queues = new Map<string, Waiting[]>()
  /** When they were right, and had reserved that. */
  const remembered = new LRUCache<string, number>({ max: mostRemembered })

  return function reserve(tried) {
    return new Promise((resolve, reject) => {
      proceed({ tried, resolve, reject })
    })
  }

  function proceed(waiting: Waiting): void {
    const full = answer(waiting)
    if (full === null) return
    const queue = queues.get(full)
    if (queue) queue.push(waiting)
    else queues.set(full, [waiting])
  }

  /** Answers, or says which budget is full. */
  function answer({ tried, resolve }: Waiting): string | null {
    const { name, budgets } = tried
    const taken = isRemembered(name)
      ? (attempts.keptOf(budgets) ?? ({ kind: 'taken', budgets: [] } as const))
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
        for (const { key } of budgets) {
          if (verdict === 'unjudged') turnAway(key)
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

  /** One after another they would find out the same, each later than the one before. */
  function turnAway(key: string): void {
    for (const { reject } of queues.get(key) ?? [])
      reject(new Failure('UNAVAILABLE', 'nobody can be authenticated now, try again', { isReported: true }))
    queues.delete(key)
  }

  function isRemembered(name: string): boolean {
    const since = remembered.get(name)
    return since !== undefined && clock() - since < rememberedFor
  }
}
