import { once } from 'node:events'
import { connect, createServer, isIPv6, type AddressInfo } from 'node:net'
import type { Config } from '../config.ts'
import { Failure } from '../errors.ts'
import { systemReason } from '../systemReason.ts'

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'something else listens there',
  EADDRNOTAVAIL: 'this machine has no such address',
  EACCES: 'this user may not listen there',
  ENOTFOUND: 'there is no host of that name',
}

/** Why a server cannot listen, which is at some settings. */
export function listeningFailure(where: string, error: unknown): Failure {
  const message = `cannot listen on ${where}: ${systemReason(error, reasons)}`
  return new Failure('CONFIGURATION', message, { cause: error })
}

/** What says where a gateway listens, and where for those who read metrics. */
export const [own, ofMetrics] = ['HOST and PORT', 'metrics.host and metrics.port']

/**
 * Looks whether a gateway can listen where it is to: what is in the way is said before anything is made that stays, as the
 * superuser does. It does not listen there: whoever waits for the gateway would take that for it.
 * @throws `CONFIGURATION` if something is in the way
 */
export async function requireFreePorts({ host, port, settings }: Config): Promise<void> {
  const { metrics } = settings
  const address = await freeAddress(host, port, own)
  if (metrics.port === null) return
  const addressOfMetrics = await freeAddress(metrics.host, metrics.port, ofMetrics)
  // Port 0 is another one each time.
  if (metrics.port === port && port !== 0 && areOne(address, addressOfMetrics))
    throw new Failure('CONFIGURATION', `${ofMetrics} are ${own}: expected another port for metrics`)
}

/** The address of a host of this machine, where nobody has the port. */
async function freeAddress(host: string, port: number, where: string): Promise<string> {
  try {
    const server = createServer((socket) => socket.destroy()).listen({ host, port: 0 })
    await once(server, 'listening')
    const { address } = server.address() as AddressInfo
    await once(server.close(), 'close')
    if (await isTaken(address, port)) throw Object.assign(new Error('it is taken'), { code: 'EADDRINUSE' })
    return address
  } catch (error) {
    throw listeningFailure(where, error)
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

function areOne(one: string, other: string): boolean {
  const both = [one, other]
  return one === other || both.includes('::') || (both.includes('0.0.0.0') && !both.some(isIPv6))
}
