import { availableParallelism } from 'node:os'
import type { Arrivals } from './job.ts'
import type { Options } from './options.ts'
import type { Passwords } from './passwords.ts'
import { regulars } from './people.ts'
import { countedAt } from './roundTrips.ts'
import { throughputOf, type Row } from './row.ts'

/** How much faster than measured passwords may be verified without users running out. */
const margin = 1.15

/** How many users are needed where each comes only once and a password has to be verified for each. */
export function createUserDemand(options: Options, { highestRate }: Passwords) {
  const { rounds, seconds, connections, parts, counted, warmUp, ramp } = options
  const atMost = highestRate * margin
  const inOneRound = [
    ...connections.map((count) => of(count, closedArrivals(seconds, ramp))),
    ...parts.map((part) => of(0, openArrivals(part * atMost, seconds, ramp))),
  ]
  return {
    of,
    /** By everything that one server is asked for. */
    ofServer:
      rounds * sum(inOneRound) +
      of(16, closedArrivals(warmUp, ramp)) +
      countedAt.length * counted +
      regulars.length,
  }

  function of(count: number, arrivals: Arrivals): number {
    const seconds = arrivals.rampMs / 1_000 + arrivals.seconds
    if (arrivals.kind === 'open') return Math.max(1, Math.ceil(arrivals.rate * seconds))
    const used = Math.min(1, count / availableParallelism())
    return Math.ceil(atMost * used * seconds) + 2 * count
  }
}

/** How much faster than it was a server may be before its tokens run out, which ends a measurement early. */
const tokenMargin = 1.5

/** How many requests a second a server is warmed up with at most: there is no rate to go by yet. */
const warmUpRate = 2_000

/** So many more of each user that nobody's run out while there are others. */
const spare = 4 * regulars.length

/** How many tokens are needed where each is sent only once: by the server's own throughput so far. */
export function tokenDemand({ closed, warmUpRate: warm }: Row, count: number, arrivals: Arrivals): number {
  const seconds = arrivals.rampMs / 1_000 + arrivals.seconds
  if (arrivals.kind === 'open') return Math.ceil(arrivals.rate * seconds) + spare
  const measured = (closed.get(count) ?? [...closed.values()].flat()).map(throughputOf)
  const rate = Math.max(...measured, closed.has(count) ? 0 : (warm ?? warmUpRate / tokenMargin))
  return Math.ceil(rate * tokenMargin * seconds) + spare
}

/** A closed loop with its ramp. */
export function closedArrivals(seconds: number, ramp: number): Arrivals {
  return { kind: 'closed', rampMs: ramp * 1_000, seconds }
}

/** A fixed rate with its ramp. */
export function openArrivals(rate: number, seconds: number, ramp: number): Arrivals {
  return { kind: 'open', rate, rampMs: ramp * 1_000, seconds }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
