import type { Session } from './session.ts'
import type { WireRequest } from './wire.ts'
import type { Memory } from './memory.ts'

/**
 * What the heap may grow by while the same requests come again and again, in bytes: what it varies by. `npm run fuzz` sends
 * so many that 400 bytes of each would be more.
 */
export const mostGrowth = 1_500_000

/** How often the requests are sent before the heap counts: until then caches fill, and code is compiled. */
const warmUp = 2
const rounds = 3

interface Growing {
  session: Session
  memory: Memory
  requests: readonly WireRequest[]
}

/** The size of the heap after each round of the same requests, in bytes, once it was used. */
export async function heapSizes({ session, memory, requests }: Growing): Promise<number[]> {
  const sizes: number[] = []
  for (let round = 0; round < warmUp + rounds; round++) {
    for (const request of requests) await session.attempt(request)
    await session.renew()
    if (round >= warmUp - 1) sizes.push(await memory.heap())
  }
  return sizes
}

/** What it has grown by, in the least of the rounds: what is never freed is there in all. */
export function growthOf(sizes: readonly number[]): number {
  const [first = NaN, ...others] = sizes
  return Math.min(...others.slice(-2)) - first
}
