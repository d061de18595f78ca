import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { Connection } from './connection.ts'
import type { Arrivals, Timing } from './job.ts'
import type { Load } from './load.ts'
import type { Pace } from './pacer.ts'
import { timingOf } from './snapshot.ts'

/** How long before the first request the pacer is started, in milliseconds. */
const lead = 200

/** Arrivals come in groups at least so many milliseconds apart: to wake up for each one costs too much CPU. */
const shortest = 1

/**
 * Sends requests when they are due, whether or not others are answered. One that finds no free connection waits, and
 * its time runs from when it was due.
 */
export async function openLoop(
  { connections, turns, exchange, snapshot }: Load,
  { rate, rampMs, seconds }: Arrivals & { kind: 'open' },
): Promise<Timing> {
  const latencies: number[] = []
  const inRamp = Math.floor((rate * rampMs) / 1_000)
  const count = inRamp + Math.max(1, Math.floor(rate * seconds))
  const together = Math.ceil((rate * shortest) / 1_000)
  const pace: Pace = {
    start: process.hrtime.bigint() + BigInt(lead * 1e6),
    interval: (together * 1e9) / rate,
    groups: Math.ceil(count / together),
  }
  const counted = dueAt(inRamp)
  const idle = [...connections]
  let sent = 0
  let answers = 0
  const pacer = new Worker(new URL('pacer.ts', import.meta.url), { workerData: pace })
  try {
    const answered = allAnswered()
    await Promise.race([sleep(lead + rampMs), answered])
    const start = snapshot()
    await answered
    return timingOf(latencies.length, latencies, start, snapshot())
  } finally {
    await pacer.terminate()
  }

  function allAnswered(): Promise<void> {
    return new Promise((resolve, reject) => {
      pacer.on('error', reject)
      pacer.on('message', sendDue)

      function sendDue(): void {
        while (sent < count && dueAt(sent) <= process.hrtime.bigint()) {
          // The one that has been free for longest: so all servers are asked as often.
          const connection = idle.shift()
          if (!connection) return
          drive(connection, dueAt(sent++)).catch(reject)
        }
      }

      async function drive(connection: Connection, due: bigint): Promise<void> {
        const request = turns.next()
        if (!request) throw new Error('there were too few requests')
        await exchange(connection, request)
        if (due >= counted) latencies.push(Number(process.hrtime.bigint() - due) / 1e6)
        turns.done(request)
        idle.push(connection)
        if (++answers === count) resolve()
        else sendDue()
      }
    })
  }

  function dueAt(n: number): bigint {
    return pace.start + BigInt(Math.round(Math.floor(n / together) * pace.interval))
  }
}
