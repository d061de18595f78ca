import { setTimeout } from 'node:timers/promises'
import { isAgeBelow } from '../../age.ts'
import { Failure } from '../../errors.ts'
import { lruCache } from '../../lruCache.ts'
import { createSingleFlight } from '../singleFlight.ts'
import type { AttemptRepository, Kept, Taken, Verdict } from './attemptRepository.ts'
import type { Attempts } from './attempts.ts'
import type { Budget } from './budgets.ts'
import { longestWaiting, tooMany, type Reservation, type Reserve, type Tried } from './reservations.ts'

interface SharedReservationsParts {
  /** What this gateway counts for itself, and how it reserves. It is asked first: its refusals cost the others nothing. */
  attempts: Attempts
  reserve: Reserve
  /** What all of them count. */
  shared: Pick<AttemptRepository, 'take' | 'settle' | 'isKnown'>
  /** Told why a verdict could not be passed on: it counts here alone then. */
  report: (cause: unknown) => void
  /** Epoch milliseconds. */
  clock: () => number
}

/** For how long whoever was known nowhere is taken for a stranger, in milliseconds. */
const strangeFor = 30_000
const mostStrangers = 100_000

/** How often it is tried to pass on a verdict, and after how long again, in milliseconds: a minute in all. */
const mostTries = 30
const tryPause = 2_000

/** How long to leave those alone who are judged by other gateways, at first and in the end, in milliseconds. */
const firstPause = 10
const longestPause = 500

/**
 * Makes the function that reserves attempts of all gateways together, and what waits until the last verdict is passed on.
 * An attempt costs one statement before it is judged and one after that, which nobody waits for; what is remembered to
 * be right costs none.
 */
export function createSharedReservations(parts: SharedReservationsParts) {
  const { attempts, reserve: reserveHere, shared, report, clock } = parts
  const settling = new Set<Promise<void>>()
  const closing = new AbortController()
  const once = createSingleFlight<boolean>()
  /** By the budgets of names: what the others are asked of them. */
  const asking = new Map<string, Promise<unknown>>()
  /** Since when. */
  const strangers = lruCache<number>(mostStrangers)

  return {
    reserve: (tried: Tried) => reserve(tried),
    async close(): Promise<void> {
      closing.abort()
      while (settling.size > 0) await Promise.all(settling)
    },
  }

  async function reserve(tried: Tried, hasWaited = false): Promise<Reservation | Kept> {
    const here = await reserveHere(tried)
    if (here.kind === 'kept') return (await isKnownElsewhere(tried, here)) ? reserve(tried) : here
    if (here.budgets.length === 0) {
      const others = hasWaited ? [] : askedOf(tried)
      if (others.length === 0) return here
      await Promise.all(others)
      return reserve(tried, true)
    }
    const taken = await asked(here.budgets, takenOf(here.budgets)).catch((cause: unknown) => {
      here.abandon(cause)
      throw cause
    })
    if (taken.kind === 'kept') {
      attempts.keep(taken, here.budgets)
      // It counts nowhere. Those behind it find out that they have to wait.
      here.settle('wrong', [])
      return taken
    }
    return {
      ...here,
      budgets: taken.budgets,
      settle(verdict, counting = taken.budgets) {
        here.settle(verdict, counting)
        settle(counting, verdict)
        settle(
          taken.budgets.filter((budget) => !counting.includes(budget)),
          'unjudged',
        )
      },
      abandon(cause) {
        here.abandon(cause)
        settle(taken.budgets, 'unjudged')
      },
    }
  }

  function asked<T>(budgets: readonly Budget[], answer: Promise<T>): Promise<T> {
    for (const { key, of } of budgets) {
      if (of !== 'name') continue
      const known = Promise.allSettled([answer]).then(() => {
        if (asking.get(key) === known) asking.delete(key)
      })
      asking.set(key, known)
    }
    return answer
  }

  /**
   * What others are being asked of a name, which is to be waited for: it may have to wait everywhere. Else who was right
   * just now, and asks nobody, would be told from those who try beside.
   */
  function askedOf({ budgets }: Tried): readonly Promise<unknown>[] {
    if (asking.size === 0) return []
    return attempts.countingOf(budgets).flatMap(({ key }) => asking.get(key) ?? [])
  }

  /** It is full only by what is being judged: that is soon over. */
  async function takenOf(budgets: readonly Budget[]): Promise<Taken | Kept> {
    const since = clock()
    for (let pause = firstPause; ; pause = Math.min(2 * pause, longestPause)) {
      const taken = await shared.take(budgets)
      if (taken.kind !== 'full') return taken
      if (!isAgeBelow(longestWaiting, clock() - since)) throw tooMany()
      await setTimeout(pause * (0.5 + Math.random()))
    }
  }

  function settle(budgets: readonly Budget[], verdict: Verdict): void {
    if (budgets.length === 0) return
    const settled = passOn(budgets, verdict)
      .catch(report)
      .finally(() => settling.delete(settled))
    settling.add(settled)
  }

  /**
   * While the database is away it is tried again, for as long as the others wait for it: what may have been counted is
   * not, since it would count twice, and give back a place that is somebody else's by now.
   */
  async function passOn(budgets: readonly Budget[], verdict: Verdict): Promise<void> {
    for (let tried = 1; ; tried++) {
      try {
        await shared.settle(budgets, verdict)
        return
      } catch (cause) {
        const isUndone = cause instanceof Failure && cause.isUndone
        if (!isUndone || tried === mostTries || closing.signal.aborted) throw cause
        await setTimeout(tryPause, undefined, { signal: closing.signal }).catch(() => undefined)
      }
    }
  }

  /** Another gateway may know somebody whom this one keeps out. It is asked now and then, so that guesses cost nothing. */
  async function isKnownElsewhere({ budgets }: Tried, kept: Kept): Promise<boolean> {
    const pair = budgets.find(({ knownFor }) => knownFor > 0)
    if (!pair || pair.key === kept.key) return false
    if (isAgeBelow(strangeFor, clock() - (strangers.get(pair.key) ?? -Infinity))) return false
    const isKnown = await once(pair.key, () => shared.isKnown(pair))
    if (isKnown) attempts.recognize(pair)
    else strangers.set(pair.key, clock())
    return isKnown
  }
}
