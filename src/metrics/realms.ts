import type { Registry } from 'prom-client'
import { Counter } from 'prom-client'
import type { Realm } from '../authentication/realm.ts'
import type { RealmRef } from '../authentication/subject.ts'
import { failureOf } from '../errors.ts'
import type { RealmWatch } from '../realms/realms.ts'
import { createLatency, secondsNow } from './latency.ts'
import { outcomeAttribute, type Spans } from './spans.ts'
import { createTurns } from './turns.ts'

/** Makes what sees how realms do: what they answer, what they ask their servers, and what they remember. */
export function createRealmMetrics(registry: Registry, spans: Spans): RealmWatch {
  const labelNames = ['realm_type', 'realm']
  const took = createLatency(
    registry,
    'profile_gateway_realm_duration_seconds',
    'How long a realm took to say whose credentials are. Those that are none of its own are not counted.',
    [...labelNames, 'outcome'],
  )
  const watchQuestions = createTurns({
    ...{ registry, spans, labelNames },
    prefix: 'profile_gateway_realm_server',
    what: 'questions to the server of a realm',
    stage: 'ask server',
  })
  const proofs = new Counter({
    name: 'profile_gateway_proofs_total',
    help: 'Right credentials: remembered from before (hit), or proven anew and remembered (miss).',
    labelNames: [...labelNames, 'result'],
    registers: [registry],
  })

  return {
    realm: ({ type, name }, realm) => watched(type, name, realm),
    questions: ({ type, name }) => watchQuestions(type, name),
    proofs({ type, name }) {
      const [hit, miss] = [proofs.labels(type, name, 'hit'), proofs.labels(type, name, 'miss')]
      hit.inc(0)
      miss.inc(0)
      return (isRemembered) => {
        if (isRemembered) hit.inc()
        else miss.inc()
      }
    },
  }

  function watched(type: string, name: string, realm: Realm): Realm {
    const attributes = { 'profile_gateway.realm.type': type, 'profile_gateway.realm.name': name }
    return {
      authenticate: (credentials, source) =>
        spans.inSpan(`realm ${name}`, attributes, async (span) => {
          const since = secondsNow()
          let outcome: string | undefined
          try {
            const answer = await realm.authenticate(credentials, source)
            outcome = answer?.kind
            return answer
          } catch (thrown) {
            outcome = failureOf(thrown).code
            throw thrown
          } finally {
            span?.setAttribute(outcomeAttribute, outcome ?? 'not theirs')
            if (outcome !== undefined) took(secondsNow() - since, type, name, outcome)
          }
        }),
    }
  }
}

/** The passwords of our own users, in whichever of our realms they are. */
export const ownPasswords: RealmRef = { type: 'native', name: 'native', domain: null }
