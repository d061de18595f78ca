import type { Connection } from './connection.ts'
import type { Arrivals, Timing } from './job.ts'
import type { Load } from './load.ts'
import { timingOf, type Snapshot } from './snapshot.ts'

/**
 * Sends on every connection as soon as it has its answer. Counted is what is answered after the ramp, until the time
 * is over and there were as many answers as connections, or there are no more requests.
 */
export async function closedLoop(
  { connections, turns, exchange, snapshot }: Load,
  { rampMs, seconds }: Arrivals & { kind: 'closed' },
): Promise<Timing> {
  const latencies: number[] = []
  let answers = 0
  let start: Snapshot | undefined
  let end: Snapshot | undefined
  const begin = setTimeout(() => (start = snapshot()), rampMs)
  let overdue = false
  const deadline = setTimeout(
    () => {
      overdue = true
      finishIfDue()
    },
    rampMs + seconds * 1_000,
  )
  await Promise.all(connections.map(drive)).finally(() => {
    clearTimeout(begin)
    clearTimeout(deadline)
  })
  if (!start || !end) throw new Error('there were too few requests to measure anything')
  return timingOf(answers, latencies, start, end)

  async function drive(connection: Connection): Promise<void> {
    while (!end) {
      const request = turns.next()
      if (!request) {
        finish()
        return
      }
      const sent = performance.now()
      await exchange(connection, request)
      turns.done(request)
      count(sent)
    }
  }

  function count(sent: number): void {
    if (!start || end) return
    answers += 1
    if (sent >= start.at) latencies.push(performance.now() - sent)
    finishIfDue()
  }

  function finishIfDue(): void {
    if (overdue && answers >= connections.length) finish()
  }

  function finish(): void {
    end ??= snapshot()
  }
}
