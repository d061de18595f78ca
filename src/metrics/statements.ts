import type { Registry } from 'prom-client'
import type { WatchStatement } from '../storage/watched.ts'
import { createLatency, secondsNow } from './latency.ts'

/** Makes what times the statements of the database. */
export function createStatements(registry: Registry): WatchStatement {
  const took = createLatency(
    registry,
    'profile_gateway_database_statement_duration_seconds',
    'How long a statement took, with what it waited for a connection.',
    ['kind'],
  )

  return async function watch(kind, statement) {
    const since = secondsNow()
    try {
      return await statement()
    } finally {
      took(secondsNow() - since, kind)
    }
  }
}
