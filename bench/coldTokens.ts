import type { Row } from './row.ts'
import { table } from './table.ts'

/** Shows that no server could remember a token which it was to verify. */
export function coldTokens(rows: readonly Row[]): string[] {
  if (rows.length === 0) return []
  return [
    'Cold tokens: everything that was sent, warm-up and round trips included. No server was sent one of these tokens',
    'before (the bench ends otherwise), so only requests beyond the number of different tokens could be hits.',
    '',
    table(
      ['scenario', 'server', 'requests', 'different tokens', 'cache hits at most'],
      rows.map(({ scenario, server, sent: { requests, different } }) => [
        ...[scenario.name, server.name],
        ...[requests, different, requests - different].map(String),
      ]),
    ),
    '',
  ]
}
