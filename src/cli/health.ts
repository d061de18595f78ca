import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { json } from 'node:stream/consumers'
import { loadConfig } from '../config.ts'
import { Failure } from '../errors.ts'

/** How long it may take, in milliseconds: longer than the gateway itself waits for its database. */
const patience = 4_000

/**
 * Asks the gateway of this configuration, on this machine, whether it can do its work, and writes what it says.
 * @throws `UNAVAILABLE` if it cannot, or does not answer
 */
export async function health(): Promise<void> {
  const { host, port, settings } = loadConfig()
  const request = settings.tls === null ? httpRequest : httpsRequest
  const asked = request({
    host: ownAddresses[host] ?? host,
    port,
    path: '/health/ready',
    // It is this machine, whatever the certificate says that it is called.
    rejectUnauthorized: false,
    agent: false,
    signal: AbortSignal.timeout(patience),
  })
  try {
    const [response] = (await once(asked.end(), 'response')) as [IncomingMessage]
    const said = (await json(response)) as { status: string; reason?: string }
    process.stdout.write(`${JSON.stringify(said)}\n`)
    if (response.statusCode === 200) return
  } catch (cause) {
    throw new Failure('UNAVAILABLE', `no gateway answers at HOST ${host} and PORT ${port}`, { cause })
  }
  throw new Failure('UNAVAILABLE', 'the gateway is not ready')
}

/** Where a process that listens everywhere is found. */
const ownAddresses: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' }
