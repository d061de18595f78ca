import { createHash, randomBytes } from 'node:crypto'
import { portal, programs, resource, type OpenidProvider, type Program } from './openidProvider.ts'

export interface Tokens {
  readonly idToken: string
  readonly accessToken: string
}

/** Logs a user in at the provider, as the browser and the application do: by the authorization code flow with PKCE. */
export async function logInAt(
  { issuer }: Pick<OpenidProvider, 'issuer'>,
  username: string,
  api = resource,
  application = portal,
): Promise<Tokens> {
  const verifier = randomBytes(32).toString('base64url')
  const asked = new URLSearchParams({
    client_id: application.id,
    redirect_uri: application.redirectUri,
    response_type: 'code',
    scope: 'openid profile email roles',
    resource: api,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  })
  const callback = await browse(
    `${issuer}/auth?${asked.toString()}`,
    application,
    new URLSearchParams({ username }),
  )
  const tokens = await tokensFor(issuer, {
    grant_type: 'authorization_code',
    client_id: application.id,
    redirect_uri: application.redirectUri,
    code: callback.searchParams.get('code') ?? '',
    code_verifier: verifier,
    resource: api,
  })
  return { idToken: String(tokens.id_token), accessToken: String(tokens.access_token) }
}

/** The access token that a program gets for itself. */
export async function programToken(
  { issuer }: OpenidProvider,
  program: Program,
  api = resource,
): Promise<string> {
  const { id, secret } = programs[program]
  const tokens = await tokensFor(
    issuer,
    { grant_type: 'client_credentials', resource: api },
    { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
  )
  return String(tokens.access_token)
}

/** Ends a token of the application before its time. */
export async function revokeAt({ issuer }: OpenidProvider, token: string): Promise<void> {
  const body = new URLSearchParams({ client_id: portal.id, token })
  const response = await fetch(`${issuer}/token/revocation`, { method: 'POST', body })
  if (!response.ok) throw new Error(`not revoked: ${await response.text()}`)
}

/** Follows redirects with cookies, filling in the form of the provider, until one leads to the application. */
async function browse(start: string, application: typeof portal, form: URLSearchParams): Promise<URL> {
  const cookies = new Map<string, string>()
  let url = new URL(start)
  while (!url.href.startsWith(application.redirectUri)) {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: Array.from(cookies, ([name, value]) => `${name}=${value}`).join('; ') },
      ...(url.pathname.startsWith('/interaction/') && { method: 'POST', body: form }),
    })
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      cookies.set(name, value)
    }
    const location = response.headers.get('location')
    if (location === null) throw new Error(`no redirect at ${url.pathname}: ${await response.text()}`)
    url = new URL(location, url)
  }
  return url
}

async function tokensFor(issuer: string, form: Record<string, string>, headers: Record<string, string> = {}) {
  const body = new URLSearchParams(form)
  const response = await fetch(`${issuer}/token`, { method: 'POST', headers, body })
  if (!response.ok) throw new Error(`no token: ${await response.text()}`)
  return (await response.json()) as Record<string, unknown>
}
