import { describe, expect, it } from 'vitest'
import type { Measurement } from '../../bench/job.ts'
import type { Passwords } from '../../bench/passwords.ts'
import { emptyRow, type Row } from '../../bench/row.ts'
import { scenarioNamed } from '../../bench/scenarios.ts'
import { scenarioTargets } from '../../bench/scenarioTargets.ts'
import { servers } from '../../bench/servers.ts'
import { targetsReport } from '../../bench/target.ts'

const passwords: Passwords = { userHash: '', applicationHash: '', rate: 100, highestRate: 120 }

function rowOf(scenario: string, serverName: string, rate: number): Row {
  const server = servers.find(({ name }) => name === serverName)
  if (!server) throw new Error(serverName)
  const row = emptyRow(scenarioNamed(scenario), server)
  for (const c of [1, 16, 64]) row.closed.set(c, [answered(rate)])
  return row
}

function answered(rate: number): Measurement {
  const latencies = Float64Array.of(1)
  return {
    ...{ answers: rate, seconds: 1, latencies, noise: 0 },
    ...{ cpu: { server: 1, database: 1, load: 1 }, sent: { requests: rate, different: rate } },
  }
}

/** What is asked, by what was measured: only what was. */
function askedOf(rows: readonly Row[]) {
  return scenarioTargets(rows, passwords)
    .filter(({ measured }) => !Number.isNaN(measured))
    .map(({ what, least, measured }) => [what, least, measured])
}

describe('what is asked of a gateway', () => {
  it('is a part of what each floor answers in the same scenario', () => {
    const scenario = 'JWT cold RS256, writing'
    const gateway = rowOf(scenario, 'gateway/graphql/postgresql', 300)
    const what = `${scenario}, gateway/graphql/postgresql`
    expect(askedOf([gateway, rowOf(scenario, 'floor A', 200), rowOf(scenario, 'floor B', 100)])).toEqual([
      [`${what}, c=1: against floor A`, 0.75, 1.5],
      [`${what}, c=16: against floor A`, 1.2, 1.5],
      [`${what}, c=64: against floor A`, 1.4, 1.5],
      [`${what}, c=1: against floor B`, 0.85, 3],
      [`${what}, c=16: against floor B`, 1.5, 3],
      [`${what}, c=64: against floor B`, 2, 3],
    ])
  })

  it('is 1.15 times as much at Elasticsearch’s door', () => {
    const scenario = 'opaque token, writing'
    const rows = [rowOf(scenario, 'gateway/rest/postgresql', 300), rowOf(scenario, 'floor A', 200)]
    expect(askedOf(rows).map(([, least]) => least)).toEqual([0.7 * 1.15, 1.2 * 1.15, 1.7 * 1.15])
  })

  it('of passwords is a part of our own remembered JWT, and of argon2id alone', () => {
    const server = 'gateway/graphql/postgresql'
    expect(
      askedOf([
        rowOf('password cold', server, 95),
        rowOf('password repeated', server, 80),
        rowOf('JWT remembered, writing', server, 100),
      ]),
    ).toEqual([
      [`password cold, ${server}, c=16: against argon2id alone`, 0.9, 0.95],
      [`password cold, ${server}, c=64: against argon2id alone`, 0.9, 0.95],
      ...[1, 16, 64].map((c) => [`password repeated, ${server}, c=${c}: against JWT remembered`, 0.7, 0.8]),
    ])
  })

  it('of SQLite is what its floor answers, where many write at once', () => {
    const scenario = 'JWT remembered, writing'
    const rows = [rowOf(scenario, 'gateway/graphql/sqlite', 300), rowOf(scenario, 'floor A', 200)]
    expect(askedOf(rows).map(([, least]) => least)).toEqual([1, 1])
  })
})

describe('the report of targets', () => {
  it('says of each whether it is met, and leaves out what was not measured', () => {
    expect(
      targetsReport([
        { what: 'reached', least: 1, measured: 1 },
        { what: 'missed', most: 700, measured: 701, unit: 'ms' },
        { what: 'within', least: 0.95, most: 1.05, measured: 1.01 },
        { what: 'told', measured: 3.2, unit: 'ms' },
        { what: 'unknown', least: 1, measured: NaN },
      ]),
    ).toBe(`## Targets

Of what was measured here, 2 are met and 1 are missed.

| target | asked | measured | met |
| --- | --- | ---: | ---: |
| reached | ≥ 1.00 | 1.00 | yes |
| missed | ≤ 700 ms | 701 ms | **no** |
| within | ≥ 0.95, ≤ 1.05 | 1.01 | yes |
| told | – | 3.20 ms | stated |
`)
  })

  it('is empty where nothing was measured', () => {
    expect(targetsReport([{ what: 'unknown', least: 1, measured: NaN }])).toBe('')
  })
})
