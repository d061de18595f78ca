import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createSecureServer, type ServerOptions } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { basic } from './testApp.ts'

/** What a cluster says of somebody at `GET /_security/_authenticate`, beside what all have. */
export interface Authentication {
  readonly username: string
  readonly [field: string]: unknown
}

/** A request as the cluster has got it. */
export interface Received {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/**
 * What stands in for an Elasticsearch cluster: it knows users and tokens, says who somebody is as Elasticsearch does,
 * and answers everything else with what it has got. No Elasticsearch was asked: its source says how. Source: spec 4.2.
 */
export interface Cluster {
  readonly url: string
  readonly received: Received[]
  /** How often it was asked who somebody is. */
  readonly asked: () => number
  /** Answers in its place, for as long as it is set. */
  fault: RequestListener | null
  readonly put: (password: string, user: Authentication) => void
  readonly putToken: (token: string, owner: Authentication, clientSecret?: string) => void
  /** From now on nobody has these credentials any more. */
  readonly revoke: (credential: string) => void
  readonly connections: () => number
  readonly close: () => Promise<void>
}

const native = { name: 'native1', type: 'native' }

/** The service account of Kibana, as a cluster knows it by its token. */
export const kibana: Authentication = {
  username: 'elastic/kibana',
  roles: [],
  full_name: 'Service account - elastic/kibana',
  token: { name: 'kibana-1', type: '_service_account_index' },
  metadata: { _elastic_service_account: true },
  authentication_realm: { name: '_service_account', type: '_service_account' },
  authentication_type: 'token',
}

export async function startCluster(tls?: ServerOptions): Promise<Cluster> {
  const known = new Map<string, { authentication: Authentication; secret: string | undefined }>()
  const sockets = new Set<Socket>()
  const server = tls ? createSecureServer(tls, listener) : createServer(listener)
  server.on(tls ? 'secureConnection' : 'connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy())
  })
  // Nor does Elasticsearch close a connection that waits: a proxy that takes it just then has to answer 502.
  server.keepAliveTimeout = 0
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const cluster: Cluster = {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: [],
    fault: null,
    asked: () => cluster.received.filter(({ url }) => url === '/_security/_authenticate').length,
    put(password, user) {
      const authentication = { authentication_realm: native, authentication_type: 'realm', ...user }
      known.set(basic({ username: user.username, password }), { authentication, secret: undefined })
    },
    putToken(token, owner, secret) {
      const authentication = { authentication_realm: native, authentication_type: 'token', ...owner }
      known.set(`Bearer ${token}`, { authentication, secret })
    },
    revoke(credential) {
      for (const header of known.keys())
        if (header === `Bearer ${credential}` || passwordIn(header) === credential) known.delete(header)
    },
    connections: () => sockets.size,
    async close() {
      const closed = once(server.close(), 'close')
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
  return cluster

  function listener(...[request, response]: Parameters<RequestListener>): void {
    buffer(request).then(
      (body) => {
        const { method = '', url = '', headers } = request
        cluster.received.push({ method, url, headers, body })
        if (cluster.fault) cluster.fault(request, response)
        else answer(url, headers, body.length, response)
      },
      () => undefined,
    )
  }

  function answer(url: string, headers: IncomingHttpHeaders, length: number, response: ServerResponse): void {
    if (url !== '/_security/_authenticate') return send(response, 200, { url, length })
    const found = known.get(headers.authorization ?? '')
    const shown = headers['es-client-authentication']
    if (!found || (found.secret !== undefined && shown !== `SharedSecret ${found.secret}`))
      return send(response, 401, denial)
    send(response, 200, authenticationBody(found.authentication))
  }
}

/** Answers as Elasticsearch does, with JSON. */
export function send(response: ServerResponse, status: number, body: unknown): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' })
    .end(JSON.stringify(body))
}

/** Every field that such an answer has. */
export function authenticationBody({ username, ...more }: Authentication): Record<string, unknown> {
  return {
    username,
    roles: [],
    full_name: null,
    email: null,
    metadata: {},
    enabled: true,
    lookup_realm: more.authentication_realm,
    ...more,
  }
}

const cause = { type: 'security_exception', reason: 'unable to authenticate user' }
const denial = { error: { root_cause: [cause], ...cause }, status: 401 }

function passwordIn(header: string): string | undefined {
  return Buffer.from(header.replace('Basic ', ''), 'base64').toString().split(':')[1]
}
