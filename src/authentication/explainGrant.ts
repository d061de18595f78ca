import type { Authorize } from '../authorization/authorize.ts'
import { Failure, failureOf, refuseProblems } from '../errors.ts'
import type { SubjectAttempt } from './attempt.ts'
import { isDecisive } from './chain.ts'
import { grantProblems, type AccessTokenCredentials } from './credentials.ts'
import { clientRejected, notAUser, type GrantRejected } from './grantRejected.ts'
import type { ProofVerdict, RecordProof } from './prove.ts'
import { isGuess, refused, type Proof, type Realm, type Refusal } from './realm.ts'
import { sourceOf, type Source } from './source.ts'
import { plainUser, type Caller, type RealmRef, type Subject } from './subject.ts'
import type { Judged, Throttle } from './throttle/throttle.ts'
import type { CountUse } from './throttle/usesPerMinute.ts'

const action = 'cluster:admin/xpack/security/grant/explain'

/**
 * `NOT_THEIRS`: the token is none that the realm would know. `UNAVAILABLE`: it cannot judge now. `NOT_ASKED`: another one
 * before it has decided, and nobody else gets to see the token.
 */
export type GrantOutcome = 'PROVEN' | 'REFUSED' | 'NOT_THEIRS' | 'UNAVAILABLE' | 'NOT_ASKED'

/** What one realm says of a token. */
export interface RealmExplanation {
  readonly realm: RealmRef
  readonly outcome: GrantOutcome
  /** Why the realm refuses it, or cannot judge. It can repeat claims, and never the token. */
  readonly reason: string | null
  /** Whom the token proves. */
  readonly subject: Pick<Subject, 'username' | 'realm'> | null
}

/** What becomes of a token, and what each realm says of it, in the order in which they are asked. */
export interface GrantExplanation {
  readonly outcome: GrantOutcome
  /** Why it is refused before any realm is asked; null: it is not. */
  readonly reason: string | null
  readonly realms: readonly RealmExplanation[]
}

/** A realm, with what it is called. */
export interface NamedRealm {
  readonly ref: RealmRef
  readonly realm: Realm
  /** Why it cannot judge now, or null. */
  readonly problem: () => string | null
}

interface ExplainGrantParts {
  authorize: Authorize
  /** In the order in which the chain asks them. */
  realms: readonly NamedRealm[]
  throttle: Throttle
  recordProof: RecordProof
  countUse: CountUse
}

/** Makes the use case: what each realm says of an access token, for those who manage security and look for a mistake. */
export function createExplainGrant({
  authorize,
  realms,
  throttle,
  recordProof,
  countUse,
}: ExplainGrantParts) {
  return async function explainGrant(
    caller: Caller,
    grant: AccessTokenCredentials,
  ): Promise<GrantExplanation> {
    // 1  Is it a grant at all, may the caller do this, and so often?
    refuseProblems(grantProblems(grant))
    await authorize(caller, action)
    const wait = countUse(caller)
    if (wait !== null) throw tooManyGrants(wait)

    // 2  What does each realm say, if the token may be tried?
    const answers = await recordedAnswers(grant, { role: 'subject', caller })
    if ('kind' in answers) throw tooManyGrants(answers.retryAfterSeconds)

    // 3  And what does that come to?
    const rejected = clientRejected(grant) ?? userRejected(grant, answers)
    const outcome = rejected ? 'REFUSED' : outcomeOfAll(answers)
    return {
      outcome,
      reason: rejected?.message ?? null,
      realms: realms.map(({ ref }, index) => explanationOf(ref, answers[index] ?? null)),
    }
  }

  /** It is a guess like any other, and leaves the same behind. */
  async function recordedAnswers(grant: AccessTokenCredentials, attempt: SubjectAttempt) {
    try {
      const judge = () => answersTo(grant, sourceOf(attempt))
      const answers = await throttle(grant, attempt, judge, judged)
      recordProof(grant, attempt, 'kind' in answers ? answers : verdictOf(answers))
      return answers
    } catch (thrown) {
      recordProof(grant, attempt, failureOf(thrown))
      throw thrown
    }
  }

  async function answersTo(grant: AccessTokenCredentials, source: Source): Promise<readonly Answer[]> {
    const answers: Answer[] = []
    for (const { realm, problem } of realms) {
      answers.push(answers.some(hasDecided) ? notAsked : await answerOf(realm, grant, source, problem))
    }
    return answers
  }
}

export type ExplainGrant = ReturnType<typeof createExplainGrant>

interface Unavailable {
  readonly kind: 'unavailable'
  readonly detail: string
  readonly failure: Failure
}

interface NotAsked {
  readonly kind: 'notAsked'
}

const notAsked: NotAsked = { kind: 'notAsked' }

type Answer = Proof | Refusal | Unavailable | NotAsked | null

async function answerOf(
  realm: Realm,
  grant: AccessTokenCredentials,
  source: Source,
  problem: () => string | null,
): Promise<Answer> {
  try {
    return await realm.authenticate(grant, source)
  } catch (failure) {
    if (!(failure instanceof Failure) || failure.code !== 'UNAVAILABLE') throw failure
    return { kind: 'unavailable', detail: problem() ?? failure.message, failure }
  }
}

/** As where the token is a grant. */
function judged(answers: readonly Answer[]): Judged {
  const decisive = answers.find(hasDecided)
  if (decisive) return decisive.kind === 'refused' && isGuess(decisive) ? 'wrong' : 'right'
  if (outcomeOfAll(answers) === 'UNAVAILABLE') return 'unjudged'
  return answers.every((answer) => answer?.kind !== 'refused' || isGuess(answer)) ? 'wrong' : 'right'
}

/** What the chain would say, but for the roles, which nobody has mapped. */
function verdictOf(answers: readonly Answer[]): ProofVerdict {
  const decisive = answers.find(hasDecided)
  if (decisive?.kind === 'proven') return { ...decisive, subject: { ...decisive.subject, roles: undefined } }
  if (decisive) return decisive
  return answers.find((answer) => answer?.kind === 'unavailable')?.failure ?? refused
}

function tooManyGrants(retryAfterSeconds: number): Failure {
  const message = 'too many grants at once, try again later'
  return new Failure('TOO_MANY_ATTEMPTS', message, { retryAfterSeconds })
}

/** Whether the chain would ask nobody else. */
function hasDecided(answer: Answer): answer is Proof | Refusal {
  return (answer?.kind === 'proven' || answer?.kind === 'refused') && isDecisive(answer)
}

/** The answer to what proves no user, such as an API key. */
function userRejected(grant: AccessTokenCredentials, answers: readonly Answer[]): GrantRejected | null {
  const proof = answers.find((answer) => answer?.kind === 'proven')
  const { subjectType } = proof?.standing ?? plainUser
  return subjectType === 'user' ? null : notAUser(grant, subjectType)
}

const outcomes = {
  proven: 'PROVEN',
  refused: 'REFUSED',
  unavailable: 'UNAVAILABLE',
  notAsked: 'NOT_ASKED',
} as const

function outcomeOf(answer: Answer): GrantOutcome {
  return answer ? outcomes[answer.kind] : 'NOT_THEIRS'
}

/** What the chain would say. */
function outcomeOfAll(answers: readonly Answer[]): GrantOutcome {
  const decisive = answers.find(hasDecided)
  if (decisive) return outcomeOf(decisive)
  const said = answers.map(outcomeOf)
  return (['UNAVAILABLE', 'REFUSED'] as const).find((outcome) => said.includes(outcome)) ?? 'NOT_THEIRS'
}

function explanationOf(realm: RealmRef, answer: Answer): RealmExplanation {
  return {
    realm,
    outcome: outcomeOf(answer),
    reason: answer && 'detail' in answer ? (answer.detail ?? null) : null,
    subject: answer?.kind === 'proven' ? answer.subject : null,
  }
}
