import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { failureOf } from '../../src/errors.ts'
import type { ReadBody } from '../../src/http/body.ts'
import { overSocket, type Fetch } from '../support/testApp.ts'

interface BodyServerParts {
  readBody: ReadBody
  /** The largest body, in bytes. */
  limit: number
  /** What is done with each body that has come: it is answered when that is over. */
  work: () => Promise<unknown>
  /** Called when an answer has left, or its sender. */
  closed?: () => void
}

/** A server that does nothing but read bodies; it is closed when the test is over. */
export async function startBodyServer({ readBody, limit, work, closed }: BodyServerParts): Promise<Fetch> {
  const server = createServer((request, response) => {
    if (closed) response.once('close', closed)
    readBody(request, response, limit)
      .then((body) => body.heldFor(work()))
      .then(
        () => response.end(),
        (thrown: unknown) => response.writeHead(failureOf(thrown).status).end(),
      )
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  return overSocket(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
}
