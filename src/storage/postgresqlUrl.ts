import type { ClientConfig } from 'pg'
import { parse, toClientConfig } from 'pg-connection-string'
import { Failure } from '../errors.ts'

const sslModes = ['disable', 'require', 'verify-ca', 'verify-full']
const parameters = [
  'sslmode',
  'sslrootcert',
  'sslcert',
  'sslkey',
  'channel_binding',
  'application_name',
  'host',
  'port',
]

/**
 * Where a `postgres://user:password@host:port/database` URL leads, and how: `sslmode` is one of disable, require,
 * verify-ca and verify-full, as libpq has them, with the files that `sslrootcert`, `sslcert` and `sslkey` name.
 * @throws `CONFIGURATION` if it says something else
 */
export function postgresqlUrl(url: string): ClientConfig {
  const { searchParams } = parsed(() => new URL(url), 'it is no URL')
  const unknown = [...searchParams.keys()].filter((name) => !parameters.includes(name))
  if (unknown.length > 0)
    throw refusal(`unknown parameter ${unknown.join(', ')}: expected ${parameters.join(', ')}`)
  const sslMode = searchParams.get('sslmode') ?? 'disable'
  if (!sslModes.includes(sslMode)) throw refusal(`sslmode: expected one of ${sslModes.join(', ')}`)
  if (sslMode === 'verify-ca' && !searchParams.has('sslrootcert'))
    throw refusal('sslmode=verify-ca needs sslrootcert: anybody can have a certificate of a public authority')
  const { channel_binding: binding, ...options } = parsed(
    () => parse(url, { useLibpqCompat: true }),
    'a file that it names cannot be read',
  )
  const config = toClientConfig(options)
  return {
    application_name: 'profile-gateway',
    keepAlive: true,
    ...config,
    ...(sslMode === 'disable' && { ssl: false }),
    enableChannelBinding: binding !== undefined && binding !== 'disable',
  }
}

function parsed<T>(parse: () => T, otherwise: string): T {
  try {
    return parse()
  } catch (cause) {
    throw new Failure('CONFIGURATION', otherwise, { cause })
  }
}

function refusal(reason: string): Failure {
  return new Failure('CONFIGURATION', reason)
}
