// The load generator: a process of its own that makes one measurement after the other and checks every answer.

import { createChecker } from './checker.ts'
import { closedLoop } from './closedLoop.ts'
import { Connection } from './connection.ts'
import { doors, type Request } from './doors.ts'
import type { Job, Measurement, Outcome } from './job.ts'
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
  const opening = Array.from({ length: job.connections }, () => Connection.open(job.port))
  const connections = await Promise.all(opening)
  const prepared = job.requests.map((request) => ({ ...request, bytes: bytesOf(request, job) }))
  const load: Load = {
    connections,
    turns: createTurns(prepared, job.repeat),
    async exchange(connection, { uid, bytes }) {
      const check = expect(uid, job)
      check(await connection.exchange(bytes))
    },
    snapshot: () => snapshotOf(job.processes),
  }
  try {
    return job.arrivals.kind === 'closed'
      ? await closedLoop(load, job.arrivals)
      : await openLoop(load, job.arrivals)
  } finally {
    for (const connection of connections) connection.close()
  }
}

function bytesOf({ body }: Request, { door, port }: Job): Buffer {
  const lines = [
    `POST ${doors[door].path} HTTP/1.1`,
    `host: 127.0.0.1:${port}`,
    `authorization: ${authorization}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
  ]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`)
}
