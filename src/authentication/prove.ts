import type { Failure } from '../errors.ts'
import type { Attempt } from './attempt.ts'
import type { Chain, Doubtful } from './chain.ts'
import type { Credentials } from './credentials.ts'
import type { MappedSubject } from './mappedSubject.ts'
import { isGuess, type Proof, type Refusal } from './realm.ts'
import { sourceOf } from './source.ts'
import type { MappedFrom, Subject } from './subject.ts'
import type { Judged, Throttle } from './throttle/throttle.ts'
import type { TooManyAttempts } from './throttle/tooManyAttempts.ts'

/**
 * Proves whose the credentials are. Roles are mapped by the role mappings as of a security epoch that the request has read,
 * or later.
 */
export type Prove = (credentials: Credentials, attempt: Attempt) => Promise<Proof | Refusal | TooManyAttempts>

/** What is recorded of a proof; roles only where they are known. */
export interface Proven extends Pick<Proof, 'kind' | 'authenticationType' | 'standing'> {
  readonly subject: Omit<Subject, 'roles'> & { readonly roles?: readonly string[] | undefined }
}

/** What has become of credentials, whoever asks; a failure: nobody could judge them. */
export type ProofVerdict = Proven | Refusal | TooManyAttempts | Failure

/** Takes what has become of credentials that were tried. */
export type RecordProof = (credentials: Credentials, attempt: Attempt, verdict: ProofVerdict) => void

interface ProveParts {
  /** The realms. */
  chain: Chain
  throttle: Throttle
  mappedSubject: MappedSubject
  /** The security epoch of now, where none was read yet. */
  securityEpoch: () => Promise<number>
}

/** Makes the proof of credentials by the realms, whose users have the roles that are mapped now. */
export function createProve(parts: ProveParts): Prove {
  const { chain, throttle, mappedSubject, securityEpoch: currentEpoch } = parts

  return async function prove(credentials, attempt) {
    const judge = (anew: boolean) => chain(credentials, sourceOf(attempt), anew)
    const answer = await throttle(credentials, attempt, judge, judged)
    if (answer.kind === 'doubtful') throw answer.failure
    if (answer.kind !== 'proven') return answer
    const mappedFrom = answer.standing?.mappedFrom
    return mappedFrom ? mapped(answer, mappedFrom, attempt) : answer
  }

  async function mapped(proof: Proof, mappedFrom: MappedFrom, attempt: Attempt): Promise<Proof> {
    const given = attempt.role === 'subject' ? attempt.caller.securityEpoch : null
    const securityEpoch = proof.securityEpoch ?? given ?? (await currentEpoch())
    const subject = await mappedSubject(proof.subject, mappedFrom, securityEpoch)
    return { ...proof, subject, securityEpoch }
  }
}

function judged(answer: Proof | Refusal | Doubtful): Judged {
  if (answer.kind === 'doubtful') return answer.isGuess ? 'wrong' : 'doubtful'
  return answer.kind === 'refused' && isGuess(answer) ? 'wrong' : 'right'
}
