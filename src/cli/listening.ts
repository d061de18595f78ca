import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
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
  const { metrics } = settings
  const gateway = await listenAt({ host, port }).catch((error: unknown) => {
    throw listeningFailure(own, error)
  })
  try {
    if (metrics.port !== null) await close(await listenAt({ host: metrics.host, port: metrics.port }))
  } catch (error) {
    if (metrics.port !== port || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE')
      throw listeningFailure(ofMetrics, error)
    throw new Failure('CONFIGURATION', `${ofMetrics} are ${own}: expected another port for metrics`)
  } finally {
    await close(gateway)
  }
}

async function listenAt(place: { host: string; port: number }): Promise<Server> {
  const server = createServer((socket) => socket.destroy()).listen(place)
  await once(server, 'listening')
  return server
}

async function close(server: Server): Promise<void> {
  await once(server.close(), 'close')
}
