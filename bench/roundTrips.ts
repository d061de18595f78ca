import type { Ownership } from './ownership.ts'
import { regulars } from './people.ts'
import { createRelay } from './relay.ts'
import { untilAllCame, type Subject, type TryOut } from './trial.ts'

/** At how many connections round trips are counted: alone, and where several requests could share one. */
export const countedAt = [1, 16]

/**
 * Counts how often a server goes to its database for one activation: on the wire, at another server of its kind on
 * the same database, so that nothing stands in the way of the one that is timed.
 */
export async function countRoundTrips(
  subject: Subject,
  requests: number,
  tryOut: TryOut,
  own: Ownership['own'],
): Promise<void> {
  const { row, deployment } = subject
  if (deployment.databaseUrl === null) return
  const relay = await own(createRelay(Number(new URL(deployment.databaseUrl).port)), (one) => one.close())
  const server = await deployment.startBeside(relay.through(deployment.databaseUrl))
  const comers = (count: number) =>
    row.scenario.fresh === 'nothing'
      ? Array.from({ length: count }, (_, n) => n % regulars.length)
      : deployment.unseen(count)
  const trial = { arrivals: untilAllCame, servers: [server] }
  // So that it has its connections, and remembers whom it does.
  await tryOut(subject, { ...trial, connections: 16, numbers: comers(regulars.length), rule: 'any' })
  for (const connections of countedAt) {
    const before = relay.roundTrips()
    const { sent } = await tryOut(subject, { ...trial, connections, numbers: comers(requests) })
    row.roundTrips.set(connections, (relay.roundTrips() - before) / sent.requests)
  }
  await server.stop()
}
