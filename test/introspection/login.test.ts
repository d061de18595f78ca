import { describe, expect, it } from 'vitest'
import { activate, profileOf } from '../oidc/activate.ts'
import { gatewayWith, readiness } from '../oidc/gateway.ts'
import {
  claimsOf,
  introspectors,
  newKey,
  opaque,
  portal,
  startOpenidProvider,
  type OpenidProvider,
} from '../support/openidProvider.ts'
import { logInAt, programToken, revokeAt } from '../support/openidTokens.ts'
import { jacknich, jacknichUid, loginBackend } from '../support/people.ts'
import { rejection, type ProfileBody } from '../support/profileBody.ts'
import { rest, type Fetch } from '../support/testApp.ts'
import { asking } from './realm.ts'

const [signing, ellipticKey, rsaKey, pssKey] = await Promise.all([
  newKey('ES256', 'signing'),
  newKey('ES256', 'gateway-ec'),
  newKey('RS256', 'gateway-rsa'),
  newKey('RS256', 'gateway-pss').then((key) => ({ ...key, alg: 'PS256' })),
])
const refused = { status: 401, reason: rejection('_bearer_token') }

type Method = keyof typeof introspectors

/** A realm that asks the provider as one of its clients. */
function askingAs(
  method: Method,
  provider: OpenidProvider,
  changes: Record<string, string | null> = {},
): string {
  return asking(provider.issuer, provider.introspectionUri, {
    'rp.client_id': introspectors[method].id,
    'rp.client_auth_method': method,
    'rp.client_secret': method === 'private_key_jwt' ? null : '${SECRET}',
    'rp.client_private_key': method === 'private_key_jwt' ? '${SECRET}' : null,
    ...changes,
  })
}

/** A provider, and a gateway that asks it. */
async function both(changes: Record<string, string | null> = {}, others = '') {
  const provider = await startOpenidProvider(signing)
  const settings = askingAs('client_secret_basic', provider, changes) + others
  const app = await gatewayWith(settings, { SECRET: introspectors.client_secret_basic.secret })
  const token = async (api = opaque.gateway, user = 'sub-1') =>
    (await logInAt(provider, user, api)).accessToken
  return { ...app, provider, token }
}

describe('the opaque token of a login at an OAuth server', () => {
  it.each<[Method, string, typeof ellipticKey | typeof pssKey]>([
    ['client_secret_basic', 'a secret', ellipticKey],
    ['client_secret_post', 'a secret', ellipticKey],
    ['private_key_jwt', 'ES256', ellipticKey],
    ['private_key_jwt', 'RS256', rsaKey],
    ['private_key_jwt', 'PS256', pssKey],
  ])('activates the profile of who has logged in, asked for by %s with %s', async (method, _, key) => {
    const provider = await startOpenidProvider(signing, key as typeof ellipticKey)
    const secret = introspectors[method].secret ?? JSON.stringify(key)
    const { fetch, logs } = await gatewayWith(askingAs(method, provider), { SECRET: secret })
    const { accessToken } = await logInAt(provider, 'sub-1', opaque.gateway)
    expect(accessToken).not.toContain('.')
    const { name, email } = claimsOf('sub-1')
    const user = { username: 'sub-1', roles: [], full_name: name, email, realm_name: 'opaque' }
    const profile = await profileOf(fetch, accessToken)
    expect(profile).toMatchObject({ enabled: true, user })
    const another = await logInAt(provider, 'sub-2', opaque.gateway)
    expect((await profileOf(fetch, another.accessToken)).uid).not.toBe(profile.uid)
    expect(logs()).not.toContain(accessToken)
  })

  it('says who calls, with what the server says as metadata', async () => {
    const { fetch, token, provider } = await both()
    const { name, email, roles } = claimsOf('sub-1')
    const realm = { name: 'opaque', type: 'introspection' }
    // What comes along is for JWTs: other realms do not look at it.
    for (const secret of [undefined, 'SharedSecret x']) {
      expect(await authenticate(fetch, await token(), secret)).toEqual({
        status: 200,
        body: {
          username: 'sub-1',
          roles: [],
          full_name: name,
          email,
          metadata: {
            introspection_claim_sub: 'sub-1',
            introspection_claim_name: name,
            introspection_claim_email: email,
            introspection_claim_roles: roles,
            introspection_claim_iss: provider.issuer,
            introspection_claim_aud: 'gateway',
            introspection_claim_client_id: portal.id,
            introspection_claim_token_type: 'Bearer',
            introspection_claim_iat: expect.any(Number) as number,
            introspection_claim_exp: expect.any(Number) as number,
          },
          enabled: true,
          authentication_realm: realm,
          lookup_realm: realm,
          authentication_type: 'realm',
        },
      })
    }
    const viewer = await fetch('/graphql', {
      method: 'POST',
      headers: { authorization: `Bearer ${await token()}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ viewer { username authenticationRealm { name type } } }' }),
    })
    expect(await viewer.json()).toEqual({
      data: { viewer: { username: 'sub-1', authenticationRealm: realm } },
    })
  })

  it('makes no metadata where that is not wanted', async () => {
    const { fetch, token } = await both({ populate_user_metadata: 'false' })
    expect(await authenticate(fetch, await token())).toMatchObject({ status: 200, body: { metadata: {} } })
  })

  it('may be one of a program', async () => {
    const { fetch, provider } = await both({ 'claims.principal': 'client_id', allowed_clients: 'reporting' })
    const { user } = await profileOf(fetch, await programToken(provider, 'reporting', opaque.gateway))
    expect(user).toEqual({ username: 'reporting', roles: [], realm_name: 'opaque' })
  })

  it('leads to the profile that its user has by password, where a domain says that they are one', async () => {
    const { fetch, token } = await both({}, 'domains.staff.realms: [native, opaque]\n')
    const grant = { grant_type: 'password', ...jacknich }
    const byPassword = await rest(fetch, 'POST', '/_security/profile/_activate', loginBackend, grant)
    expect((byPassword.body as ProfileBody).uid).toBe(jacknichUid)
    expect(await profileOf(fetch, await token(opaque.gateway, jacknich.username))).toMatchObject({
      uid: jacknichUid,
      user: { realm_name: 'opaque', realm_domain: 'staff' },
    })
  })

  it('is refused with a secret of the client, as every token that is no JWT', async () => {
    const { fetch, token } = await both()
    const grant = {
      grant_type: 'access_token',
      access_token: await token(),
      client_authentication: { scheme: 'SharedSecret', value: 'x' },
    }
    const answer = await rest(fetch, 'POST', '/_security/profile/_activate', loginBackend, grant)
    expect(answer).toMatchObject({
      status: 400,
      body: {
        error: { reason: '[client_authentication] not supported with the supplied access_token type' },
      },
    })
  })
})

describe('a token that its server does not take for active any more', () => {
  it('is refused once nothing of it is remembered, and not before', async () => {
    const { fetch, token, provider, advance } = await both({ 'cache.ttl': '30s' })
    const [known, unknown] = [await token(), await token()]
    await profileOf(fetch, known)
    await advance(29_999)
    for (const one of [known, unknown]) await revokeAt(provider, one)
    expect(await activate(fetch, known)).toMatchObject({ status: 200 })
    expect(await authenticate(fetch, known)).toMatchObject({ status: 200 })
    expect(await activate(fetch, unknown)).toEqual(refused)
    await advance(1)
    expect(await activate(fetch, known)).toEqual(refused)
    expect(await authenticate(fetch, known)).toMatchObject({ status: 401 })
  })

  it.each(['ttl', 'size'])(
    'is refused at once where nothing is remembered: cache.%s is 0',
    async (setting) => {
      const { fetch, token, provider } = await both({ [`cache.${setting}`]: '0' })
      const known = await token()
      await profileOf(fetch, known)
      await revokeAt(provider, known)
      expect(await activate(fetch, known)).toEqual(refused)
    },
  )

  it('since it has expired, is not remembered beyond that', async () => {
    const { fetch, token, advance } = await both()
    const brief = await token(opaque.brief)
    await profileOf(fetch, brief)
    const over = new Promise((resolve) => setTimeout(resolve, 2_500))
    // Less than is remembered otherwise.
    await advance(20_000)
    await over
    expect(await activate(fetch, brief)).toEqual(refused)
  })
})

describe('a token that is active, and not for this gateway', () => {
  it('is refused: of another audience', async () => {
    const { fetch, token, logs } = await both()
    expect(await activate(fetch, await token(opaque.foreign))).toEqual(refused)
    expect(logs()).toContain(
      'string claim [aud] has value [foreign] which does not match allowed claim values [gateway]',
    )
  })

  it('is refused: of another application', async () => {
    const { fetch, token, provider, logs } = await both({
      allowed_audiences: null,
      allowed_clients: portal.id,
    })
    expect(await activate(fetch, await token(opaque.foreign))).toMatchObject({ status: 200 })
    expect(await activate(fetch, await programToken(provider, 'reporting', opaque.gateway))).toEqual(refused)
    expect(logs()).toContain(
      'string claim [client_id] has value [reporting] which does not match allowed claim values [portal]',
    )
  })

  it('is refused: without a subject', async () => {
    const { fetch, provider, logs } = await both()
    expect(await activate(fetch, await programToken(provider, 'reporting', opaque.gateway))).toEqual(refused)
    expect(logs()).toContain('Realm [opaque] no principal')
  })
})

describe('what is no token of the server', () => {
  it.each([
    ['unknown', 'y'.repeat(43)],
    ['of a type that the server does not introspect', Buffer.from('{"alg":"none"}').toString('base64url')],
  ])('is refused, and nothing is the matter with the realm: %s', async (_, text) => {
    const { fetch } = await both()
    expect(await activate(fetch, text)).toEqual(refused)
    expect(await readiness(fetch)).toEqual({ status: 200, body: { status: 'ready' } })
  })
})

describe('a client that the server does not know', () => {
  it('learns nothing: 503, and the operator is told why, once', async () => {
    const provider = await startOpenidProvider(signing)
    const settings = askingAs('client_secret_post', provider)
    const { fetch, logs } = await gatewayWith(settings, { SECRET: 'wr0ng-s3cret' })
    const { accessToken } = await logInAt(provider, 'sub-1', opaque.gateway)
    for (let time = 0; time < 10; time++) expect(await activate(fetch, accessToken)).toEqual({ status: 503 })
    const problem =
      'it answers with status 401 [invalid_client]: the gateway is not the client that it says it is in [rp], or may not ask'
    expect(await readiness(fetch)).toEqual({
      status: 200,
      body: { status: 'degraded', reason: `the realm [opaque] cannot learn whose tokens are: ${problem}` },
    })
    expect(logs().split(problem)).toHaveLength(2)
    for (const secret of ['wr0ng-s3cret', accessToken]) expect(logs()).not.toContain(secret)
  })
})

/** Asks who the bearer of a token is. */
async function authenticate(fetch: Fetch, token: string, clientAuthentication?: string) {
  const response = await fetch('/_security/_authenticate', {
    headers: {
      authorization: `Bearer ${token}`,
      ...(clientAuthentication !== undefined && { 'es-client-authentication': clientAuthentication }),
    },
  })
  return { status: response.status, body: (await response.json()) as unknown }
}
