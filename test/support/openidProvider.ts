import { generateKeyPair, randomBytes, randomInt, type JsonWebKey } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import Provider, { type ClientAuthMethod, type ClientMetadata, type Configuration } from 'oidc-provider'
import { onTestFinished } from 'vitest'
import { openidStorage } from './openidStorage.ts'

/** An OpenID provider that issues real tokens, and to which anything can happen. */
export interface OpenidProvider {
  readonly issuer: string
  readonly jwksUri: string
  readonly introspectionUri: string
  /** Signs with the first of these keys from now on, and publishes no others. */
  readonly use: (...keys: readonly [SigningKey, ...SigningKey[]]) => void
  /** How often the keys were asked for. */
  readonly jwksRequests: () => number
  /** Answers requests for the keys in its place, until it is given null. */
  readonly answerJwks: (listener: RequestListener | null) => void
  /** Closes its port, with all connections. */
  readonly stop: () => Promise<void>
  /** Opens the port again. */
  readonly start: () => Promise<void>
}

/** A private key, as a JWK. */
export interface SigningKey extends JsonWebKey {
  readonly kid: string
  readonly alg: Algorithm
}

type Algorithm = 'RS256' | 'ES256'

/** The application that people log in at: a public one, which has to use PKCE. */
export const portal = { id: 'portal', redirectUri: 'https://portal.example.com/callback' }

/** Programs. The tokens of the second have no subject, as those of some providers. */
export const programs = {
  reporting: { id: 'reporting', secret: 'r3porting-s3cret' },
  nameless: { id: 'nameless', secret: 'nam3less-s3cret' },
}

export type Program = keyof typeof programs

/** The API that access tokens are for, and what they call it in `aud`. */
export const resource = 'https://gateway.example.com/'
export const audience = 'gateway'

/** APIs whose access tokens are opaque: the same one, one whose tokens last two seconds, and one of somebody else. */
export const opaque = {
  gateway: 'https://opaque.example.com/gateway',
  brief: 'https://opaque.example.com/brief',
  foreign: 'https://opaque.example.com/foreign',
}

/** What may ask whose such a token is, by how it proves itself. */
export const introspectors = {
  // What has to be encoded in a header.
  client_secret_basic: { id: 'introspector:basic', secret: 'b@sic s3cret:%+/&' },
  client_secret_post: { id: 'introspector-post', secret: 'p0st-s3cret&=+' },
  private_key_jwt: { id: 'introspector-key', secret: null },
}

/** What the provider says of whoever logs in. */
export function claimsOf(sub: string) {
  return { sub, name: `${sub} of the provider`, email: `${sub}@idp.example.com`, roles: ['editor', 'reader'] }
}

export async function newKey(alg: Algorithm, kid: string): Promise<SigningKey> {
  const { privateKey } = await (alg === 'RS256'
    ? generate('rsa', { modulusLength: 2_048 })
    : generate('ec', { namedCurve: 'P-256' }))
  return { ...privateKey.export({ format: 'jwk' }), kid, alg, use: 'sig' }
}

const generate = promisify(generateKeyPair)

/**
 * Starts a provider that signs with the key, and knows by another the one of its clients that proves itself so. It is
 * stopped when the test is over.
 */
export async function startOpenidProvider(
  key: SigningKey,
  clientKey: SigningKey = key,
): Promise<OpenidProvider> {
  let provider: RequestListener
  let jwks: RequestListener | null = null
  let jwksRequests = 0
  const server = createServer((request, response) => {
    const isJwks = request.url === '/jwks'
    if (isJwks) jwksRequests += 1
    const listener = isJwks && jwks ? jwks : provider
    listener(request, response)
  })
  const port = await listenSomewhere()
  const issuer = `http://127.0.0.1:${port}`
  const adapter = openidStorage()
  use(key)
  onTestFinished(() => stop())
  return {
    issuer,
    jwksUri: `${issuer}/jwks`,
    introspectionUri: `${issuer}/token/introspection`,
    use,
    jwksRequests: () => jwksRequests,
    answerJwks(listener) {
      jwks = listener
    },
    stop,
    start: () => listen(port),
  }

  /** Keys are given to a provider once: another one takes its place. */
  function use(...keys: readonly [SigningKey, ...SigningKey[]]): void {
    provider = listenerOf(new Provider(issuer, { ...configurationWith(keys, clientKey), adapter }))
  }

  async function listen(at: number): Promise<void> {
    await once(server.listen(at, '127.0.0.1'), 'listening')
  }

  /** At a port that no system gives away by itself: it has to be free still when the provider comes back. */
  async function listenSomewhere(): Promise<number> {
    for (;;) {
      const candidate = randomInt(20_000, 32_000)
      const isFree = await listen(candidate).then(
        () => true,
        () => false,
      )
      if (isFree) return candidate
    }
  }

  async function stop(): Promise<void> {
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeAllConnections()
    await closed
  }
}

function listenerOf(provider: Provider): RequestListener {
  const answer = provider.callback()

  return (request, response) => {
    const isInteraction = request.url?.startsWith('/interaction/')
    void (isInteraction ? logIn(provider, request, response) : answer(request, response))
  }
}

function configurationWith(
  [key, ...others]: readonly [SigningKey, ...SigningKey[]],
  clientKey: SigningKey,
): Configuration {
  return {
    jwks: { keys: [key, ...others] as never },
    clientDefaults: { id_token_signed_response_alg: key.alg },
    clients: [
      {
        client_id: portal.id,
        redirect_uris: [portal.redirectUri],
        token_endpoint_auth_method: 'none',
      },
      ...Object.values(programs).map(({ id, secret }) => ({
        client_id: id,
        client_secret: secret,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      })),
      ...introspectorsWith(clientKey),
    ],
    claims: { openid: ['sub'], profile: ['name'], email: ['email'], roles: ['roles'] },
    // What scopes ask for stands in the ID token itself.
    conformIdTokenClaims: false,
    findAccount: (_, sub) => ({ accountId: sub, claims: () => claimsOf(sub) }),
    extraTokenClaims: (_, token) => ('accountId' in token ? claimsOf(token.accountId) : undefined),
    formats: {
      customizers: {
        jwt(_, token, { payload }) {
          if (token.clientId === programs.nameless.id) delete payload.sub
        },
      },
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_, indicator) => ({
          scope: '',
          audience: indicator === opaque.foreign ? 'foreign' : audience,
          accessTokenFormat: indicator === resource ? 'jwt' : 'opaque',
          accessTokenTTL: indicator === opaque.brief ? 2 : 3_600,
        }),
      },
      introspection: { enabled: true, allowedPolicy: () => true },
      revocation: { enabled: true, allowedPolicy: () => true },
    },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    cookies: { keys: [randomBytes(32).toString('hex')] },
    // In seconds.
    ttl: {
      AccessToken: (_, token) => token.resourceServer?.accessTokenTTL ?? 3_600,
      ClientCredentials: 3_600,
      IdToken: 3_600,
      Grant: 3_600,
      Session: 3_600,
      Interaction: 600,
    },
  }
}

function introspectorsWith({ kty, kid, alg, crv, x, y, n, e }: SigningKey): ClientMetadata[] {
  return Object.entries(introspectors).map(([method, { id, secret }]) => ({
    client_id: id,
    token_endpoint_auth_method: method as ClientAuthMethod,
    ...(secret === null
      ? { jwks: { keys: [{ kty, kid, alg, crv, x, y, n, e }] as never } }
      : { client_secret: secret }),
    grant_types: [],
    redirect_uris: [],
    response_types: [],
  }))
}

/** Takes a form with a username for a login, and for the consent to all that the application asks for. */
async function logIn(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const accountId = new URLSearchParams(await text(request)).get('username') ?? ''
  const { params } = await provider.interactionDetails(request, response)
  const grant = new provider.Grant({ accountId, clientId: String(params.client_id) })
  grant.addOIDCScope(String(params.scope))
  const grantId = await grant.save()
  await provider.interactionFinished(request, response, { login: { accountId }, consent: { grantId } })
}
