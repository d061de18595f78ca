import { ratios } from './ratio.ts'
import { throughputOf, type Row } from './row.ts'
import { spread } from './spread.ts'
import { table } from './table.ts'

/** What was measured of a server, near its database and far from it. */
export interface Place {
  readonly near: Row
  readonly far: Row
}

/** Throughputs and their ratios to the floors, near → far, in Markdown. */
export function distanceReport(
  places: readonly Place[],
  connections: readonly number[],
  added: number,
  lateness: number,
): string {
  return [
    `Near the database → 1 ms away from it. In truth ${added.toFixed(2)} ms were added to a round trip, measured with \`SELECT 1\` before all`,
    `else; under load each way took ${lateness.toFixed(2)} ms longer than it was to, in the middle. Near, the servers reach their database`,
    'through a relay too, which delays nothing.',
    '',
    table(
      ['server', 'c', 'requests/s', '× A', '× B'],
      places.flatMap(({ near, far }) =>
        connections.map((c) => [
          ...[near.server.name, String(c)],
          `${rateOf(near, c)} → ${rateOf(far, c)}`,
          ...['floor A', 'floor B'].map((name) => {
            const floor = places.find((place) => place.near.server.name === name)
            return `${against(near, floor?.near, c)} → ${against(far, floor?.far, c)}`
          }),
        ]),
      ),
    ),
    '',
  ].join('\n')
}

function rateOf({ closed }: Row, c: number): string {
  return spread((closed.get(c) ?? []).map(throughputOf), 0)
}

function against(row: Row, floor: Row | undefined, c: number): string {
  return spread(ratios(row.closed.get(c), floor?.closed.get(c)), 2)
}
