import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Logger } from 'pino'
import { failureOf } from '../errors.ts'
import { createConnections, recertify, type Certified, type Limits } from './connections.ts'
import type { DoorResponse } from './door.ts'
import { reportDrops } from './reportDrops.ts'
import { securityHeaders } from './securityHeaders.ts'

interface MetricsServerParts {
  contentType: string
  expose: () => Promise<string>
  limits: Limits
  /** Without, connections are plain. */
  tls: Certified | null
  logger: Logger
}

/** Those who read metrics are few. */
const mostConnections = 100

export interface MetricsServer {
  /** Starts to listen, and returns the address. */
  readonly listen: (host: string, port: number) => Promise<string>
  readonly recertify: (tls: Certified) => void
  readonly close: () => Promise<void>
}

/** Serves `/metrics`, and nothing else, to whoever can reach it. */
export function createMetricsServer(parts: MetricsServerParts): MetricsServer {
  const { contentType, expose, limits, tls, logger } = parts
  const secured = securityHeaders(tls !== null)
  const connections = createConnections({
    limits: { ...limits, maxConnections: mostConnections },
    tls,
    refuse: ({ status }) => secured(empty(status)),
    reportDrop: reportDrops(logger, 'new connections to metrics are closed: there are as many as may be'),
    reportNoTls(reason, address) {
      logger.info({ address }, `refused: TLS has failed: ${reason}`)
    },
  })
  const server: Server = connections.serve(({ method, url }, response) => {
    void answer(method, url).then((answered) => {
      if (!server.listening) response.setHeader('connection', 'close')
      const { status, headers, body } = secured(answered)
      response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body)
    })
  })
  server.on('clientError', connections.takeError)

  return {
    listen(host, port) {
      return new Promise((resolve, reject) => {
        server.once('error', reject)
        server.listen({ host, port }, () => {
          server.off('error', reject)
          resolve(addressOf(server.address() as AddressInfo, tls !== null))
        })
      })
    },
    recertify(renewed) {
      recertify(server, renewed)
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
      }),
  }

  async function answer(method = '', url = ''): Promise<DoorResponse> {
    if (url.split('?')[0] !== '/metrics') return empty(404)
    if (method !== 'GET' && method !== 'HEAD') return { ...empty(405), headers: { allow: 'GET, HEAD' } }
    try {
      return { status: 200, headers: { 'content-type': contentType }, body: await expose() }
    } catch (thrown) {
      const { status, message, cause } = failureOf(thrown)
      logger.error({ err: cause }, message)
      return empty(status)
    }
  }
}

function empty(status: number): DoorResponse {
  return { status, headers: {}, body: '' }
}

function addressOf({ address, family, port }: AddressInfo, isEncrypted: boolean): string {
  const host = family === 'IPv6' ? `[${address}]` : address
  return `http${isEncrypted ? 's' : ''}://${host}:${port}`
}
