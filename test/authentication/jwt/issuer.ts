import http, { type RequestListener } from 'node:http'
import https, { type ServerOptions } from 'node:https'
import net, { type AddressInfo, type Server, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { createJwksUrl, type JwksUrlParts } from '../../../src/authentication/jwt/jwksUrl.ts'

/** A server of keys that is there until the test is over. */
export async function startIssuer(answer: RequestListener, tls?: ServerOptions) {
  const requests: http.IncomingMessage[] = []
  const issuer = { url: '', requests, answer, connections: () => connectionsOf(server) }
  const listener: RequestListener = (request, response) => {
    requests.push(request)
    issuer.answer(request, response)
  }
  const server = tls ? https.createServer(tls, listener) : http.createServer(listener)
  issuer.url = `${tls ? 'https' : 'http'}://127.0.0.1:${await listening(server)}/jwks?of=us`
  return issuer
}

/** A server that speaks to whoever connects as the test wants, and the port on which it does. */
export function startSpeaker(speak: (socket: Socket) => void): Promise<number> {
  return listening(net.createServer(speak))
}

/** Reads from a URL, patiently and without TLS of its own, if the test wants nothing else. */
export function jwksUrl(url: string, parts: Partial<JwksUrlParts> = {}) {
  return createJwksUrl({
    url,
    connectTimeout: 20_000,
    readTimeout: 20_000,
    socketTimeout: 20_000,
    maxConnections: 200,
    certificateAuthorities: [],
    verificationMode: 'full',
    ...parts,
  })
}

async function listening(server: Server): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket))
  })
  server.on('tlsClientError', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    for (const socket of sockets) socket.destroy()
    await closed
  })
  return (server.address() as AddressInfo).port
}

function connectionsOf(server: Server): Promise<number> {
  return new Promise((resolve, reject) =>
    server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  )
}
