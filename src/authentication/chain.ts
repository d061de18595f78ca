import type { Grant } from './credentials.ts'
import { refused, type Proof, type Realm, type Refusal } from './realm.ts'

/**
 * Asks the realms in order until one proves the user. Whether a refusal came first or last changes nothing; a realm
 * that cannot judge outranks those that refuse, because its answer might have been yes.
 */
export function createChain(realms: readonly Realm[]) {
  return async function prove(credentials: Grant): Promise<Proof | Refusal> {
    const failures: unknown[] = []
    let refusal = refused
    for (const realm of realms) {
      try {
        const answer = await realm.authenticate(credentials)
        if (answer?.kind === 'proven') return answer
        // Only one of them knows whose token it was.
        if (answer?.reason === 'TOKEN_EXPIRED') refusal = answer
      } catch (failure) {
        failures.push(failure)
      }
    }
    if (failures.length > 0) throw failures[0]
    return refusal
  }
}

export type Prove = ReturnType<typeof createChain>
