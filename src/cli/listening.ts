import { once } from 'node:events'
import { createServer, isIPv6 } from 'node:net'
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

const [own, ofMetrics] = ['HOST and PORT', 'metrics.host and metrics.port']

/**
 * Listens for a moment everywhere where a gateway is to listen: what is in the way is said before anything is made that
 * stays, as the superuser does.
 * @throws `CONFIGURATION` if something is in the way
 */
export async function tryListening({ host, port, settings }: Config): Promise<void> {
  const place = { host, port }
  const { metrics } = settings
  if (metrics.port !== null) {
    const placeOfMetrics = { host: metrics.host, port: metrics.port }
    if (isSamePlace(place, placeOfMetrics))
      throw new Failure('CONFIGURATION', `${ofMetrics} are ${own}: expected another port for metrics`)
    await tryOne(placeOfMetrics, ofMetrics)
  }
  await tryOne(place, own)
}

interface Place {
  readonly host: string
  readonly port: number
}

/** As far as names of hosts say. */
function isSamePlace(one: Place, other: Place): boolean {
  const hosts = [one.host, other.host]
  // Port 0 is another one each time.
  if (one.port !== other.port || one.port === 0) return false
  return one.host === other.host || hosts.includes('::') || (hosts.includes('0.0.0.0') && !hosts.some(isIPv6))
}

async function tryOne(place: Place, where: string): Promise<void> {
  const server = createServer((socket) => socket.destroy())
  try {
    await once(server.listen(place), 'listening')
  } catch (error) {
    throw listeningFailure(where, error)
  }
  await once(server.close(), 'close')
}
