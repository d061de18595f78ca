import { collectDefaultMetrics, Registry } from 'prom-client'

export type ProcessMetrics = Pick<Registry, 'metrics' | 'getMetricsAsJSON'>

/** Has the process watched: its event loop, memory and garbage collection. Once in a process, since that never ends. */
export function createProcessMetrics(): ProcessMetrics {
  const register = new Registry()
  collectDefaultMetrics({ register })
  return register
}
