import type { Prove } from './chain.ts'
import type { MappedSubject } from './mappedSubject.ts'

interface ProveParts {
  /** The realms. */
  chain: Prove
  mappedSubject: MappedSubject
  /** The security epoch of now, where none was read yet. */
  securityEpoch: () => Promise<number>
}

/** Makes the proof of credentials by the realms, whose users have the roles that are mapped now. */
export function createProve({ chain, mappedSubject, securityEpoch: currentEpoch }: ProveParts): Prove {
  return async function prove(credentials, given) {
    const proof = await chain(credentials, given)
    const mappedFrom = proof.kind === 'proven' ? proof.standing?.mappedFrom : null
    if (proof.kind === 'refused' || !mappedFrom) return proof
    const securityEpoch = proof.securityEpoch ?? given ?? (await currentEpoch())
    const subject = await mappedSubject(proof.subject, mappedFrom, securityEpoch)
    return { ...proof, subject, securityEpoch }
  }
}
