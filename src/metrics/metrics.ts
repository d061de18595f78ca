// Metrics and traces: what is counted and timed of everything that happens, and what is told of how things stand. This
// folder knows what happens, by its types; it decides nothing, and nothing waits for it. No label and no attribute has
// a name, an address or a credential in it: labels are from the configuration, or from lists that are closed.

import { Gauge, prometheusContentType, Registry } from 'prom-client'
import type { IdentifyCaller } from '../authentication/caller.ts'
import type { Prove } from '../authentication/prove.ts'
import type { WatchTurn } from '../authentication/queue.ts'
import type { Throttle } from '../authentication/throttle/throttle.ts'
import type { UseCases } from '../graphql/builder.ts'
import type { RequestWatch } from '../http/requestWatch.ts'
import type { ProfileRepository } from '../profile/repository.ts'
import type { RealmWatch } from '../realms/realms.ts'
import type { WatchStatement } from '../storage/watched.ts'
import { createActivations } from './activations.ts'
import { createAuthentications } from './authentications.ts'
import { createCount } from './count.ts'
import type { ProcessMetrics } from './processMetrics.ts'
import { profileSpans } from './profileSpans.ts'
import { createRealmMetrics, ownPasswords } from './realms.ts'
import { createRequests } from './requests.ts'
import { createSpans } from './spans.ts'
import { createStatements } from './statements.ts'
import { tellStates, type States } from './states.ts'
import type { Told } from './sums.ts'
import { createTurns } from './turns.ts'

export interface Metrics {
  /** The same, counted and timed. */
  readonly identifyCaller: (identify: IdentifyCaller) => IdentifyCaller
  readonly prove: (prove: Prove) => Prove
  readonly throttle: (throttle: Throttle) => Throttle
  readonly useCases: (useCases: UseCases) => UseCases
  readonly profiles: (profiles: ProfileRepository) => ProfileRepository
  /** What others tell what they do. */
  readonly realms: RealmWatch
  readonly hashes: WatchTurn
  /** Takes that a password was right: remembered, or proven anew. */
  readonly countPassword: (isRemembered: boolean) => void
  readonly statements: WatchStatement
  readonly requests: RequestWatch
  /** Takes that what was tried could not be counted with what other gateways count. */
  readonly verdictLost: () => void
  /** Tells from now on how these stand. */
  readonly tell: (states: States) => void
  readonly contentType: string
  /** All of them, in Prometheus' text format: of all processes, where there are several. */
  readonly expose: () => Promise<string>
  /** Those of this process. */
  readonly told: () => Promise<Told>
}

interface MetricsParts {
  /** The gateway's. */
  version: string
  /** Those of the process; null: without. */
  process: ProcessMetrics | null
  /** Asks for those of all processes, where this is one of several; null: it is not. */
  exposeAll?: (() => Promise<string>) | null
}

export function createMetrics({ version, process, exposeAll = null }: MetricsParts): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const spans = createSpans(version)
  const labelNames = ['version']
  new Gauge({ name: 'profile_gateway_build_info', help: 'Always 1.', labelNames, registers })
    .labels(version)
    .set(1)
  const { identifyCaller, prove, throttle, realmOf } = createAuthentications(registry, spans)
  const realms = createRealmMetrics(registry, spans)
  const countLost = createCount(
    registry,
    'profile_gateway_throttle_verdicts_lost_total',
    'Judged credentials that this gateway alone counts, since the others could not be told.',
  )
  const hashes = createTurns({
    ...{ registry, spans },
    prefix: 'profile_gateway_hash',
    what: 'hashes of passwords',
    stage: 'hash',
  })
  let underWay: Promise<string> | undefined

  return {
    ...{ identifyCaller, prove, throttle, realms },
    useCases: createActivations(registry, spans, realmOf).useCases,
    profiles: (profiles) => profileSpans(profiles, spans),
    hashes: hashes(),
    countPassword: realms.proofs(ownPasswords),
    statements: createStatements(registry),
    requests: createRequests(registry, spans),
    verdictLost: countLost(),
    tell(states) {
      tellStates(registry, states)
    },
    contentType: prometheusContentType,
    // However many ask for them, they are read once at a time.
    expose: () => (underWay ??= (exposeAll ?? exposed)().finally(() => (underWay = undefined))),
    async told() {
      const told = [await registry.getMetricsAsJSON(), ...(process ? [await process.getMetricsAsJSON()] : [])]
      return told.flat()
    },
  }

  async function exposed(): Promise<string> {
    const texts = [await registry.metrics(), ...(process ? [await process.metrics()] : [])]
    return texts.join('\n')
  }
}
