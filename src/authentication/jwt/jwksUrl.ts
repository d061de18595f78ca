import http, { type ClientRequest, type IncomingMessage } from 'node:http'
import https from 'node:https'
import type { Connection } from '../remote/connection.ts'
import { jwksTextOf, longestJwks, readingFailure, tooLong, type ReadJwks } from './jwksText.ts'

export interface JwksUrlParts extends Connection {
  /** `https:`, or `http:` where that has been found harmless. */
  url: string
}

const headers = {
  accept: 'application/jwk-set+json, application/json',
  'accept-encoding': 'identity',
  'user-agent': 'profile-gateway',
}

/** A JWK set at a URL. Redirects are not followed: they would lead where nobody has said that keys may come from. */
export function createJwksUrl(parts: JwksUrlParts): ReadJwks {
  const { url, connectTimeout, readTimeout, socketTimeout } = parts
  const secure = new URL(url).protocol === 'https:'
  const agent = secure ? secureAgent(parts) : new http.Agent({ maxTotalSockets: parts.maxConnections })

  return async function read(signal) {
    const late = new AbortController()
    const giveUp = (reason: string) => late.abort(new Error(reason))
    const ended = AbortSignal.any([signal, late.signal])
    let timer = setTimeout(giveUp, connectTimeout, `it is not connected within ${connectTimeout} ms`).unref()
    let request: ClientRequest | undefined
    try {
      request = (secure ? https : http).request(url, { agent, headers, signal: ended })
      request.setTimeout(socketTimeout, () => giveUp(`it is silent for ${socketTimeout} ms`))
      request.once('socket', (socket) =>
        socket.once(secure ? 'secureConnect' : 'connect', () => {
          clearTimeout(timer)
          timer = setTimeout(giveUp, readTimeout, `it is not read within ${readTimeout} ms`).unref()
        }),
      )
      const response = await responseTo(request)
      refuseUnread(response)
      const text = await jwksTextOf(response as AsyncIterable<Buffer>)
      return { text, maxAge: maxAgeOf(response.headers['cache-control']) }
    } catch (thrown) {
      throw ended.aborted ? ended.reason : readingFailure(thrown)
    } finally {
      clearTimeout(timer)
      request?.destroy()
    }
  }
}

function secureAgent({ maxConnections, certificateAuthorities, verificationMode }: JwksUrlParts) {
  return new https.Agent({
    maxTotalSockets: maxConnections,
    // A resumed session would not show its certificate again.
    maxCachedSessions: 0,
    rejectUnauthorized: verificationMode !== 'none',
    ...(certificateAuthorities.length > 0 && { ca: [...certificateAuthorities] }),
    ...(verificationMode === 'certificate' && { checkServerIdentity: () => undefined }),
  })
}

function responseTo(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.on('response', resolve)
    request.on('error', reject)
    request.on('close', () => reject(new Error('it closes the connection without an answer')))
    request.end()
  })
}

/** Refuses an answer by its head. */
function refuseUnread({ statusCode = 0, headers }: IncomingMessage): void {
  if (statusCode >= 300 && statusCode < 400) throw new Error(`it redirects with status ${statusCode}`)
  if (statusCode !== 200) throw new Error(`it answers with status ${statusCode}`)
  if ((headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity') {
    throw new Error('its content is encoded')
  }
  if (Number(headers['content-length'] ?? 0) > longestJwks) throw new Error(tooLong)
}

/** Source: RFC 9111, section 5.2.2. */
function maxAgeOf(cacheControl = ''): number | null {
  const directives = cacheControl
    .toLowerCase()
    .split(',')
    .map((directive) => directive.trim())
  if (directives.some((directive) => /^no-(store|cache)\b/.test(directive))) return 0
  const [seconds] = directives.flatMap((directive) => /^max-age="?(\d+)"?$/.exec(directive)?.[1] ?? [])
  return seconds === undefined ? null : Number(seconds) * 1_000
}
