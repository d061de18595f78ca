import type { Attempt } from '../../src/authentication/attempt.ts'
import { createChain } from '../../src/authentication/chain.ts'
import type { Origin } from '../../src/authentication/origin.ts'
import type { Prove } from '../../src/authentication/prove.ts'
import type { Realm } from '../../src/authentication/realm.ts'
import { sourceOf } from '../../src/authentication/source.ts'
import type { Throttle } from '../../src/authentication/throttle/throttle.ts'

/** Where requests come from that come from nowhere in particular. */
export const origin: Origin = { requestId: 'r', address: '192.0.2.1', subjectAddress: null }

export const callerAttempt: Attempt = { role: 'caller', origin }

export const source = sourceOf(callerAttempt)

/** Counts nothing. */
export const unlimited: Throttle = (_, __, judge) => judge(false)

/** The proof by realms alone, however often it is tried. */
export function provenByRealms(realms: readonly Realm[]): Prove {
  const chain = createChain(realms)
  return async (credentials, attempt) => {
    const answer = await chain(credentials, sourceOf(attempt))
    if (answer.kind === 'doubtful') throw answer.failure
    return answer
  }
}
