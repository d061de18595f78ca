import { describe, expect, it } from 'vitest'
import { claimsOf, newKey, startOpenidProvider } from '../support/openidProvider.ts'
import { logInAt, programToken } from '../support/openidTokens.ts'
import { jacknich, jacknichUid, loginBackend } from '../support/people.ts'
import { rejection, type ProfileBody } from '../support/profileBody.ts'
import { elastic, rest, type Fetch } from '../support/testApp.ts'
import { activate, profileOf } from './activate.ts'
import { gatewayWith } from './gateway.ts'
import { accessTokens, anyClient, idTokens, programTokens } from './realms.ts'

describe('the tokens of a login at an OpenID provider', () => {
  it.each(['RS256', 'ES256'] as const)(
    'both activate the profile of who has logged in, by %s',
    async (alg) => {
      const provider = await startOpenidProvider(await newKey(alg, 'first'))
      const { fetch } = await gatewayWith(`
${idTokens(provider)}
${accessTokens(provider)}
${anyClient}
domains.people.realms: [portal, api]
`)
      const { idToken, accessToken } = await logInAt(provider, 'sub-1')
      const { name, email } = claimsOf('sub-1')
      const user = { username: 'sub-1', roles: [], full_name: name, email, realm_domain: 'people' }
      const first = await profileOf(fetch, idToken)
      expect(first).toMatchObject({ enabled: true, user: { ...user, realm_name: 'portal' } })
      const second = await profileOf(fetch, accessToken)
      expect(second).toMatchObject({ uid: first.uid, user: { ...user, realm_name: 'api' } })

      const someoneElse = await logInAt(provider, 'sub-2')
      expect((await profileOf(fetch, someoneElse.idToken)).uid).not.toBe(first.uid)
    },
  )

  it('are taken by the realm of their kind alone', async () => {
    const provider = await startOpenidProvider(await newKey('ES256', 'first'))
    const { idToken, accessToken } = await logInAt(provider, 'sub-1')
    const idsOnly = await gatewayWith(idTokens(provider) + anyClient)
    expect(await activate(idsOnly.fetch, accessToken)).toMatchObject({ status: 401 })
    const accessOnly = await gatewayWith(accessTokens(provider))
    expect(await activate(accessOnly.fetch, idToken)).toMatchObject({ status: 401 })
  })

  it('say who calls', async () => {
    const provider = await startOpenidProvider(await newKey('RS256', 'first'))
    const { fetch } = await gatewayWith(idTokens(provider) + anyClient)
    const { idToken } = await logInAt(provider, 'sub-1')
    const { name, email, roles } = claimsOf('sub-1')
    const { status, body } = await authenticate(fetch, idToken)
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        username: 'sub-1',
        roles: [],
        full_name: name,
        email,
        metadata: {
          jwt_token_type: 'id_token',
          jwt_claim_sub: 'sub-1',
          jwt_claim_name: name,
          jwt_claim_email: email,
          jwt_claim_roles: roles,
          jwt_claim_iss: provider.issuer,
          jwt_claim_aud: ['portal'],
        },
        enabled: true,
        authentication_realm: { name: 'portal', type: 'jwt' },
        lookup_realm: { name: 'portal', type: 'jwt' },
        authentication_type: 'realm',
      },
    })
  })
})

describe('the token of a program', () => {
  it('activates the profile of the program, whether it has a subject or only the claim that stands in', async () => {
    const provider = await startOpenidProvider(await newKey('RS256', 'first'))
    const { fetch } = await gatewayWith(accessTokens(provider) + programTokens(provider))
    for (const program of ['reporting', 'nameless'] as const) {
      const { user } = await profileOf(fetch, await programToken(provider, program))
      expect(user).toEqual({ username: program, roles: [], realm_name: 'programs' })
    }
    const { accessToken } = await logInAt(provider, 'sub-1')
    expect(await profileOf(fetch, accessToken)).toMatchObject({ user: { realm_name: 'api' } })
  })
})

describe('a user whom two realms of a domain know', () => {
  it('is one person with one profile, which keeps its labels and data, with the roles of the native user', async () => {
    const provider = await startOpenidProvider(await newKey('ES256', 'first'))
    const { fetch } = await gatewayWith(`
${idTokens(provider)}
${anyClient}
xpack.security.authc.realms.jwt.portal.authorization_realms: [native]
xpack.security.authc.domains.staff.realms: [native, portal]
`)
    const grant = { grant_type: 'password', ...jacknich }
    const byPassword = async () =>
      (await rest(fetch, 'POST', '/_security/profile/_activate', loginBackend, grant)).body as ProfileBody
    const profile = await byPassword()
    expect(profile).toMatchObject({ uid: jacknichUid, user: { realm_name: 'native', realm_domain: 'staff' } })
    const kept = { labels: { kibana: { space: 'default' } }, data: { kibana: { theme: 'dark' } } }
    await rest(fetch, 'PUT', `/_security/profile/${jacknichUid}/_data`, elastic, kept)

    const { idToken } = await logInAt(provider, jacknich.username)
    const user = { ...profile.user, realm_name: 'portal' }
    expect(await profileOf(fetch, idToken)).toMatchObject({ uid: jacknichUid, user, labels: kept.labels })
    expect(await byPassword()).toMatchObject({ uid: jacknichUid, user: profile.user, labels: kept.labels })
    const stored = await rest(fetch, 'GET', `/_security/profile/${jacknichUid}?data=*`, elastic)
    expect(stored.body).toMatchObject({ profiles: [{ uid: jacknichUid, ...kept }] })
  })

  it('calls with those roles, for as long as the native user has them', async () => {
    const provider = await startOpenidProvider(await newKey('ES256', 'first'))
    const { fetch } = await gatewayWith(`
${idTokens(provider)}
${anyClient}
xpack.security.authc.realms.jwt.portal.authorization_realms: [native]
`)
    const { idToken } = await logInAt(provider, loginBackend.username)
    expect(await authenticate(fetch, idToken)).toMatchObject({ body: { roles: ['profile_activator'] } })
    const activated = await fetch('/_security/profile/_activate', {
      method: 'POST',
      headers: { authorization: `Bearer ${idToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ grant_type: 'password', ...jacknich }),
    })
    expect(activated.status).toBe(200)
    await rest(fetch, 'PUT', `/_security/user/${loginBackend.username}/_disable`, elastic)
    expect(await authenticate(fetch, idToken)).toMatchObject({ status: 401 })

    const stranger = await logInAt(provider, 'stranger')
    expect(await authenticate(fetch, stranger.idToken)).toMatchObject({ status: 401 })
  })
})

describe('a realm that shares a secret with its clients', () => {
  it('asks for it beside the token, in a grant and of a caller, also where the token is remembered', async () => {
    const provider = await startOpenidProvider(await newKey('RS256', 'first'))
    const { fetch } = await gatewayWith(
      `
${idTokens(provider)}
xpack.security.authc.realms.jwt.portal.client_authentication.type: shared_secret
xpack.security.authc.realms.jwt.portal.client_authentication.shared_secret: \${PORTAL_SECRET}
`,
      { PORTAL_SECRET: 'p0rtal-s3cret' },
    )
    const { idToken } = await logInAt(provider, 'sub-1')
    const { name, email, roles } = claimsOf('sub-1')
    const claims = { aud: 'portal', email, iss: provider.issuer, name, roles: roles.join(), sub: 'sub-1' }
    const reason = rejection(
      Object.entries(claims)
        .map((claim) => `'${claim.join(':')}'`)
        .join(' '),
    )
    for (let turn = 0; turn < 2; turn++) {
      expect(await activate(fetch, idToken)).toEqual({ status: 401, reason })
      expect(await activate(fetch, idToken, 'wrong')).toEqual({ status: 401, reason })
      expect(await activate(fetch, idToken, 'p0rtal-s3cret')).toMatchObject({ status: 200 })

      expect(await authenticate(fetch, idToken)).toMatchObject({ status: 401 })
      expect(await authenticate(fetch, idToken, 'SharedSecret wrong')).toMatchObject({ status: 401 })
      expect(await authenticate(fetch, idToken, 'SharedSecret p0rtal-s3cret')).toMatchObject({ status: 200 })
    }
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
