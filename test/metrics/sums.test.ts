import { describe, expect, it } from 'vitest'
import { createSums, type Told } from '../../src/metrics/sums.ts'
import { parseExposition } from './exposition.ts'

const metric = (type: string, name: string, value: number, labels = {}) => ({
  ...{ name, help: 'help', type },
  values: [{ value, labels }],
})

/** The values of what is exposed, by name. */
async function exposed(now: readonly Told[], late: readonly Told[] = [], sums = createSums()) {
  const families = parseExposition(await sums.expose(now, late))
  return Object.fromEntries(
    [...families].map(([name, { samples }]) => [name, samples.map(({ value }) => value)]),
  )
}

describe('the metrics of several processes', () => {
  it.each([
    ['counter', 'profile_gateway_http_refused_total', 5],
    ['gauge', 'profile_gateway_database_pool_waiting', 5],
    ['gauge', 'profile_gateway_hash_running', 5],
    ['gauge', 'process_resident_memory_bytes', 5],
    ['gauge', 'profile_gateway_build_info', 2],
    ['gauge', 'nodejs_version_info', 2],
    ['gauge', 'process_start_time_seconds', 2],
    ['gauge', 'nodejs_eventloop_lag_min_seconds', 2],
    ['gauge', 'nodejs_eventloop_lag_seconds', 3],
    ['gauge', 'nodejs_eventloop_lag_p99_seconds', 3],
    ['gauge', 'profile_gateway_jwks_age_seconds', 3],
    ['gauge', 'profile_gateway_realm_breaker_open', 3],
    ['gauge', 'profile_gateway_problems', 3],
  ])('are of a %s %s that is 2 and 3 together %d', async (type, name, together) => {
    expect(await exposed([[metric(type, name, 2)], [metric(type, name, 3)]])).toEqual({ [name]: [together] })
  })

  it('are each of the labels that any of them has', async () => {
    const one = metric('counter', 'refused_total', 2, { status: '400' })
    const other = metric('counter', 'refused_total', 3, { status: '431' })
    expect(await exposed([[one], [other]])).toEqual({ refused_total: [2, 3] })
  })

  it('have nothing of a lag that none has measured', async () => {
    const lag = (value: number) => [metric('gauge', 'nodejs_eventloop_lag_mean_seconds', value)]
    expect(await exposed([lag(NaN), lag(2)])).toEqual({ nodejs_eventloop_lag_mean_seconds: [2] })
  })

  it('have the counters of who is late or has ended, and no gauges', async () => {
    const sums = createSums()
    const told = (value: number) => [
      metric('counter', 'refused_total', value),
      metric('gauge', 'waiting', value),
    ]
    sums.keep(told(16))
    sums.keep(told(8))
    expect(await exposed([told(4), told(2)], [told(1)], sums)).toEqual({ refused_total: [31], waiting: [6] })
    expect(await exposed([], [], sums)).toEqual({ refused_total: [24] })
  })
})
