import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import Provider, { type Configuration } from 'oidc-provider'
import { documentHeaders, documentOf, html, type Html } from '../html.ts'
import { listen, type Listening } from '../listen.ts'

/** The application, as the provider knows it: a public one, which has to use PKCE. */
export const client = { id: 'spa', scope: 'openid profile email' }

/** The API that access tokens are for, and what they call it in `aud`. */
export const resource = { uri: 'https://gateway.example.com/', audience: 'profile-gateway' }

/**
 * Starts an OpenID provider that believes everybody who they are. It issues tokens to the application at one origin, and
 * keeps nothing when it stops.
 * @param stylesheet of its pages
 */
export async function startProvider(application: string, stylesheet: string): Promise<Listening> {
  const server = createServer()
  const listening = await listen(server)
  const provider = new Provider(listening.origin, configurationFor(application))
  provider.on('server_error', (_, error) => console.error(error))
  const answer = provider.callback()
  server.on('request', (request, response) => {
    if (request.url === '/style.css') response.setHeader('content-type', 'text/css').end(stylesheet)
    else if (request.url?.startsWith('/interaction/')) void interact(request, response)
    else void answer(request, response)
  })
  return listening

  /** Shows the form, and takes what is written there for the user's name. */
  async function interact(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await provider.interactionDetails(request, response)
      const username = request.method === 'POST' ? usernameIn(await text(request)) : ''
      const login = { accountId: username }
      if (username === '') send(response, 200, loginForm)
      else await provider.interactionFinished(request, response, { login })
    } catch {
      send(
        response,
        400,
        html`<h1>This sign-in is over</h1>
          <p><a class="button" href="${application}/">Start again</a></p>`,
      )
    }
  }

  function send(response: ServerResponse, status: number, body: Html): void {
    // A browser takes the redirect to the application for a part of the form's way.
    response.writeHead(status, documentHeaders([application])).end(documentOf('Example provider', body))
  }
}

const loginForm = html`<h1>Sign in</h1>
  <p class="hint">This is the example's own OpenID provider. It takes any name, and asks for no password.</p>
  <form method="post">
    <label for="username">Username</label>
    <input id="username" name="username" required maxlength="100" autocomplete="username" autofocus />
    <button>Continue</button>
  </form>`

function usernameIn(form: string): string {
  return (new URLSearchParams(form).get('username') ?? '').trim().slice(0, 100)
}

function configurationFor(application: string): Configuration {
  const page = (title: string, body: Html) => documentOf(title, body)
  return {
    jwks: { keys: [newKey()] as never },
    cookies: { keys: [randomBytes(32).toString('hex')] },
    clients: [
      {
        client_id: client.id,
        client_name: 'Example application',
        redirect_uris: [`${application}/`],
        post_logout_redirect_uris: [`${application}/`],
        token_endpoint_auth_method: 'none',
        id_token_signed_response_alg: 'ES256',
      },
    ],
    clientBasedCORS: (_, origin) => origin === application,
    findAccount: (_, sub) => ({ accountId: sub, claims: () => claimsOf(sub) }),
    extraTokenClaims: (_, token) => ('accountId' in token ? claimsOf(token.accountId) : undefined),
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    // The application is the provider's own: nobody is asked whether it may know them.
    async loadExistingGrant({ oidc }) {
      const grantId = oidc.session?.grantIdFor(client.id)
      const existing = grantId === undefined ? undefined : await oidc.provider.Grant.find(grantId)
      if (existing) return existing
      const grant = new oidc.provider.Grant({ clientId: client.id, accountId: oidc.session?.accountId ?? '' })
      grant.addOIDCScope(client.scope)
      await grant.save()
      return grant
    },
    features: {
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({
          scope: '',
          audience: resource.audience,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
      rpInitiatedLogout: {
        logoutSource(context, form) {
          context.set(documentHeaders([application]))
          context.body = page(
            'Sign out',
            html`<h1>Sign out?</h1>
              ${{ markup: form }}
              <div class="actions">
                <button form="op.logoutForm" name="logout" value="yes" autofocus>Sign out</button>
                <button form="op.logoutForm" class="quiet">Stay signed in</button>
              </div>`,
          )
        },
        postLogoutSuccessSource(context) {
          context.set(documentHeaders())
          context.body = page('Signed out', html`<h1>You are signed out</h1>`)
        },
      },
    },
    renderError(context, { error, error_description: description }) {
      context.set(documentHeaders())
      context.body = page(
        'Error',
        html`<h1>That did not work</h1>
          <p role="alert">${description ?? error}</p>`,
      )
    },
    // In seconds.
    ttl: { AccessToken: 600, IdToken: 600, Grant: 3_600, Session: 3_600, Interaction: 600 },
  }
}

function claimsOf(sub: string) {
  const local = sub.toLowerCase().replaceAll(/[^a-z0-9]+/g, '.')
  return { sub, name: sub, email: `${local}@example.com` }
}

function newKey() {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { ...privateKey.export({ format: 'jwk' }), kid: 'example', alg: 'ES256', use: 'sig' }
}
