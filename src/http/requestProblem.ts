import type { IncomingMessage } from 'node:http'

/** `host[:port]`, or nothing, where the target has no host either. Source: RFC 3986, 3.2.2. */
const host = /^(\[[0-9a-f:.]+\]|[\w.~%!$&'()*+,;=-]*)(:\d{0,5})?$/i

/**
 * Why a request that the parser takes is refused all the same: because another server on its way may take it for
 * another one. Source: RFC 9112, 2.3, 3.2, 6.1; RFC 9110, 10.1.1.
 */
export function requestProblem(request: IncomingMessage): string | null {
  const { httpVersion, headers, rawHeaders } = request
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return 'the version of HTTP must be 1.1 or 1.0'
  if (!isTarget(request)) return 'the target must be a path, or an http or https URL'
  if (headers.host === undefined && httpVersion === '1.1') return '[Host] is missing'
  // Of several, Node shows the first.
  if (rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host').length > 1)
    return '[Host] must not stand there twice'
  if (!host.test(headers.host ?? '')) return '[Host] must be a host, and a port or none'
  if (headers['transfer-encoding'] !== undefined && httpVersion === '1.0')
    return '[Transfer-Encoding] takes HTTP/1.1'
  // Of another coding, nobody would undo it.
  if (!/^chunked$/i.test(headers['transfer-encoding'] ?? 'chunked'))
    return '[Transfer-Encoding] must be chunked'
  if (!/^100-continue$/i.test(headers.expect ?? '100-continue')) return '[Expect] must be 100-continue'
  return null
}

function isTarget({ method, url = '' }: IncomingMessage): boolean {
  return url.startsWith('/') || /^https?:\/\/[^/?#]/i.test(url) || (url === '*' && method === 'OPTIONS')
}
