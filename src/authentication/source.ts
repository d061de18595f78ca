import type { Attempt } from './attempt.ts'
import { clientOf } from './client.ts'
import { networkOf } from './throttle/network.ts'

/** Where work comes from that others wait for too. */
export interface Source {
  readonly lane: 'callers' | 'grants'
  /** Names it among those of its lane. */
  readonly key: string
}

/**
 * For callers, the network from which they come; for grants, the one from which the end user is said to come, or else the
 * application that sends them.
 */
export function sourceOf(attempt: Attempt): Source {
  if (attempt.role === 'caller') return { lane: 'callers', key: networkOf(attempt.origin.address) }
  const { subjectAddress } = attempt.caller.origin
  if (subjectAddress !== null) return { lane: 'grants', key: networkOf(subjectAddress) }
  const { realm, username } = clientOf(attempt.caller)
  return { lane: 'grants', key: JSON.stringify([realm.type, realm.name, username]) }
}
