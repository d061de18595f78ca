import type { DoorResponse } from './door.ts'

/** How long a browser comes back by TLS alone, in seconds: a year. */
const strictTransport = `max-age=${365 * 24 * 3_600}`

/** What stands in every answer, unless a door says otherwise: it is for one caller, and no page. */
const headers = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

/** Makes what adds to an answer the headers by which browsers keep it where it belongs. */
export function securityHeaders(isEncrypted: boolean): (response: DoorResponse) => DoorResponse {
  const always = { ...headers, ...(isEncrypted && { 'strict-transport-security': strictTransport }) }
  return (response) => ({ ...response, headers: { ...always, ...response.headers } })
}
