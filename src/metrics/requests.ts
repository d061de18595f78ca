import { SpanStatusCode } from '@opentelemetry/api'
import type { Registry } from 'prom-client'
import type { RequestWatch } from '../http/requestWatch.ts'
import { createCount } from './count.ts'
import { createLatency } from './latency.ts'
import type { Spans } from './spans.ts'

/** Makes what sees requests: where they lead, how they are answered, and how long that takes. */
export function createRequests(registry: Registry, { isTraced, inRequest }: Spans): RequestWatch {
  const took = createLatency(
    registry,
    'profile_gateway_http_request_duration_seconds',
    'How long requests took, from their headers to the end of their answer.',
    ['method', 'route', 'status'],
  )
  const countRefused = createCount(
    registry,
    'profile_gateway_http_refused_total',
    'What came and was no request: refused as the bytes of a connection.',
    ['status'],
  )
  const countDropped = createCount(
    registry,
    'profile_gateway_http_connections_dropped_total',
    'Connections that were closed at once, since there were as many as may be.',
  )

  return {
    answered({ method, route, status, seconds }) {
      took(seconds, methodOf(method), route, `${Math.floor(status / 100)}xx`)
    },
    refused(status) {
      countRefused(String(status))()
    },
    dropped: countDropped(),
    around: isTraced
      ? (headers, describe, answer) =>
          inRequest(headers, async (span) => {
            try {
              return await answer()
            } finally {
              const { method, route, status } = describe()
              span?.updateName(`${methodOf(method)} ${route}`)
              span?.setAttribute('http.request.method', methodOf(method))
              span?.setAttribute('http.route', route)
              span?.setAttribute('http.response.status_code', status)
              if (status >= 500) span?.setStatus({ code: SpanStatusCode.ERROR })
            }
          })
      : null,
  }
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS']

/** A client can send any. Source: OpenTelemetry's semantic conventions for HTTP. */
function methodOf(method: string): string {
  return methods.includes(method) ? method : '_OTHER'
}
