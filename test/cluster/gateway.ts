import { onTestFinished } from 'vitest'
import { startCluster, type Cluster } from '../support/cluster.ts'
import { createTestApp, type TestApp } from '../support/testApp.ts'

/** The settings of a realm that asks a cluster. */
export function realmOf({ url }: Pick<Cluster, 'url'>, more = ''): string {
  return `
realms.native.native.order: 0
realms.elasticsearch.main:
  order: 1
  hosts: ${url}
${more}`
}

/** A gateway, and the cluster that it asks, until the test is over. */
export async function gatewayBefore(more = ''): Promise<TestApp & { readonly cluster: Cluster }> {
  const cluster = await startCluster()
  onTestFinished(cluster.close)
  const app = await createTestApp({ settings: realmOf(cluster, more) })
  onTestFinished(app.close)
  return { ...app, cluster }
}
