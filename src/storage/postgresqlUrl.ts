import type { ClientConfig } from 'pg'
import { parse, toClientConfig } from 'pg-connection-string'
import { Failure } from '../errors.ts'
import { reasonUnread } from '../systemReason.ts'

/** The parameters, each with the values that it may have. */
const parameters: Readonly<Record<string, readonly [expected: string, pattern: RegExp]>> = {
  sslmode: ['disable, require, verify-ca or verify-full', /^(disable|require|verify-ca|verify-full)$/],
  sslrootcert: ['a file', /./],
  sslcert: ['a file', /./],
  sslkey: ['a file', /./],
  // The driver uses it where the server offers it, and cannot be made to insist.
  channel_binding: ['disable or prefer; sslmode=verify-full is what protects', /^(disable|prefer)$/],
  application_name: ['a name', /./],
  host: ['a host, or the folder of a socket', /./],
  port: ['a number', /^\d{1,5}$/],
}

/**
 * Where a `postgres://user:password@host:port/database` URL leads, and how: `sslmode` is one of disable (which it is
 * without), require, verify-ca and verify-full, as libpq has them, with the files that `sslrootcert`, `sslcert` and
 * `sslkey` name.
 * @throws `CONFIGURATION` if it says something else
 */
export function postgresqlUrl(url: string): ClientConfig {
  const given = parametersOf(url)
  const sslMode = given.get('sslmode') ?? 'disable'
  const needsTls = ['sslrootcert', 'sslcert', 'sslkey'].filter((name) => given.has(name))
  if (sslMode === 'disable' && needsTls.length > 0)
    throw refusal(`${needsTls.join(', ')}: needs sslmode=require, verify-ca or verify-full`)
  if (sslMode === 'verify-ca' && !given.has('sslrootcert'))
    throw refusal('sslmode=verify-ca needs sslrootcert: anybody can have a certificate of a public authority')
  const { channel_binding: binding, ...server } = parsed(url)
  return {
    application_name: 'profile-gateway',
    keepAlive: true,
    ...toClientConfig(server),
    ...(sslMode === 'disable' && { ssl: false }),
    enableChannelBinding: binding === 'prefer',
  }
}

/** Whether nothing stands behind a part that belongs before it, as where a password has a `/`, `?` or `#`. */
export function isWellFormed({ pathname, search, hash }: URL): boolean {
  return hash === '' && !`${pathname}${search}`.includes('@')
}

function parametersOf(text: string): ReadonlyMap<string, string> {
  const url = URL.parse(text)
  if (!url || !isWellFormed(url)) throw refusal(noUrl)
  const given = new Map<string, string>()
  for (const [name, value] of url.searchParams) {
    const known = parameters[name]
    if (!known) throw refusal(`unknown parameter ${name}: expected ${Object.keys(parameters).join(', ')}`)
    if (given.has(name)) throw refusal(`${name}: given twice`)
    const [expected, pattern] = known
    if (!pattern.test(value)) throw refusal(`${name}: expected ${expected}`)
    given.set(name, value)
  }
  return given
}

function parsed(url: string) {
  try {
    return parse(url, { useLibpqCompat: true })
  } catch (cause) {
    const reason =
      cause instanceof URIError ? noUrl : `a file that it names cannot be read: ${reasonUnread(cause)}`
    throw new Failure('CONFIGURATION', reason, { cause })
  }
}

const noUrl =
  'it is no URL: in a name, a password or a parameter, % is written as %25, # as %23, / as %2F, : as %3A, ? as %3F and @ as %40'

function refusal(reason: string): Failure {
  return new Failure('CONFIGURATION', reason)
}
