// How long a gateway takes from its start to its first answers, on a database that is there already.

import { setTimeout as sleep } from 'node:timers/promises'
import { Connection } from './connection.ts'
import { doors } from './doors.ts'
import type { Part } from './part.ts'
import { authorization, regulars } from './people.ts'
import { createRequests } from './requests.ts'
import { scenarioNamed } from './scenarios.ts'
import { gatewayAt } from './servers.ts'
import { spread } from './spread.ts'
import { median } from './stats.ts'
import { deployAll, type BenchParts } from './subjects.ts'
import { table } from './table.ts'
import type { Subject } from './trial.ts'

/** In milliseconds. */
const most = 700

const scenario = scenarioNamed('JWT remembered, writing')
const gateways = (['sqlite', 'postgresql'] as const).map((database) => gatewayAt('rest', database))

/** Measures it. */
export const start: Part = {
  name: 'start',
  about: 'from the start of a process to its first answers, on a database that is there',
  subjects: gateways.map(({ name }) => name),

  async run(names, parts) {
    const selected = gateways.filter(({ name }) => names.includes(name))
    const started: { name: string; times: Times[] }[] = []
    for (const subject of await deployAll(scenario, selected, parts)) {
      const { name } = subject.row.server
      const times = await startsOf(subject, parts)
      started.push({ name, times })
      parts.say(
        `  ${name.padEnd(26)} ${spread(
          times.map(({ ready }) => ready),
          0,
        )} ms`,
      )
    }
    return {
      report: [
        `Milliseconds since the process was started, of ${parts.options.starts} starts: until it listens, until \`/health/ready\` has`,
        'answered 200, and until the first activation, by a JWT, is answered.',
        '',
        table(
          ['server', 'listens', 'ready', 'first activation'],
          started.map(({ name, times }) => [
            name,
            ...(['listens', 'ready', 'activated'] as const).map((key) =>
              spread(
                times.map((one) => one[key]),
                0,
              ),
            ),
          ]),
        ),
        '',
      ].join('\n'),
      targets: started.flatMap(({ name, times }) =>
        (['ready', 'activated'] as const).map((key) => ({
          what: `start, ${name}: to the first ${key === 'ready' ? 'answer at /health/ready' : 'activation'}`,
          ...{ most, unit: 'ms' },
          measured: median(times.map((one) => one[key])),
        })),
      ),
    }
  },
}

/** In milliseconds since the start. */
interface Times {
  readonly listens: number
  readonly ready: number
  readonly activated: number
}

async function startsOf({ row, deployment }: Subject, { options, issuer }: BenchParts): Promise<Times[]> {
  const requests = await createRequests(scenario, issuer)(regulars, row.server.door, deployment)
  const body = requests[0]?.body ?? ''
  await deployment.server.stop()
  const all: Times[] = []
  // The first one finds nothing in the system's caches.
  for (let n = 0; n <= options.starts; n++) {
    const begun = performance.now()
    const server = await deployment.startBeside(deployment.url)
    const listens = performance.now() - begun
    const connection = await Connection.open(server.port)
    while (!(await isAnswered(connection, 'GET /health/ready', ''))) await sleep(1)
    const ready = performance.now() - begun
    if (!(await isAnswered(connection, `POST ${doors.rest.pathOf('')}`, body)))
      throw new Error('the first activation is refused')
    const activated = performance.now() - begun
    connection.close()
    await server.stop()
    if (n > 0) all.push({ listens, ready, activated })
  }
  return all
}

async function isAnswered(connection: Connection, line: string, body: string): Promise<boolean> {
  const head = [
    `${line} HTTP/1.1`,
    'host: 127.0.0.1',
    `authorization: ${authorization}`,
    ...(body ? ['content-type: application/json', `content-length: ${Buffer.byteLength(body)}`] : []),
  ]
  const { status } = await connection.exchange(Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`))
  return status === 200
}
