// The host: it owns the connection, learns who the caller is before a body is read, and hands the request to the
// door whose address it is. It knows no use case and no wire format.

import { randomUUID } from 'node:crypto'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { Failure, failureOf } from '../errors.ts'
import { createAnswerRoom } from './answerRoom.ts'
import { createAnswerTimeout } from './answerTimeout.ts'
import { createReadBody } from './body.ts'
import { createConnections, type Certified, type Limits } from './connections.ts'
import type { Door, DoorRequest, DoorResponse } from './door.ts'
import { createReadiness, live, stopping, type Health } from './health.ts'
import { inParts, partSize } from './inParts.ts'
import { originOf, type Origin } from './origin.ts'
import { createParsingRoom } from './parsingRoom.ts'
import type { PeerOf } from './peer.ts'
import { singleHeader } from './repeatedHeader.ts'
import { reportDrops } from './reportDrops.ts'
import type { Answered, RequestWatch } from './requestWatch.ts'
import { securityHeaders } from './securityHeaders.ts'

/** How old what was read of a caller may be once a request is worked on, in milliseconds: then it is asked anew. */
const promptly = 100

interface ServerParts<Caller> {
  /** Who sends a request, by its headers. Throws `UNAUTHENTICATED` for nobody. */
  identifyCaller: (headers: CallerHeaders, uri: string, origin: Origin) => Promise<Caller>
  /** Resolves, or is undefined, when what is to be recorded of a request is; rejects if it may not be answered without. */
  written: (request: Origin) => Promise<void> | undefined
  /** The doors by path, as it was sent; `*` is the one for every other path. */
  doors: Readonly<Record<'/graphql' | '*', Door<Caller>> & { '/metrics'?: Door<Caller> }>
  peerOf: PeerOf
  limits: Limits & {
    /** Of all bodies that are held at once, in bytes; and of all answers. */
    readonly maxContentUnderWay: number
  }
  /** Without, connections are plain. */
  tls: Certified | null
  /** Throws a failure that says why no request can be answered now. */
  check: () => Promise<void>
  /** Why some requests cannot be answered now. */
  problems: () => readonly string[]
  /** How long a request waits for its answer, in milliseconds: until its caller is known, and once it has come. */
  answerTimeout: number
  watch: RequestWatch
  logger: Logger
}

/** What a request says of its caller. */
interface CallerHeaders {
  readonly authorization: string | undefined
  readonly clientAuthentication: string | undefined
}

/** Makes the HTTP server. It does not listen yet. */
export function createServer<Caller>({
  identifyCaller,
  written,
  doors,
  peerOf,
  limits,
  tls,
  check,
  problems,
  answerTimeout,
  watch,
  logger,
}: ServerParts<Caller>): FastifyInstance {
  const inTime = createAnswerTimeout(answerTimeout, (cause) => {
    report(failureOf(cause))
  })
  const secured = securityHeaders(tls !== null)
  const sayDropped = reportDrops(
    logger,
    'new connections are closed: there are as many as http.max_connections allows',
  )
  const connections = createConnections({
    limits,
    tls,
    refuse(failure, address) {
      logger.info({ address: peerOf(address, {}), status: failure.status }, `refused: ${failure.message}`)
      watch.refused(failure.status)
      return secured(doors['*'].refuse(failure, nowhere))
    },
    reportDrop() {
      watch.dropped()
      sayDropped()
    },
    reportNoTls(reason, address) {
      logger.info({ address: peerOf(address, {}) }, `refused: TLS has failed: ${reason}`)
    },
  })
  const readBody = createReadBody(
    limits.maxContentUnderWay,
    reportDrops(logger, 'large bodies are refused: all together are larger than http.max_content_under_way'),
  )
  const inParsingRoom = createParsingRoom()
  const takeRoom = createAnswerRoom(
    limits.maxContentUnderWay,
    reportDrops(logger, 'large answers are refused: all together are larger than http.max_content_under_way'),
  )
  const server = fastify({
    exposeHeadRoutes: false,
    forceCloseConnections: 'idle',
    serverFactory: connections.serve,
    genReqId: () => randomUUID(),
    // What still comes on open connections while the gateway stops is answered like any other request.
    return503OnClosing: false,
    clientErrorHandler: connections.takeError,
    // No route has a schema: what would compile those is not even loaded.
    schemaController: { compilersFactory: { buildValidator: neverReached, buildSerializer: neverReached } },
    // A path that Fastify cannot read is the door's to refuse, in its turn.
    frameworkErrors: (_, request, reply) => void enter(request, reply),
  })
  // Everything happens before Fastify would look at the body: what a body may be is the door's to say.
  server.route({ method: server.supportedMethods, url: '*', onRequest: enter, handler: neverReached })
  let closing = false
  server.addHook('preClose', (done) => {
    closing = true
    done()
  })
  const ready = createReadiness(check, problems, ({ status, body }) => {
    if (status === 200) logger.info('ready again')
    else logger.error(`not ready: ${body.reason}`)
  })
  const probes: Readonly<Record<string, Probe>> = {
    '/health/live': () => live,
    '/health/ready': () => (closing ? stopping : ready()),
  }
  // What no door could answer.
  server.setErrorHandler((err, _, reply) => {
    logger.error({ err }, 'no answer could be made')
    return send(reply, { status: 500, headers: {}, body: '' })
  })
  // Methods that Fastify does not know.
  server.setNotFoundHandler(enter)
  server.addHook('onResponse', (request, reply, done) => {
    const asked = requestOf(request)
    const { method, path } = asked
    const line = {
      requestId: request.id,
      address: addressOf(request),
      method,
      path,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
    }
    logger[probeAt(asked) ? 'debug' : 'info'](line, 'answered')
    watch.answered({ ...answeredAt(asked, reply), seconds: reply.elapsedTime / 1_000 })
    done()
  })
  return server

  /** Whoever sends a request, or what a connection is called that is gone. */
  function addressOf({ socket, headers }: FastifyRequest): string {
    return peerOf(socket.remoteAddress ?? 'unknown', headers)
  }

  function send(reply: FastifyReply, response: DoorResponse): FastifyReply {
    const { status, headers, body } = secured(response)
    if (closing) void reply.header('connection', 'close')
    // Of a string Fastify would change the media type. The page is large: all its readers share it.
    const bytes = typeof body === 'string' ? Buffer.from(body) : body
    reply.code(status).headers(headers)
    if (tls === null || bytes.length <= partSize) return reply.send(bytes)
    reply.header('content-length', bytes.length).send(inParts(bytes, limits.requestTimeout))
    // Where the client leaves before the end, Fastify would go on as if nobody had answered.
    return reply.hijack()
  }

  function answeredAt(asked: DoorRequest, { statusCode: status }: FastifyReply): Answered {
    const hasOwnPath = probeAt(asked) !== undefined || doorAt(asked) !== doors['*']
    const route = hasOwnPath ? asked.path : (doors['*'].routeOf?.(asked) ?? '*')
    return { method: asked.method, route, status }
  }

  /** Whoever asks for anything else below `/health/` shall be seen. */
  function probeAt({ method, path }: DoorRequest): Probe | undefined {
    return method === 'GET' || method === 'HEAD' ? probes[path] : undefined
  }

  /** Fastify would decode the path, and lead to a door past a proxy that has seen another one. */
  function doorAt({ path }: DoorRequest): Door<Caller> {
    return doors[path as keyof typeof doors] ?? doors['*']
  }

  function enter(raw: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const request = requestOf(raw)
    const probe = probeAt(request)
    if (probe) return answerProbe(probe, reply)
    const answer = () => answerAt(doorAt(request), request, raw, reply)
    return watch.around?.(raw.headers, () => answeredAt(request, reply), answer) ?? answer()
  }

  async function answerProbe(probe: Probe, reply: FastifyReply): Promise<FastifyReply> {
    const { status, body } = await probe()
    const headers = { 'content-type': 'application/json' }
    return send(reply, { status, headers, body: JSON.stringify(body) })
  }

  async function answerAt(
    door: Door<Caller>,
    request: DoorRequest,
    raw: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> {
    let origin: Origin | undefined
    try {
      const opened = door.open(request)
      const open = opened instanceof Promise ? await opened : opened
      if (open) return await send(reply, open)
      const from = (origin = originOf(raw.id, addressOf(raw), request.headers))
      const identify = () => identifyCaller(callerHeaders(request), door.nameOf(request), from)
      const since = performance.now()
      const caller = await inTime(identify())
      const isOver = () => reply.raw.writableEnded || reply.raw.destroyed
      const answer = async () => {
        const { bytes, heldFor } = await readBody(raw.raw, reply.raw, door.bodyLimit)
        const work = inParsingRoom(bytes, isOver, async () => {
          // To verify a password takes its time, and so can a body and its turn: whoever sends it may have been locked out.
          const isLate = performance.now() - since > promptly
          const sender = isLate ? await identify() : caller
          const response = await door.enter(request, bytes, sender)
          await written(from)
          return response
        })
        return inTime(heldFor(work))
      }
      // Nothing here keeps the body while the answer leaves.
      const response = await answer()
      takeRoom(Buffer.byteLength(response.body), reply.raw)
      return await send(reply, response)
    } catch (thrown) {
      const failure = await recorded(failureOf(thrown), origin)
      report(failure)
      return send(reply, door.refuse(failure, request))
    }
  }

  function report({ code, status, isReported, cause, message }: Failure): void {
    if (status >= 500 && !isReported) logger.error({ code, err: cause }, message)
  }

  /** A failure, or the one that it could not be recorded. */
  async function recorded(failure: Failure, origin: Origin | undefined): Promise<Failure> {
    try {
      if (origin) await written(origin)
      return failure
    } catch (thrown) {
      return failureOf(thrown)
    }
  }
}

type Probe = () => Health | Promise<Health>

function requestOf({ method, originalUrl, headers, raw }: FastifyRequest): DoorRequest {
  // Of a target in absolute form, where it was sent is no part of the path, and may hold credentials.
  const target = originalUrl.replace(/^https?:\/\/[^/?#]*/i, '')
  const uri = target === originalUrl || target.startsWith('/') ? target : `/${target}`
  const [path = '', ...query] = uri.split('?')
  return { method, uri, path, query: query.join('?'), headers, rawHeaders: raw.rawHeaders }
}

function callerHeaders(request: DoorRequest): CallerHeaders {
  const clientAuthentication = singleHeader(request, 'es-client-authentication')
  return { authorization: request.headers.authorization, clientAuthentication }
}

const nowhere: DoorRequest = { method: '', uri: '', path: '', query: '', headers: {}, rawHeaders: [] }

function neverReached(): never {
  throw new Error('nothing comes here')
}
