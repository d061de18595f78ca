import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'

/** What a server is asked. */
export interface Question {
  readonly headers: IncomingHttpHeaders
  readonly form: URLSearchParams
}

/** Answers one question, or never. */
export type Answer = (response: ServerResponse, question: Question) => unknown

/** A server that answers as the test wants. It is stopped when that is over. */
export async function startServer(answer: Answer) {
  const questions: Question[] = []
  const sockets = new Set<unknown>()
  const server = createServer((request, response) => {
    sockets.add(request.socket)
    void text(request).then((body) => {
      const question = { headers: request.headers, form: new URLSearchParams(body) }
      questions.push(question)
      asked.answer(response, question)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeAllConnections()
    await closed
  })
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const asked = {
    issuer,
    endpoint: `${issuer}/introspect?of=us`,
    answer,
    questions,
    /** How many connections it has taken. */
    connections: () => sockets.size,
  }
  return asked
}

/** Says something as JSON. */
export function saying(said: unknown, status = 200): Answer {
  const body = typeof said === 'string' ? said : JSON.stringify(said)
  return (response) => response.writeHead(status, { 'content-type': 'application/json' }).end(body)
}

/** What makes a token good for the gateway. */
export const good = { active: true, sub: 'sub-1', aud: 'gateway' }
