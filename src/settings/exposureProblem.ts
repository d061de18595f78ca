import { isIPv4 } from 'node:net'
import type { Tls } from './tls.ts'

interface Exposure {
  readonly http: { readonly insecure: boolean }
  readonly tls: Tls | null
  readonly proxies: { readonly trusted_proxies: readonly string[] }
}

/** Why the gateway must not listen at a host: whoever is on the way would read passwords and tokens. */
export function exposureProblem(host: string, exposure: Exposure): string | null {
  if (!isExposed(host, exposure)) return null
  return `HOST: other machines would send passwords and tokens to it unencrypted: ${remedy}`
}

/** Why metrics must not be served at a host: whoever is on the way would read them. */
export function metricsExposureProblem(host: string, exposure: Exposure): string | null {
  if (!isExposed(host, exposure)) return null
  return `metrics.host: other machines would get metrics from it unencrypted: ${remedy}`
}

const remedy =
  'set tls.certificate and tls.key, or proxies.trusted_proxies for a proxy that has TLS, or http.insecure: true'

function isExposed(host: string, { http, tls, proxies }: Exposure): boolean {
  return !isThisMachine(host) && tls === null && proxies.trusted_proxies.length === 0 && !http.insecure
}

function isThisMachine(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'))
}
