import { Gauge, type Registry } from 'prom-client'
import type { Attempt } from '../authentication/attempt.ts'
import type { IdentifyCaller } from '../authentication/caller.ts'
import type { Credentials } from '../authentication/credentials.ts'
import type { Prove } from '../authentication/prove.ts'
import type { Proof, Refusal } from '../authentication/realm.ts'
import type { Throttle } from '../authentication/throttle/throttle.ts'
import type { TooManyAttempts } from '../authentication/throttle/tooManyAttempts.ts'
import { createCount } from './count.ts'
import { createLatency, secondsNow } from './latency.ts'
import { noRealm, realmLabels, type RealmLabels } from './realmLabels.ts'
import type { Spans } from './spans.ts'
import { createStage } from './stage.ts'

/** Makes what counts and times who is proven: callers by what their requests say, subjects by their grants. */
export function createAuthentications(registry: Registry, spans: Spans) {
  const done = createStage(spans)
  const callerTook = createLatency(
    registry,
    'profile_gateway_caller_authentication_duration_seconds',
    'How long it took to learn who sends a request. It is learnt anew where that and the body take their time.',
    ['outcome'],
  )
  const grantTook = createLatency(
    registry,
    'profile_gateway_grant_authentication_duration_seconds',
    'How long it took to learn whom a grant proves.',
    ['grant_type', 'realm_type', 'outcome'],
  )
  const throttleTook = createLatency(
    registry,
    'profile_gateway_throttle_wait_seconds',
    'How long credentials waited before they were judged, or told to come later.',
    ['proves'],
  )
  const count = createCount(
    registry,
    'profile_gateway_throttle_refused_total',
    'Credentials that were not judged, since too many wrong ones came before.',
    ['proves'],
  )
  const countRefused = { caller: count('caller'), subject: count('subject') }
  let waiting = 0
  new Gauge({
    name: 'profile_gateway_throttle_waiting',
    help: 'Credentials that wait until others are judged.',
    registers: [registry],
    collect() {
      this.set(waiting)
    },
  })
  const callerStage = {
    name: 'authenticate caller',
    attributes: {},
    outcomeOf: () => 'success',
    ended: (seconds: number, outcome: string) => {
      callerTook(seconds, outcome)
    },
  }
  /** By the grant that was proven. */
  const realms = new WeakMap<Credentials, RealmLabels>()

  return {
    identifyCaller:
      (identify: IdentifyCaller): IdentifyCaller =>
      (headers, uri, origin) =>
        done(callerStage, () => identify(headers, uri, origin)),

    prove:
      (prove: Prove): Prove =>
      (credentials, attempt) =>
        attempt.role === 'caller' ? prove(credentials, attempt) : proveGrant(prove, credentials, attempt),

    throttle:
      (throttle: Throttle): Throttle =>
      (credentials, attempt, judge, isWrongGuess) => {
        const { role } = attempt
        const since = secondsNow()
        let isWaiting = true as boolean
        const waited = () => {
          if (!isWaiting) return
          isWaiting = false
          waiting -= 1
          throttleTook(secondsNow() - since, role)
        }
        waiting += 1
        const judged = (anew: boolean) => {
          waited()
          return judge(anew)
        }
        return throttle(credentials, attempt, judged, isWrongGuess).then(
          (answer) => {
            if (isWaiting) countRefused[role]()
            waited()
            return answer
          },
          (thrown: unknown) => {
            waited()
            throw thrown
          },
        )
      },

    /** The realm that has proven a grant. */
    realmOf: (grant: object): RealmLabels => realms.get(grant as Credentials) ?? noRealm,
  }

  function proveGrant(prove: Prove, credentials: Credentials, attempt: Attempt): ReturnType<Prove> {
    const grantType = grantTypes[credentials.kind]
    const stage = {
      name: 'prove grant',
      attributes: grantAttributes[credentials.kind],
      outcomeOf,
      ended(seconds: number, outcome: string, answer?: Answer) {
        const realm = answer?.kind === 'proven' ? realmLabels(answer) : noRealm
        if (realm !== noRealm) realms.set(credentials, realm)
        grantTook(seconds, grantType, realm.type, outcome)
      },
    }
    return done(stage, () => prove(credentials, attempt))
  }
}

type Answer = Proof | Refusal | TooManyAttempts

export const grantTypes = { password: 'password', accessToken: 'access_token', apiKey: 'api_key' } as const

const grantAttributes = {
  password: { 'profile_gateway.grant_type': 'password' },
  accessToken: { 'profile_gateway.grant_type': 'access_token' },
  apiKey: { 'profile_gateway.grant_type': 'api_key' },
} as const

function outcomeOf(answer: Answer): string {
  if (answer.kind === 'proven') return 'success'
  return answer.kind === 'refused' ? answer.reason : 'TOO_MANY_ATTEMPTS'
}
