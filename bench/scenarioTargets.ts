import type { Passwords } from './passwords.ts'
import { throughputRatio } from './ratio.ts'
import { throughputOf, type Row } from './row.ts'
import { median, merged, quantile } from './stats.ts'
import type { Target } from './target.ts'

/** What is asked by numbers of connections, of the throughput of the GraphQL door in parts of another one. */
type Asked = Readonly<Record<number, number>>

/** Against floors, in the same scenario. */
const againstFloors: readonly { scenario: RegExp; floor: 'floor A' | 'floor B'; least: Asked }[] = [
  { scenario: /^JWT cold .*, writing$/, floor: 'floor A', least: { 1: 0.75, 16: 1.2, 64: 1.4 } },
  { scenario: /^JWT cold .*, writing$/, floor: 'floor B', least: { 1: 0.85, 16: 1.5, 64: 2 } },
  { scenario: /^JWT remembered, writing$/, floor: 'floor A', least: { 1: 0.8, 16: 1.3, 64: 2 } },
  { scenario: /^JWT remembered, within the grace$/, floor: 'floor A', least: { 1: 1, 16: 1.7, 64: 2.5 } },
  { scenario: /^opaque token, writing$/, floor: 'floor A', least: { 1: 0.7, 16: 1.2, 64: 1.7 } },
]

/** Elasticsearch's door has to be so many times as fast as the GraphQL door. */
const restFactor = 1.15
const repeated: Asked = { 1: 0.7, 16: 0.7, 64: 0.7 }
const cold: Asked = { 16: 0.9, 64: 0.9 }
const sqlite: Asked = { 16: 1, 64: 1 }
/** At half of the maximum, on a quiet machine, in milliseconds. */
const slowest = 20

/** What is asked of gateways in the scenarios, and what was measured. */
export function scenarioTargets(rows: readonly Row[], { rate }: Passwords): Target[] {
  const at = (scenario: string, server: string) =>
    rows.find((row) => row.scenario.name === scenario && row.server.name === server)
  return rows.filter(({ server }) => server.name.startsWith('gateway')).flatMap(targetsOf)

  function targetsOf(row: Row): Target[] {
    const { scenario, server } = row
    const floorA = at(scenario.name, 'floor A')
    const remembered = at('JWT remembered, writing', server.name)
    const factor = server.door === 'rest' ? restFactor : 1
    const isWriting = /^(JWT|opaque token).*writing$/.test(scenario.name)
    const against = (other: Row | undefined) => (c: number) => throughputRatio(row, other, c)
    if (server.deployment === 'gateway on sqlite')
      return [...(isWriting ? each(row, sqlite, 'floor A', against(floorA)) : []), ...inTime(row)]
    return [
      ...againstFloors
        .filter((one) => one.scenario.test(scenario.name))
        .flatMap(({ floor, least }) => each(row, least, floor, against(at(scenario.name, floor)), factor)),
      ...(scenario.name === 'password repeated'
        ? each(row, repeated, 'JWT remembered', against(remembered))
        : []),
      ...(scenario.name === 'password cold'
        ? each(row, cold, 'argon2id alone', (c) => median(throughputs(row, c)) / rate)
        : []),
      ...inTime(row),
    ]
  }
}

function each(
  { scenario, server }: Row,
  least: Asked,
  against: string,
  measured: (connections: number) => number,
  factor = 1,
): Target[] {
  return Object.entries(least).map(([c, asked]) => ({
    what: `${scenario.name}, ${server.name}, c=${c}: against ${against}`,
    least: asked * factor,
    measured: measured(Number(c)),
  }))
}

function inTime({ scenario, server, open }: Row): Target[] {
  const latencies = merged((open.get(0.5) ?? []).map((one) => one.latencies))
  const what = `${scenario.name}, ${server.name}, at half of the maximum: p99.9`
  return [{ what, most: slowest, measured: quantile(latencies, 0.999), unit: 'ms' }]
}

function throughputs({ closed }: Row, connections: number): number[] {
  return (closed.get(connections) ?? []).map(throughputOf)
}
