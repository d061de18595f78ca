// The load generator: a process of its own that makes one measurement after the other and checks every answer.

import { createChecker } from './checker.ts'
import { closedLoop } from './closedLoop.ts'
import { Connection } from './connection.ts'
import { doors, type Request } from './doors.ts'
import type { Job, Measurement, Outcome, Sent } from './job.ts'
import { openLoop } from './openLoop.ts'
import { authorization } from './people.ts'
import { snapshotOf } from './snapshot.ts'
import { createTurns, type Turns } from './turns.ts'

/** What a loop needs to make its requests. */
export interface Load {
  readonly connections: readonly Connection[]
  readonly turns: Turns<Prepared>
  /** Sends a request and checks its answer. */
  readonly exchange: (connection: Connection, request: Prepared) => Promise<void>
  readonly snapshot: () => ReturnType<typeof snapshotOf>
}

interface Prepared extends Request {
  readonly bytes: Buffer
  /** How often it was sent. */
  sent: number
}

const expect = createChecker()

process.on('message', (job: Job) => {
  measure(job)
    .then(
      (measurement): Outcome => ({ measurement }),
      (error: unknown): Outcome => ({ problem: error instanceof Error ? error.message : String(error) }),
    )
    .then((outcome) => process.send?.(outcome))
    .catch(() => process.exit(1))
})
process.on('disconnect', () => process.exit())
// Who started it ends it.
process.on('SIGINT', () => undefined)

async function measure(job: Job): Promise<Measurement> {
  const { ports } = job
  const opening = Array.from({ length: job.connections }, (_, n) =>
    Connection.open(ports[n % ports.length] ?? 0),
  )
  const connections = await Promise.all(opening)
  const prepared = job.requests.map((request) => ({ ...request, bytes: bytesOf(request, job), sent: 0 }))
  const load: Load = {
    connections,
    turns: createTurns(prepared, job.repeat),
    async exchange(connection, request) {
      const check = expect(request.uid, job)
      request.sent += 1
      check(await connection.exchange(request.bytes))
    },
    snapshot: () => snapshotOf(job.processes),
  }
  try {
    const { arrivals } = job
    const timing = await (arrivals.kind === 'closed' ? closedLoop(load, arrivals) : openLoop(load, arrivals))
    return { ...timing, sent: sentOf(prepared) }
  } finally {
    for (const connection of connections) connection.close()
  }
}

function sentOf(requests: readonly Prepared[]): Sent {
  return {
    requests: requests.reduce((total, { sent }) => total + sent, 0),
    different: requests.filter(({ sent }) => sent > 0).length,
  }
}

function bytesOf({ uid, body }: Request, { door }: Job): Buffer {
  const { method, pathOf } = doors[door]
  const lines = [
    `${method} ${pathOf(uid)} HTTP/1.1`,
    'host: 127.0.0.1',
    `authorization: ${authorization}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
  ]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`)
}
