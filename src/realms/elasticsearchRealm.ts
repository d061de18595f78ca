import { createClusterRealm } from '../authentication/cluster/clusterRealm.ts'
import type { ClusterUser } from '../authentication/cluster/clusterUser.ts'
import { createProvenCredentials } from '../authentication/cluster/provenCredentials.ts'
import { createRemote } from '../authentication/remote/remote.ts'
import type { RealmRef } from '../authentication/subject.ts'
import type { Settings } from '../config.ts'
import { connectionOf, reportFullTo } from './connectionOf.ts'
import type { ConfiguredRealm, RealmsParts } from './realms.ts'

type ElasticsearchSettings = Settings['realms']['elasticsearch'][string]

/** Makes a realm that asks a cluster of its settings. `refOf` finds the domains of the cluster's realms. */
export function createConfiguredElasticsearchRealm(
  ref: RealmRef,
  { hosts, cache: { ttl, size }, http, ssl }: ElasticsearchSettings,
  refOf: (type: string, name: string) => RealmRef,
  { clock, logger: parent, watch }: Pick<RealmsParts, 'clock' | 'logger' | 'watch'>,
): ConfiguredRealm {
  const logger = parent.child({ realm: `${ref.type}/${ref.name}` })
  const remote = createRemote({
    ...connectionOf({ http, ssl }),
    clock,
    report(reason) {
      if (reason === null) logger.info('the cluster answers again')
      else logger.warn({ reason }, 'the cluster is not asked for a while')
    },
    reportFull: reportFullTo(logger),
    ...(watch && { watch: watch.questions(ref) }),
  })
  const proven = createProvenCredentials<ClusterUser>({
    ...{ ttl, size, clock },
    ...(watch && { count: watch.proofs(ref) }),
  })
  const realm = createClusterRealm({
    ...{ name: ref.name, remote, proven, refOf, clock },
    urls: hosts.map((host) => `${host.replace(/\/+$/, '')}/_security/_authenticate`),
    report(reason) {
      if (reason === null) logger.info('the cluster says again whose credentials are')
      else logger.warn({ reason }, 'the cluster does not say whose credentials are')
    },
  })
  return {
    ref,
    realm,
    problem() {
      const problem = remote.problem() ?? realm.problem()
      return problem && `the realm [${ref.name}] cannot ask its cluster: ${problem}`
    },
    state: () => ({ keysReadAt: null, isPaused: remote.isPaused(), remembered: proven.size() }),
    close: remote.close,
  }
}
