import type { Registry } from 'prom-client'
import type { WatchStatement } from '../storage/watched.ts'
import { createCount } from './count.ts'
import { createLatency, secondsNow } from './latency.ts'

/** Makes what times the statements of the database, and counts those that fail. */
export function createStatements(registry: Registry): WatchStatement {
  const took = createLatency(
    registry,
    'profile_gateway_database_statement_duration_seconds',
    'How long a statement took, with what it waited for a connection.',
    ['kind'],
  )
  const failures = createCount(
    registry,
    'profile_gateway_database_statement_failures_total',
    'Statements that have failed, or that nothing was heard of.',
    ['kind'],
  )
  const failed = { read: failures('read'), write: failures('write') }

  return function watch(kind, statement) {
    const since = secondsNow()
    return statement().then(
      (answer) => {
        took(secondsNow() - since, kind)
        return answer
      },
      (thrown: unknown) => {
        failed[kind]()
        took(secondsNow() - since, kind)
        throw thrown
      },
    )
  }
}
