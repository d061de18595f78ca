// Other servers that realms ask: how they are reached, and what is done while they cannot be. It knows neither what is
// asked, nor what an answer means.

import { Failure } from '../../errors.ts'
import { createQueue, type WatchTurn } from '../queue.ts'
import type { Source } from '../source.ts'
import { createBreaker } from './breaker.ts'
import type { Connection } from './connection.ts'

export interface RemoteParts extends Connection {
  /** Epoch milliseconds. */
  clock: () => number
  /** Told why the server is not asked any more, and when it is again: null. */
  report: (reason: string | null) => void
  /** Told from where a question comes that is refused, the first of many, and when none waits any more: null. */
  reportFull: (refused: Source | null) => void
  watch?: WatchTurn
}

export interface RemoteRequest {
  readonly method: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

export interface RemoteAnswer {
  readonly status: number
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** One server, or a cluster of them, at whatever addresses. */
export interface Remote {
  /**
   * Asks at the first of the addresses that answers; next time that is the first. `source`: for whom. What has
   * waited for more than half of its time is not asked when its turn comes: the server might need more.
   * @throws `UNAVAILABLE` if none does in time, or says only that it cannot: 429 and 5xx
   */
  readonly ask: (urls: readonly string[], request: RemoteRequest, source: Source) => Promise<RemoteAnswer>
  /** Why it is not asked now, without where it is: anybody may ask whether a gateway is ready. Or null. */
  readonly problem: () => string | null
  /** Whether it is not asked for a while. */
  readonly isPaused: () => boolean
  readonly close: () => void
}

/** In bytes. Nobody has so much to say of one user. */
const longestAnswer = 1_048_576

interface TimedRequest extends RemoteRequest {
  /** Ends all of it: at whichever address, and with the time that it has waited. */
  readonly signal: AbortSignal
}

const full = 'too many requests wait for the server of a realm, try again later'

const headers = { 'accept-encoding': 'identity', 'user-agent': 'profile-gateway' }

/** Connections are kept and bounded in number, and so are the requests that wait for one. Redirects are not followed. */
export function createRemote(parts: RemoteParts): Remote {
  const { connectTimeout, readTimeout, socketTimeout, maxConnections, clock, report, reportFull } = parts
  // Without servers to ask, nobody waits for it to load.
  const client = import('undici').then(({ Agent, request: send }) => ({
    send,
    agent: new Agent({
      connections: maxConnections,
      pipelining: 1,
      allowH2: false,
      headersTimeout: socketTimeout,
      bodyTimeout: socketTimeout,
      connect: {
        timeout: connectTimeout,
        // A resumed session would not show its certificate again.
        maxCachedSessions: 0,
        rejectUnauthorized: parts.verificationMode !== 'none',
        ...(parts.certificateAuthorities.length > 0 && { ca: [...parts.certificateAuthorities] }),
        ...(parts.verificationMode === 'certificate' && { checkServerIdentity: () => undefined }),
      },
    }),
  }))
  const wholeTime = connectTimeout + readTimeout
  const breaker = createBreaker({ clock, report })
  const enqueue = createQueue({
    running: maxConnections,
    waiting: 4 * maxConnections,
    full,
    report: reportFull,
    ...(parts.watch && { watch: parts.watch }),
  })
  /** When each address last failed, in turns: those that did not come first. */
  const failedAt = new Map<string, number>()
  let turn = 0
  let answered = 0
  let matter: string | null = null

  return {
    ask(urls, request, source) {
      const since = performance.now()
      const answeredBefore = answered
      const isLate = () => performance.now() - since > wholeTime / 2
      const over = Promise.withResolvers<never>()
      // The turn of its source may come later.
      const timer = setTimeout(() => {
        over.reject(new Failure('UNAVAILABLE', full, { retryAfterSeconds: 1, isReported: true }))
      }, wholeTime)
      const ask = () => {
        clearTimeout(timer)
        // Whoever waits while it answers others leaves it less than its time. Where it answers nobody, it has had that.
        const hasLess = answered > answeredBefore
        const signal = AbortSignal.timeout(Math.max(0, Math.ceil(wholeTime - (performance.now() - since))))
        return breaker.run(
          () => askInTurn(urls, { ...request, signal }),
          () => !(hasLess && signal.aborted),
        )
      }
      return Promise.race([enqueue(source, isLate, ask), over.promise]).finally(() => {
        clearTimeout(timer)
      })
    },
    problem: () => (breaker.problem() === null ? null : matter),
    isPaused: () => breaker.problem() !== null,
    close: () => void client.then(({ agent }) => agent.destroy()),
  }

  async function askInTurn(urls: readonly string[], request: TimedRequest): Promise<RemoteAnswer> {
    const failures: [origin: string, reason: string][] = []
    const failure = (url: string) => failedAt.get(url) ?? 0
    for (const url of urls.toSorted((one, other) => failure(one) - failure(other))) {
      try {
        const answer = await askOne(url, request)
        failedAt.delete(url)
        answered += 1
        return answer
      } catch (thrown) {
        failedAt.set(url, ++turn)
        failures.push([new URL(url).origin, reasonOf(thrown)])
        if (request.signal.aborted) break
      }
    }
    matter = [...new Set(failures.map(([, reason]) => reason))].join('; ')
    throw new Error(failures.map((failure) => failure.join(': ')).join('; '))
  }

  async function askOne(url: string, request: TimedRequest): Promise<RemoteAnswer> {
    const { send, agent } = await client
    const response = await send(url, {
      ...request,
      headers: { ...headers, ...request.headers },
      dispatcher: agent,
    })
    const body = await textOf(response.body)
    const { statusCode: status } = response
    if (status === 429 || status >= 500) throw new Error(`it answers with status ${status}`)
    const named = Object.entries(response.headers).map(([name, value]) => [name, [value].flat().join(', ')])
    return { status, headers: Object.fromEntries(named) as Record<string, string>, body }
  }

  /** Says of a failure in reaching it only what kind that is: what comes with it can hold what was sent or read. */
  function reasonOf(thrown: unknown): string {
    const { name, code, message } = thrown as NodeJS.ErrnoException
    if (name === 'TimeoutError') return `it has not answered within ${wholeTime} ms`
    if (code === 'UND_ERR_CONNECT_TIMEOUT') return `it is not connected within ${connectTimeout} ms`
    if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT')
      return `it is silent for ${socketTimeout} ms`
    if (name === 'HTTPParserError') return 'it does not speak HTTP'
    return code ? `it cannot be asked: ${code}` : message
  }
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body) {
    length += chunk.length
    if (length > longestAnswer) throw new Error(`its answer is longer than ${longestAnswer} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
