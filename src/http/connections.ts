// The connections of the host: how many there are and how long each may wait, and what becomes of bytes that are no
// request. Whatever is refused here is answered once, in its turn, and nothing behind it is looked at.

import http, { STATUS_CODES, type IncomingMessage, type ServerOptions, type ServerResponse } from 'node:http'
import https from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { Failure } from '../errors.ts'
import { breakOff } from './body.ts'
import type { DoorResponse } from './door.ts'
import { keepEarly } from './early.ts'
import { createIdleConnections } from './idleConnections.ts'
import { createPipelining } from './pipelining.ts'
import { requestProblem } from './requestProblem.ts'

/** Times in milliseconds. */
export interface Limits {
  readonly maxConnections: number
  /** For the headers of a request to come. */
  readonly headerTimeout: number
  /** For all of a request to come, and then for its answer to be taken. */
  readonly requestTimeout: number
  /** For the next request on a connection. */
  readonly idleTimeout: number
}

/** A certificate and its key, as PEM. */
export interface Certified {
  readonly certificate: string
  readonly key: string
}

interface ConnectionsParts {
  limits: Limits
  /** Without, connections are plain. */
  tls: Certified | null
  /** How it is said that what came is refused. */
  refuse: (failure: Failure, address: string) => DoorResponse
  /** Takes that a connection was closed because there are too many. */
  reportDrop: () => void
  /** Takes why TLS has failed: nothing can be answered then, and the client may not say more than that it was closed. */
  reportNoTls: (reason: string, address: string) => void
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void

export interface Connections {
  /** Makes the server, whose requests go to the listener. */
  readonly serve: (listener: Listener) => http.Server
  /** Takes what the parser says is wrong with a connection. */
  readonly takeError: (error: Error, socket: Socket) => void
}

/** In bytes. */
const maxHeaderSize = 16_384
/** How long what still comes is read after the answer, in milliseconds: before, the answer could be lost. */
const lingering = 2_000

/** How many requests a connection may have sent behind one that was refused: then it is let go of at once. */
const mostIgnored = 64

export function createConnections({
  limits,
  tls,
  refuse,
  reportDrop,
  reportNoTls,
}: ConnectionsParts): Connections {
  const turnOf = createPipelining()
  const idle = createIdleConnections()
  /** The latest request of each connection, until it has come and is answered: then nobody keeps its body. */
  const latest = new WeakMap<Duplex, { request: IncomingMessage; response: ServerResponse }>()
  /** How many requests have come behind the one that was the last, of each connection that had one. */
  const givenUp = new WeakMap<Duplex, number>()

  return { serve, takeError }

  function serve(listener: Listener): http.Server {
    const options: ServerOptions = {
      insecureHTTPParser: false,
      joinDuplicateHeaders: false,
      maxHeaderSize,
      // That is answered here, like everything else.
      requireHostHeader: false,
      headersTimeout: limits.headerTimeout,
      requestTimeout: limits.requestTimeout,
      keepAliveTimeout: limits.idleTimeout,
      connectionsCheckingInterval: 500,
    }
    const server = tls
      ? https.createServer({
          ...options,
          ...secureContext(tls),
          handshakeTimeout: limits.headerTimeout,
        })
      : http.createServer(options)
    server.maxConnections = limits.maxConnections
    // Else a worker gives back what is beyond, and several that are full pass it round without end. Source: net.Server.
    Object.assign(server, { dropMaxConnection: true })
    // Without it, headers beyond the two thousandth would not be seen.
    server.maxHeadersCount = 0
    idle.watch(server)
    const accept = (request: IncomingMessage, response: ServerResponse) => {
      accepted(request, response, listener)
    }
    server.on('request', accept)
    server.on('checkContinue', accept)
    server.on('checkExpectation', accept)
    server.on('connect', (_, socket) => {
      socket.on('error', () => socket.destroy()).resume()
      giveUp(socket, new Failure('INVALID_INPUT', 'CONNECT is for proxies'))
    })
    server.on('drop', reportDrop)
    return server
  }

  function accepted(request: IncomingMessage, response: ServerResponse, listener: Listener): void {
    const { socket } = request
    idle.ask(socket)
    const behind = givenUp.get(socket)
    if (behind !== undefined) {
      ignore(socket, behind)
      return
    }
    // Reset already: nobody takes the answer, and nobody could say who has asked.
    if (socket.remoteAddress === undefined) {
      socket.destroy()
      return
    }
    const problem = requestProblem(request)
    if (problem !== null) {
      refuseNext(request, new Failure('INVALID_INPUT', problem))
      return
    }
    const inTurn = turnOf(socket, latest.get(socket)?.response)
    if (inTurn === null) {
      refuseNext(request, tooManyWait())
      return
    }
    latest.set(socket, { request, response })
    keepEarly(request, response)
    // What stands behind it, the parser has skipped in part.
    if (request.headers.upgrade !== undefined) response.setHeader('connection', 'close')
    const forget = () => {
      const isOver = request.complete && response.destroyed
      if (!isOver || latest.get(socket)?.request !== request) return
      latest.delete(socket)
      if (!givenUp.has(socket)) idle.rest(socket)
    }
    request.once('close', forget)
    response.once('close', forget)
    response.once('prefinish', () => {
      destroyAfter(limits.requestTimeout, socket, response)
    })
    inTurn(() => {
      listener(request, response)
    })
  }

  /** Node keeps what it has made of requests behind the last answer until that has left. */
  function ignore(socket: Duplex, behind: number): void {
    givenUp.set(socket, behind + 1)
    if (behind >= mostIgnored) socket.destroy()
  }

  function refuseNext(request: IncomingMessage, failure: Failure): void {
    request.resume()
    giveUp(request.socket, failure)
  }

  function takeError(error: Error, socket: Socket): void {
    const reason = notTls(error)
    if (reason !== null) reportNoTls(reason, socket.remoteAddress ?? 'unknown')
    const failure = notHttp(error)
    if (!failure) socket.destroy()
    else if (!givenUp.has(socket)) giveUp(socket, failure)
  }

  /** Answers and closes, once what came before is answered. */
  function giveUp(socket: Duplex, failure: Failure): void {
    givenUp.set(socket, 0)
    const { request, response } = latest.get(socket) ?? {}
    const isOfRequest = request?.complete === false
    if (isOfRequest && response?.headersSent === false) {
      response.setHeader('connection', 'close')
      breakOff(request, failure)
      return
    }
    // Of a request that was answered early, nothing more is said.
    const close = () => {
      closeWith(socket, isOfRequest ? null : failure)
    }
    if (response && !response.writableFinished && !response.destroyed) response.once('close', close)
    else close()
  }

  function closeWith(socket: Duplex, failure: Failure | null): void {
    // The answer before it was the last, and may still be on its way.
    if (!socket.writable) return
    const { remoteAddress = '' } = socket as Socket
    if (failure) socket.end(rawResponse(refuse(failure, remoteAddress)))
    else socket.end()
    destroyAfter(lingering, socket, socket)
  }
}

/** Has connections from now on be encrypted by another certificate; those that are there stay. */
export function recertify(server: http.Server, tls: Certified): void {
  if (server instanceof https.Server) server.setSecureContext(secureContext(tls))
}

function secureContext({ certificate, key }: Certified) {
  return { cert: certificate, key, minVersion: 'TLSv1.2' } as const
}

/** Ends a connection after a time, unless what it is for is closed before, or already. */
function destroyAfter(milliseconds: number, socket: Duplex, whatFor: Duplex | ServerResponse): void {
  if (whatFor.destroyed) return
  const timer = setTimeout(() => socket.destroy(), milliseconds).unref()
  whatFor.once('close', () => {
    clearTimeout(timer)
  })
}

/** Why TLS has failed, in OpenSSL's words; null where it is something else, such as a connection that was closed. */
function notTls(error: Error): string | null {
  const code = 'code' in error ? String(error.code) : ''
  return code.startsWith('ERR_SSL_') && 'reason' in error ? String(error.reason) : null
}

/** What is wrong with what came, or null where it is the connection itself. */
function notHttp(error: Error): Failure | null {
  const code = 'code' in error ? String(error.code) : ''
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new Failure('TOO_SLOW', 'the request did not come in time')
  if (code === 'HPE_HEADER_OVERFLOW')
    return new Failure('INVALID_INPUT', `the headers are larger than ${maxHeaderSize} bytes`)
  return code.startsWith('HPE_') ? new Failure('INVALID_INPUT', 'the request is not HTTP') : null
}

function rawResponse({ status, headers, body }: DoorResponse): string {
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    [value].flat().map((one) => `${name}: ${one}`),
  )
  const length = `content-length: ${Buffer.byteLength(body)}`
  const start = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`
  return [start, ...lines, length, 'connection: close', '', body].join('\r\n')
}

function tooManyWait(): Failure {
  return new Failure('UNAVAILABLE', 'too many requests wait on this connection', { retryAfterSeconds: 1 })
}
