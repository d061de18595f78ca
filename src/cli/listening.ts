import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, createServer, isIPv6, type AddressInfo } from 'node:net'
import type { Config } from '../config.ts'
import { Failure } from '../errors.ts'
import { systemReason } from '../systemReason.ts'

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there',
  EADDRNOTAVAIL: 'this machine has no such address',
  EACCES: 'this user may not listen there',
  ENOTFOUND: 'there is no host of that name',
}

/** Where a server is to listen, and what says so. */
export interface Place {
  readonly host: string
  readonly port: number
  readonly settings: string
}

/** Why a server cannot listen. */
export function listeningFailure({ host, port, settings }: Place, error: unknown): Failure {
  const address = `${isIPv6(host) ? `[${host}]` : host}:${port}`
  const message = `cannot listen on ${address} (${settings}): ${systemReason(error, reasons)}`
  return new Failure('CONFIGURATION', message, { cause: error })
}

/** Where a gateway listens. */
export function ownPlace({ host, port }: Pick<Config, 'host' | 'port'>): Place {
  return { host, port, settings: 'HOST, PORT' }
}

/** Where it listens for those who read metrics; null: at no port of their own. */
export function placeOfMetrics({ settings: { metrics } }: Pick<Config, 'settings'>): Place | null {
  const { host, port } = metrics
  return port === null ? null : { host, port, settings: 'metrics.host, metrics.port' }
}

/**
 * Looks whether a gateway can listen where it is to: what is in the way is said before anything is made that stays, as the
 * superuser does. It does not listen there: whoever waits for the gateway would take that for it.
 * @throws `CONFIGURATION` if something is in the way
 */
export async function requireFreePorts(config: Config): Promise<void> {
  const [own, metrics] = [ownPlace(config), placeOfMetrics(config)]
  const address = await freeAddress(own)
  if (!metrics) return
  const addressOfMetrics = await freeAddress(metrics)
  // Port 0 is another one each time.
  if (metrics.port === own.port && own.port !== 0 && areOne(address, addressOfMetrics)) {
    const message = 'metrics.host and metrics.port are HOST and PORT: expected another port for metrics'
    throw new Failure('CONFIGURATION', message)
  }
}

/** The address of a host of this machine, where nobody has the port, and this user may have it. */
async function freeAddress(place: Place): Promise<string> {
  const { host, port } = place
  try {
    const server = createServer((socket) => socket.destroy()).listen({ host, port: 0 })
    await once(server, 'listening')
    const { address } = server.address() as AddressInfo
    await once(server.close(), 'close')
    if (await isTaken(address, port)) throw Object.assign(new Error('it is taken'), { code: 'EADDRINUSE' })
    await requirePermission(address, port)
    return address
  } catch (error) {
    throw listeningFailure(place, error)
  }
}

/** In milliseconds: whoever listens on this machine takes a connection at once. */
const patience = 1_000

async function isTaken(host: string, port: number): Promise<boolean> {
  if (port === 0) return false
  const socket = connect({ host, port, timeout: patience })
  const answer = Promise.withResolvers<boolean>()
  // Where nobody listens, a connection may have been made to itself.
  socket.once('connect', () => answer.resolve(socket.localPort !== port))
  socket.once('error', () => answer.resolve(false)).once('timeout', () => answer.resolve(false))
  return answer.promise.finally(() => socket.destroy())
}

/** Some ports are for those with more rights alone, in UDP as in TCP; nobody takes UDP for the gateway. */
async function requirePermission(host: string, port: number): Promise<void> {
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4')
  try {
    await once(socket.bind({ address: host, port, exclusive: true }), 'listening')
  } catch (error) {
    // Whoever else has the port in UDP is in nobody's way.
    if ((error as NodeJS.ErrnoException).code === 'EACCES') throw error
  } finally {
    socket.close()
  }
}

function areOne(one: string, other: string): boolean {
  const both = [one, other]
  return one === other || both.includes('::') || (both.includes('0.0.0.0') && !both.some(isIPv6))
}
