import { readFile } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { join } from 'node:path'

/** What the page has to know. None of it is secret. */
export interface PageConfig {
  readonly issuer: string
  readonly clientId: string
  readonly scope: string
  readonly resource: string
  /** The origin of the gateway. */
  readonly gateway: string
}

/** Makes what serves the page: these four files, and nothing else. */
export async function pageListener(config: PageConfig): Promise<RequestListener> {
  const read = (name: string) => readFile(join(import.meta.dirname, 'page', name))
  const files = new Map([
    ['/', { type: 'text/html; charset=utf-8', body: await read('index.html') }],
    ['/app.js', { type: 'text/javascript; charset=utf-8', body: await read('app.js') }],
    ['/style.css', { type: 'text/css; charset=utf-8', body: await read('../../style.css') }],
    ['/config.json', { type: 'application/json', body: Buffer.from(JSON.stringify(config)) }],
  ])
  const headers = {
    'content-security-policy': [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      'img-src data:',
      // Nothing that runs in the page can send the token to anybody else.
      `connect-src 'self' ${config.issuer} ${config.gateway}`,
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
    ].join('; '),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  }

  return function serve({ method, url = '' }, response) {
    const file = files.get(url.split('?')[0] ?? '')
    if (!file) response.writeHead(404, headers).end()
    else if (method !== 'GET' && method !== 'HEAD')
      response.writeHead(405, { ...headers, allow: 'GET, HEAD' }).end()
    else
      response
        .writeHead(200, { ...headers, 'content-type': file.type })
        .end(method === 'GET' ? file.body : undefined)
  }
}
