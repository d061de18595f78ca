import http from 'node:http'
import https from 'node:https'
import { basic, type Credentials, type Fetch } from '../support/testApp.ts'
import { answerOf, type Answer } from './answer.ts'

export interface Sending {
  /** Whose request: nobody's (null), or with an `Authorization` header as it is. */
  readonly as?: Credentials | string | null
  /** Text and bytes as they are, everything else as JSON. */
  readonly body?: unknown
  /** The `Content-Type` of the body, or null to leave it out. */
  readonly type?: string | null
  readonly headers?: Readonly<Record<string, string>>
}

type Headers = readonly (readonly [name: string, value: string])[]

/** What came over the socket, headers one by one. */
export interface RawAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

export interface Wire {
  readonly send: (method: string, path: string, sending?: Sending) => Promise<Answer>
  /** Sends over the socket what `fetch` would not: headers as they are, and a body with any method. */
  readonly sendRaw: (method: string, path: string, headers?: Headers, body?: string) => Promise<RawAnswer>
}

/** The two ways to send a request; the second one needs an address. */
export function createWire(fetch: Fetch, url = 'http://nowhere'): Wire {
  return { send, sendRaw }

  async function send(
    method: string,
    path: string,
    { as = null, body, type, headers }: Sending = {},
  ): Promise<Answer> {
    const contentType = type === undefined && body !== undefined ? 'application/json' : type
    const response = await fetch(path, {
      method,
      headers: {
        ...(as !== null && { authorization: typeof as === 'string' ? as : basic(as) }),
        ...(contentType && { 'content-type': contentType }),
        ...headers,
      },
      // As bytes: to text `fetch` would add a type.
      ...(body !== undefined && {
        body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
      }),
    })
    return answerOf(response)
  }

  function sendRaw(method: string, path: string, headers: Headers = [], body?: string): Promise<RawAnswer> {
    const address = new URL(path, url)
    const length = body === undefined ? [] : [['content-length', String(Buffer.byteLength(body))] as const]
    const all = [['host', address.host] as const, ...length, ...headers]
    const { request } = address.protocol === 'https:' ? https : http
    return new Promise((resolve, reject) => {
      const sent = request(address, { method, headers: all.flat(), agent: false }, (answer) => {
        const raw = answer.rawHeaders
        const pairs = raw.flatMap((name, at) => (at % 2 === 0 ? [[name, raw[at + 1] ?? ''] as const] : []))
        let text = ''
        answer.setEncoding('utf8')
        answer.on('data', (chunk: string) => (text += chunk))
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: pairs, text }))
        answer.on('error', reject)
      })
      sent.on('error', reject)
      sent.end(body)
    })
  }
}
