import { hasFoundNoRoom } from '../errors.ts'
import type { Credentials } from './credentials.ts'
import { expired, isGuess, refused, refusedKnown, type Proof, type Realm, type Refusal } from './realm.ts'
import type { Source } from './source.ts'

/** A realm has refused, and another one could not judge. */
export interface Doubtful {
  readonly kind: 'doubtful'
  /** Why it could not. */
  readonly failure: unknown
  /** Whether it is a password that realms have refused, and the only one that could not judge had no room for it. */
  readonly isGuess: boolean
}

/**
 * Asks the realms in order until one proves the user, or recognizes the token as one of ours that proves nobody: nobody else
 * needs to see it. The order of refusals changes nothing. A realm that cannot judge outranks those that refuse, because its
 * answer might have been yes. Realms do not say why they refuse, only whether they know the user. After a realm that has no
 * room for a password no other is asked: whoever fills it would make the others judge for nothing.
 * @throws what a realm throws, where none refuses
 */
export function createChain(realms: readonly Realm[]) {
  const thoseFor = (kind: Credentials['kind']) => realms.filter(({ takes = kind }) => takes === kind)
  const realmsFor = {
    password: thoseFor('password'),
    accessToken: thoseFor('accessToken'),
    apiKey: thoseFor('apiKey'),
  }

  return async function ask(
    credentials: Credentials,
    source: Source,
    anew = false,
  ): Promise<Proof | Refusal | Doubtful> {
    const failures: unknown[] = []
    const refusals: Refusal[] = []
    for (const realm of realmsFor[credentials.kind]) {
      try {
        const answer = await realm.authenticate(credentials, source, anew)
        if (answer?.kind === 'refused') refusals.push(answer)
        if (isDecisive(answer)) {
          if (answer.kind === 'proven') return answer
          return answer.reason === 'TOKEN_EXPIRED' ? expired : refusalOf([answer])
        }
      } catch (failure) {
        failures.push(failure)
        if (credentials.kind === 'password' && hasFoundNoRoom(failure)) break
      }
    }
    if (failures.length === 0) return refusalOf(refusals)
    if (refusals.length === 0) throw failures[0]
    const isGuess = credentials.kind === 'password' && failures.every(hasFoundNoRoom)
    return { kind: 'doubtful', failure: failures[0], isGuess }
  }
}

export type Chain = ReturnType<typeof createChain>

/** What is no guess for one realm is none. */
function refusalOf(refusals: readonly Refusal[]): Refusal {
  const refusal = refusals.some(({ isKnown }) => isKnown) ? refusedKnown : refused
  if (refusals.every(({ isGuess }) => isGuess === undefined)) return refusal
  return { ...refusal, isGuess: () => refusals.every(isGuess) }
}

/** Whether no other realm is asked. */
export function isDecisive(answer: Proof | Refusal | null): answer is Proof | Refusal {
  return answer?.kind === 'proven' || answer?.reason === 'TOKEN_EXPIRED' || answer?.isFinal === true
}
