import type { Registry } from 'prom-client'
import type { Proof, Realm, Refusal } from '../authentication/realm.ts'
import type { RealmRef } from '../authentication/subject.ts'
import type { RealmWatch } from '../realms/realms.ts'
import { createCount } from './count.ts'
import { createLatency } from './latency.ts'
import type { Spans } from './spans.ts'
import { createStage } from './stage.ts'
import { createTurns } from './turns.ts'

/** Makes what sees how realms do: what they answer, what they ask their servers, and what they remember. */
export function createRealmMetrics(registry: Registry, spans: Spans): RealmWatch {
  const done = createStage(spans)
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
  const count = createCount(
    registry,
    'profile_gateway_proofs_total',
    'Right credentials: remembered from before (hit), or proven anew and remembered (miss).',
    [...labelNames, 'result'],
  )

  return {
    realm: ({ type, name }, realm) => watched(type, name, realm),
    questions: ({ type, name }) => watchQuestions(type, name),
    proofs({ type, name }) {
      const [countHit, countMiss] = [count(type, name, 'hit'), count(type, name, 'miss')]
      return (isRemembered) => {
        if (isRemembered) countHit()
        else countMiss()
      }
    },
  }

  function watched(type: string, name: string, realm: Realm): Realm {
    const attributes = { 'profile_gateway.realm.type': type, 'profile_gateway.realm.name': name }
    const stage = {
      name: `realm ${name}`,
      attributes,
      outcomeOf: (answer: Proof | Refusal | null) => answer?.kind ?? notTheirs,
      ended(seconds: number, outcome: string) {
        if (outcome !== notTheirs) took(seconds, type, name, outcome)
      },
    }
    return {
      ...realm,
      authenticate: (...given) => done(stage, () => realm.authenticate(...given)),
    }
  }
}

const notTheirs = 'not theirs'

/** The passwords of our own users, in whichever of our realms they are. */
export const ownPasswords: RealmRef = { type: 'native', name: 'native', domain: null }
