// What serves metrics on a port of their own, of one gateway or of all workers: a part of the composition root.

import type { Logger } from 'pino'
import type { Settings } from './config.ts'
import type { Limits } from './http/connections.ts'
import { createMetricsServer, type MetricsServer } from './http/metricsServer.ts'
import { readTls } from './settings/tls.ts'

export interface MetricsHost extends Pick<MetricsServer, 'recertify' | 'close'> {
  /** Starts to listen, and returns the address. */
  readonly listen: () => Promise<string>
  /** Reads its certificate again, if it has one. Throws if that cannot be used: then the one before stays. */
  readonly reload: () => void
}

interface MetricsHostParts {
  settings: Pick<Settings, 'http' | 'metrics' | 'tls'>
  contentType: string
  expose: () => Promise<string>
  logger: Logger
}

/** Makes the server of metrics, which does not listen yet; null: they have no port of their own. */
export function createMetricsHost({ settings, ...parts }: MetricsHostParts): MetricsHost | null {
  const { metrics, http, tls } = settings
  const { host, port } = metrics
  if (port === null) return null
  const server = createMetricsServer({ ...parts, limits: limitsOf(http), tls })
  return {
    recertify: server.recertify,
    close: server.close,
    listen: () => server.listen(host, port),
    reload() {
      if (tls) server.recertify(readTls(tls.files))
    },
  }
}

/** What the settings say of connections. */
export function limitsOf(http: Settings['http']): Limits {
  return {
    maxConnections: http.max_connections,
    headerTimeout: http.header_timeout,
    requestTimeout: http.request_timeout,
    idleTimeout: http.idle_timeout,
  }
}
