// Other servers that realms ask: how they are reached, and what is done while they cannot be. It knows neither what is
// asked, nor what an answer means.

import { Agent, fetch } from 'undici'
import type { VerificationMode } from '../jwt/jwksUrl.ts'
import { createQueue } from '../queue.ts'
import { createBreaker } from './breaker.ts'

export interface RemoteParts {
  /** Until the connection stands, TLS included. All in milliseconds. */
  connectTimeout: number
  /** For the whole answer, once the connection stands. */
  readTimeout: number
  /** The longest silence. */
  socketTimeout: number
  maxConnections: number
  /** In PEM. Without any, those that Node trusts. */
  certificateAuthorities: readonly string[]
  verificationMode: VerificationMode
  /** Epoch milliseconds. */
  clock: () => number
  /** Told why the server is not asked any more, and when it is again: null. */
  report: (reason: string | null) => void
}

export interface RemoteRequest {
  readonly method: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

export interface RemoteAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** One server, or a cluster of them, at whatever addresses. */
export interface Remote {
  /**
   * Asks at the first of the addresses that answers.
   * @throws `UNAVAILABLE` if none does in time, or says only that it cannot: 429 and 5xx
   */
  ask(urls: readonly string[], request: RemoteRequest): Promise<RemoteAnswer>
  /** Why it is not asked now, or null. */
  problem(): string | null
  close(): void
}

/** In bytes. Nobody has so much to say of one user. */
const longestAnswer = 1_048_576

/** Connections are kept and bounded in number, and so are the requests that wait for one. Redirects are not followed. */
export function createRemote(parts: RemoteParts): Remote {
  const { connectTimeout, readTimeout, socketTimeout, maxConnections, clock, report } = parts
  const agent = new Agent({
    connections: maxConnections,
    pipelining: 1,
    headersTimeout: Math.min(readTimeout, socketTimeout),
    bodyTimeout: socketTimeout,
    connect: {
      timeout: connectTimeout,
      rejectUnauthorized: parts.verificationMode !== 'none',
      ...(parts.certificateAuthorities.length > 0 && { ca: [...parts.certificateAuthorities] }),
      ...(parts.verificationMode === 'certificate' && { checkServerIdentity: () => undefined }),
    },
  })
  const breaker = createBreaker({ clock, report })
  const enqueue = createQueue({
    running: maxConnections,
    waiting: 4 * maxConnections,
    full: 'too many requests wait for the server of a realm, try again later',
  })

  return {
    ask: (urls, request) => enqueue(() => breaker.run(() => askInTurn(urls, request))),
    problem: breaker.problem,
    close: () => void agent.destroy(),
  }

  async function askInTurn(urls: readonly string[], request: RemoteRequest): Promise<RemoteAnswer> {
    const [first = '', ...others] = urls
    try {
      return await askOne(first, request)
    } catch (failure) {
      if (others.length === 0) throw failure
      return askInTurn(others, request)
    }
  }

  async function askOne(url: string, request: RemoteRequest): Promise<RemoteAnswer> {
    const response = await fetch(url, {
      ...request,
      redirect: 'manual',
      dispatcher: agent,
      signal: AbortSignal.timeout(connectTimeout + readTimeout),
    })
    const body = await textOf(response.body)
    const { status, headers } = response
    if (status === 429 || status >= 500) throw new Error(`it answers with status ${status}`)
    return { status, headers: Object.fromEntries(headers), body }
  }
}

async function textOf(body: AsyncIterable<Uint8Array> | null): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body ?? []) {
    length += chunk.length
    if (length > longestAnswer) throw new Error('its answer is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
