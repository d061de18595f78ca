import type { Registry } from 'prom-client'
import type { GrantRejected } from '../authentication/grantRejected.ts'
import type { TooManyAttempts } from '../authentication/throttle/tooManyAttempts.ts'
import type { UseCases } from '../graphql/builder.ts'
import type { ProfileDisabled } from '../profile/activateMine.ts'
import type { Profile } from '../profile/profile.ts'
import { grantTypes } from './authentications.ts'
import { createCount } from './count.ts'
import { createLatency } from './latency.ts'
import { noRealm, realmLabels, type RealmLabels } from './realmLabels.ts'
import type { Spans } from './spans.ts'
import { createStage } from './stage.ts'

type Answer = Profile | GrantRejected | ProfileDisabled | TooManyAttempts

/** Makes what counts and times activations, by whichever door they come. `realmOf`: the realm that has proven a grant. */
export function createActivations(registry: Registry, spans: Spans, realmOf: (grant: object) => RealmLabels) {
  const done = createStage(spans)
  const count = createCount(
    registry,
    'profile_gateway_activations_total',
    'Activations that were asked for.',
    ['grant_type', 'realm_type', 'realm', 'outcome'],
  )
  const took = createLatency(
    registry,
    'profile_gateway_activation_duration_seconds',
    'How long an activation took, all of it.',
    ['grant_type'],
  )

  return {
    useCases: ({ activate, activateMine, ...others }: UseCases): UseCases => ({
      ...others,
      activate: (caller, grant) =>
        counted(
          grantTypes[grant.kind],
          () => realmOf(grant),
          () => activate(caller, grant),
        ),
      activateMine: (caller) =>
        counted(
          'own',
          () => realmLabels({ subject: caller, standing: caller }),
          () => activateMine(caller),
        ),
    }),
  }

  /** Which realm it was is known where it has activated somebody. */
  function counted<T extends Answer>(
    grantType: GrantType,
    realm: () => RealmLabels,
    activate: () => Promise<T>,
  ): Promise<T> {
    const stage = {
      name: 'activate',
      attributes: attributes[grantType],
      outcomeOf,
      ended(seconds: number, outcome: string, answer?: T) {
        const by = answer && 'uid' in answer ? realm() : noRealm
        took(seconds, grantType)
        count(grantType, by.type, by.name, outcome)()
      },
    }
    return done(stage, activate)
  }
}

type GrantType = (typeof grantTypes)['password' | 'accessToken'] | 'own'

const attributes = {
  password: { 'profile_gateway.grant_type': 'password' },
  access_token: { 'profile_gateway.grant_type': 'access_token' },
  own: { 'profile_gateway.grant_type': 'own' },
} as const

function outcomeOf(answer: Answer): string {
  if ('uid' in answer) return 'success'
  if (answer.kind === 'GrantRejected') return answer.reason
  return answer.kind === 'ProfileDisabled' ? 'PROFILE_DISABLED' : 'TOO_MANY_ATTEMPTS'
}
