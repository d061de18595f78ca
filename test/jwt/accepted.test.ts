import { createSecretKey, hash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { algorithms, createIssuer, now } from '../support/jwt.ts'
import { createJwtApp } from '../support/jwtApp.ts'
import { places, send } from '../support/jwtPlaces.ts'
import { jacknichUser, provision } from '../support/people.ts'
import {
  activateProfile,
  profileBodyOf,
  type GraphqlProfile,
  type ProfileBody,
} from '../support/profileBody.ts'
import { basic, elastic, graphql, rest } from '../support/testApp.ts'
import { tokenOfLength, tokenWithHeaderOf } from './attacks/encodings.ts'
import { attackedRealms } from './attacks/realms.ts'

const issuer = createIssuer()
/** Of another issuer’s keys, one stands in the set without a name. */
const nameless = createIssuer()

const secrets = { HS256: 's'.repeat(32), HS384: 't'.repeat(48), HS512: 'u'.repeat(64) }
const oct = Object.entries(secrets).map(([alg, secret]) => ({
  kty: 'oct',
  alg,
  kid: alg,
  k: Buffer.from(secret).toString('base64url'),
}))

const app = await createJwtApp({
  settings: `${attackedRealms}
  secret:
    order: 9
    allowed_issuer: https://secret.example/
    allowed_audiences: gateway
    allowed_signature_algorithms: HS256, HS384, HS512
    hmac_jwkset: \${HMAC_JWKSET}
    claims.principal: sub
    client_authentication.type: none
  quiet:
    order: 10
    allowed_issuer: https://quiet.example/
    allowed_audiences: gateway
    pkc_jwkset_path: FOLDER/jwks.json
    claims.principal: sub
    populate_user_metadata: false
    client_authentication.type: none
  any:
    order: 11
    token_type: Access_Token
    allowed_issuer: https://any.example/
    allowed_audiences: gateway
    allowed_subject_patterns: '*'
    allowed_clock_skew: 0s
    fallback_claims.sub: client
    pkc_jwkset_path: FOLDER/jwks.json
    claims: { principal: client, name: sub }
    client_authentication.type: none
`,
  environment: { ISSUER_SECRET: issuer.secret, HMAC_JWKSET: JSON.stringify({ keys: oct }) },
  files: {
    'jwks.json': JSON.stringify({
      keys: [...issuer.jwks.keys, nameless.keys.rsa.publicKey.export({ format: 'jwk' })],
    }),
  },
})
beforeAll(() => provision(app.fetch))
afterAll(app.close)

/** Expects that every place takes a token for this user of this realm. */
async function expectAccepted(token: string, username: string, realm = 'web'): Promise<void> {
  const [, , signature = ''] = token.split('.')
  app.conceal(signature)
  const users = await Promise.all(places.map(async (place) => place.userIn(await place.show(app, token))))
  expect(users).toEqual(places.map(() => ({ username, realm })))
}

/** Activates the profile of a token’s user at REST. */
async function activate(token: string): Promise<ProfileBody> {
  const grant = { grant_type: 'access_token', access_token: token }
  const { status, body } = await send(app, '/_security/profile/_activate', basic(elastic), grant)
  expect(status, JSON.stringify(body)).toBe(200)
  return body as ProfileBody
}

async function authenticated(token: string): Promise<unknown> {
  const { status, body } = await send(app, '/_security/_authenticate', `Bearer ${token}`)
  expect(status, JSON.stringify(body)).toBe(200)
  return body
}

describe('a token is accepted at every place', () => {
  it.each(algorithms.filter((alg) => !alg.startsWith('HS')))('with %s', async (alg) => {
    await expectAccepted(await issuer.issue({}, { alg }), 'jacknich')
  })

  it.each(Object.entries(secrets))('with %s', async (alg, secret) => {
    const header = { alg: alg as 'HS256', kid: alg }
    const token = await issuer.as('secret').issue({}, header, createSecretKey(Buffer.from(secret)))
    await expectAccepted(token, 'jacknich', 'secret')
  })

  it('with HS256 beside RS256, each with its own key', async () => {
    await expectAccepted(await issuer.as('mixed').issue({}, { alg: 'HS256' }), 'jacknich', 'mixed')
    await expectAccepted(await issuer.as('mixed').issue({}, { alg: 'RS256' }), 'jacknich', 'mixed')
  })

  it('without a kid, by whichever key has signed it', async () => {
    for (const key of [issuer.keys.rsa, issuer.keys.otherRsa])
      await expectAccepted(await issuer.issue({}, { kid: undefined }, key.privateKey), 'jacknich')
  })

  it('with any kid, by a key that has none', async () => {
    const { privateKey } = nameless.keys.rsa
    await expectAccepted(await issuer.issue({}, { kid: undefined }, privateKey), 'jacknich')
    await expectAccepted(await issuer.issue({}, { kid: 'whatever' }, privateKey), 'jacknich')
  })

  it.each([undefined, 'JWT', 'jwt', 'Jwt'])('with the typ %s', async (typ) => {
    await expectAccepted(await issuer.issue({}, { typ }), 'jacknich')
  })

  it.each([undefined, 'JWT', 'at+jwt', 'AT+JWT', 'application/at+jwt'])(
    'as an access token with the typ %s',
    async (typ) => {
      await expectAccepted(await issuer.as('api').issue({ scope: 'profiles' }, { typ }), 'jacknich', 'api')
    },
  )

  it.each([['gateway'], ['other', 'gateway'], ['gateway', 'gateway-2'], 'gateway-2'])(
    'with the audience %j',
    async (...aud) => {
      await expectAccepted(await issuer.issue({ aud: aud.length === 1 ? aud[0] : aud }), 'jacknich')
    },
  )

  it.each(['only-me', 'team-', 'team-blue', 'room-1', 'svc-12', 'aaab'])(
    'with the subject %s, which a list or a pattern allows',
    async (sub) => {
      const claims = { sub, tier: ['other', 'silver'], 'org.unit': 'research' }
      await expectAccepted(await issuer.as('strict').issue(claims), sub, 'strict')
    },
  )

  it.each([
    { sub: undefined, client_id: 'jacknich' },
    { sub: null, client_id: 'jacknich' },
    { aud: undefined, resource: 'gateway' },
    { aud: undefined, resource: ['other', 'gateway'] },
    { sub: undefined, client_id: 'jacknich', aud: undefined, resource: ['gateway'] },
    { client_id: 'other', resource: 'other' },
  ])('with claims that stand in for those that are absent: %j', async (claims) => {
    const token = await issuer.as('api').issue({ scope: ['profiles', 'mail'], ...claims })
    await expectAccepted(token, 'jacknich', 'api')
  })

  it.each([['jack@example.com'], [['nobody@other.example', 'jack@example.com']]])(
    'with the principal that a pattern finds in %j',
    async (email) => {
      await expectAccepted(await issuer.as('mail').issue({ email }), 'jack', 'mail')
    },
  )

  it('with the first of several principals', async () => {
    const email = ['jack@example.com', 'jill@example.com']
    await expectAccepted(await issuer.as('mail').issue({ email }), 'jack', 'mail')
  })

  it.each<[string, object]>([
    ['exp a second before the skew ends', { exp: now - 59 }],
    ['exp a millisecond before the skew ends', { exp: now - 59.999 }],
    ['iat a second before the skew begins', { iat: now + 59 }],
    ['iat a millisecond before the skew begins', { iat: now + 59.999 }],
    ['iat of 1970', { iat: 0 }],
    ['iat before 1970', { iat: -1 }],
    ['exp in the far future', { exp: 1e300 }],
    ['exp in an exponent', { exp: 1.8e9 + 0.5 }],
    ['nbf and auth_time a second before the skew begins', { nbf: now + 59, auth_time: now + 59 }],
  ])('with %s', async (_, claims) => {
    await expectAccepted(await issuer.issue({ ...claims }), 'jacknich')
  })

  it('without a skew, where none is allowed', async () => {
    const claims = { client: 'job', iat: now - 0.001, exp: now + 0.001 }
    await expectAccepted(await issuer.as('any').issue(claims), 'job', 'any')
    for (const wrong of [{ iat: now }, { exp: now }]) {
      const token = issuer.as('any').craft({ claims: { ...claims, ...wrong } })
      for (const place of places) {
        const said = await place.show(app, token)
        const principal = "'aud:gateway' 'client:job' 'iss:https://any.example/' 'sub:jacknich'"
        expect(said).toEqual(place.refusal(principal))
      }
    }
  })

  it.each([{ nbf: now + 9_999 }, { auth_time: 'yesterday' }, { nbf: null }])(
    'as an access token whatever says %j',
    async (claims) => {
      const token = await issuer.as('api').issue({ scope: 'everything', ...claims })
      await expectAccepted(token, 'jacknich', 'api')
    },
  )

  it.each([
    ['of 16,384 characters', tokenOfLength(issuer, 16_384)],
    ['with a header of 8,192 characters', tokenWithHeaderOf(issuer, 8_192)],
    ['of 100 levels', issuer.craft({ claims: { deep: nested(99) } })],
    ['with a header of 100 levels', issuer.craft({ header: { deep: nested(99) } })],
    [
      'with keys and addresses that nobody looks at',
      issuer.craft({ header: { jku: 'x', x5c: ['x'], jwk: {} } }),
    ],
    ['with claims that mean something to JavaScript', issuer.craft({ claims: scripted() })],
    ['with headers that mean something to JavaScript', issuer.craft({ header: scripted() })],
  ])('%s', async (_, token) => {
    await expectAccepted(token, 'jacknich')
  })

  it.each([
    ['Juan Pérez', 'u_CQ_WJP7-7ahjzrKI_sdRdMdxv89gC5d9JdBkTC1wtkI_0'],
    ['joe', 'u_eGdcwXYIE3LEOrqz6p-3DHQ4HrAtxuk_ttRNFh2m7rM_0'],
    ['elastic', 'u_mGBROF_q5bmFCATbLXAcCwKa0k8JvONAwSruelyKA5E_0'],
    ['_anonymous', 'u_lH-yD5CbNEBLkpI2dyC5MCF2BvpcwYosoKr_n62l9Wc_0'],
  ])('with the principal %s, whose profile is %s', async (sub, uid) => {
    const token = await issuer.issue({ sub })
    await expectAccepted(token, sub)
    expect(await activate(token)).toMatchObject({ uid, user: { username: sub, realm_name: 'web' } })
  })

  it.each([
    ['of 1,024 characters', 'p'.repeat(1_024)],
    ['of 1,024 letters that nothing makes shorter', hashes(16)],
    ['of 1,024 letters of three bytes each', ideographs(1_024)],
    ['of 512 letters of two units each', '\u{1f600}'.repeat(512)],
    ['with a quote', `o'neill "x" \\ ; DROP TABLE profiles; --`],
    ['with lines', 'a\nb\r\nc'],
    ['with a wildcard', 'jack*'],
    ['in the other direction', '\u202ekcaj'],
    ['in decomposed letters', 'Juan Pe\u0301rez'],
    ['__proto__', '__proto__'],
  ])('with a principal %s', async (_, sub) => {
    const token = await issuer.issue({ sub })
    await expectAccepted(token, sub)
    const { uid, user } = await activate(token)
    expect(uid).toBe(`u_${hash('sha256', sub, 'base64url')}_0`)
    expect(user).toEqual({ username: sub, roles: [], realm_name: 'web' })
    const read = await rest(app.fetch, 'GET', `/_security/profile/${uid}`, elastic)
    expect(read.body).toMatchObject({ profiles: [{ uid, user: { username: sub } }] })
  })
})

describe('the user of a token', () => {
  const claims = {
    sub: 'jill',
    nbf: now - 20,
    name: 'Jill Ünal',
    email: 'jill@example.com',
    hd: 'example.com',
    level: 7,
    admin: false,
    groups: ['staff', 'ops'],
    mixed: ['a', 1, true],
    empty: [],
    address: { city: 'Ankara' },
    nothing: null,
    nested: [['a']],
    listed: [{ a: 1 }],
  }

  it('is what _authenticate shows of the caller', async () => {
    expect(await authenticated(await issuer.issue(claims))).toEqual({
      username: 'jill',
      roles: [],
      full_name: 'Jill Ünal',
      email: 'jill@example.com',
      metadata: {
        jwt_token_type: 'id_token',
        jwt_claim_iss: 'https://web.example/',
        jwt_claim_sub: 'jill',
        jwt_claim_aud: ['gateway'],
        jwt_claim_name: 'Jill Ünal',
        jwt_claim_email: 'jill@example.com',
        jwt_claim_hd: 'example.com',
        jwt_claim_level: 7,
        jwt_claim_admin: false,
        jwt_claim_groups: ['staff', 'ops'],
        jwt_claim_mixed: ['a', 1, true],
        jwt_claim_empty: [],
      },
      enabled: true,
      authentication_realm: { name: 'web', type: 'jwt' },
      lookup_realm: { name: 'web', type: 'jwt' },
      authentication_type: 'realm',
    })
  })

  it('has what stands in for a claim that is absent, in whichever place the claim is named', async () => {
    const token = await issuer.as('any').issue({ sub: undefined, client: 'job' })
    expect((await activate(token)).user).toMatchObject({ username: 'job', full_name: 'job' })
    const own = await issuer.as('any').issue({ client: 'job' })
    expect((await activate(own)).user).toMatchObject({ username: 'job', full_name: 'jacknich' })
  })

  it('is the viewer at GraphQL', async () => {
    const query =
      '{ viewer { username roles fullName email metadata authenticationRealm { name type domain } } }'
    const { body } = await send(app, '/graphql', `Bearer ${await issuer.issue(claims)}`, { query })
    expect(body).toMatchObject({
      data: {
        viewer: {
          username: 'jill',
          roles: [],
          fullName: 'Jill Ünal',
          email: 'jill@example.com',
          metadata: { jwt_token_type: 'id_token', jwt_claim_level: 7 },
          authenticationRealm: { name: 'web', type: 'jwt', domain: null },
        },
      },
    })
  })

  it('has no claims as metadata where none are wanted', async () => {
    const token = await issuer.as('quiet').issue(claims)
    expect(await authenticated(token)).toMatchObject({ metadata: { jwt_token_type: 'id_token' } })
    expect(JSON.stringify(await authenticated(token))).not.toContain('jwt_claim')
  })

  it('says of an access token that it was one', async () => {
    const token = await issuer.as('api').issue({ scope: 'profiles' }, { typ: 'at+jwt' })
    expect(await authenticated(token)).toMatchObject({ metadata: { jwt_token_type: 'access_token' } })
  })

  it.each([
    [{}, { full_name: null, email: null }],
    [
      { name: null, email: null },
      { full_name: null, email: null },
    ],
    [
      { name: [], email: [] },
      { full_name: null, email: null },
    ],
    [{ name: ['Jill', 'Jack'] }, { full_name: 'Jill' }],
  ])('has names and address as far as the claims say: %j', async (given, expected) => {
    expect(await authenticated(await issuer.issue({ sub: 'jill', ...given }))).toMatchObject(expected)
  })

  it('has no right of its own, and is told so as anybody is', async () => {
    const token = await issuer.issue(claims)
    const grant = { grant_type: 'password', ...elastic }
    const said = await send(app, '/_security/profile/_activate', `Bearer ${token}`, grant)
    expect(said).toMatchObject({
      status: 403,
      body: {
        error: {
          reason: expect.stringContaining(
            'is unauthorized for user [jill] with effective roles []',
          ) as string,
        },
      },
    })
  })
})

describe('the profile of a token’s user', () => {
  it('is created, and the same at both doors', async () => {
    const claims = { sub: 'new-jill', name: 'Jill', email: 'jill@example.com' }
    const first = await activate(await issuer.issue(claims))
    expect(first).toEqual({
      uid: `u_${hash('sha256', 'new-jill', 'base64url')}_0`,
      enabled: true,
      last_synchronized: now * 1_000,
      user: {
        username: 'new-jill',
        roles: [],
        realm_name: 'web',
        email: 'jill@example.com',
        full_name: 'Jill',
      },
      labels: {},
      data: {},
      _doc: { _primary_term: 1, _seq_no: 0 },
    })
    const grant = { accessToken: { token: await issuer.issue(claims, { alg: 'ES256' }) } }
    const answer = await graphql(app.fetch, elastic, activateProfile, { grant })
    const { data } = answer.body as { data: { activateProfile: GraphqlProfile } }
    expect(profileBodyOf(data.activateProfile)).toEqual(first)
  })

  it('is refreshed and enabled again, labels and data untouched', async () => {
    const { uid } = await activate(await issuer.issue({ sub: 'old-jill', name: 'Jill' }))
    const stored = { labels: { app: { tag: 'x' } }, data: { app: { theme: 'dark' } } }
    await rest(app.fetch, 'PUT', `/_security/profile/${uid}/_data`, elastic, stored)
    await rest(app.fetch, 'PUT', `/_security/profile/${uid}/_disable`, elastic)
    const refreshed = await activate(await issuer.issue({ sub: 'old-jill', email: 'jill@example.com' }))
    expect(refreshed).toMatchObject({
      uid,
      enabled: true,
      user: { username: 'old-jill', roles: [], realm_name: 'web', email: 'jill@example.com' },
      labels: stored.labels,
      _doc: { _seq_no: 3 },
    })
    expect(refreshed.user).not.toHaveProperty('full_name')
    const read = await rest(app.fetch, 'GET', `/_security/profile/${uid}?data=*`, elastic)
    expect(read.body).toMatchObject({ profiles: [{ enabled: true, data: stored.data }] })
  })

  it('is one for each realm, and none is a native user’s', async () => {
    const uids = new Set<string>()
    for (const token of [
      await issuer.issue({ sub: 'jacknich' }),
      await issuer.as('rs').issue({ sub: 'jacknich' }),
      await issuer.as('quiet').issue({ sub: 'jacknich' }),
    ]) {
      uids.add((await activate(token)).uid)
      uids.add((await activate(token)).uid)
    }
    const answer = await rest(app.fetch, 'POST', '/_security/profile/_activate', elastic, {
      grant_type: 'password',
      username: 'jacknich',
      password: jacknichUser.password,
    })
    const { uid, user } = answer.body as ProfileBody
    expect(user.realm_name).toBe('native')
    expect(uids.size).toBe(3)
    expect(uids).not.toContain(uid)
  })

  it('is one for first activations that race', async () => {
    const tokens = await Promise.all(
      Array.from({ length: 10 }, (_, jti) => issuer.issue({ sub: 'racing-jill', jti: String(jti) })),
    )
    const profiles = await Promise.all(tokens.map(activate))
    expect(new Set(profiles.map(({ uid }) => uid)).size).toBe(1)
  })
})

describe('with authorization_realms', () => {
  it('the native user’s roles, names and address count, and not the token’s', async () => {
    const token = await issuer.as('staff').issue({ name: 'Somebody Else', email: 'else@example.com' })
    const { roles, full_name, email, metadata } = jacknichUser
    expect(await authenticated(token)).toMatchObject({
      username: 'jacknich',
      ...{ roles, full_name, email, metadata },
      authentication_realm: { name: 'staff', type: 'jwt' },
    })
    expect(JSON.stringify(await authenticated(token))).not.toContain('jwt_')
    expect((await activate(token)).user).toEqual({
      username: 'jacknich',
      roles: jacknichUser.roles,
      realm_name: 'staff',
      email: jacknichUser.email,
      full_name: jacknichUser.full_name,
    })
  })

  it('a caller has the rights of the native user', async () => {
    const token = await issuer.as('staff').issue({ sub: 'login-backend' })
    const grant = { grant_type: 'access_token', access_token: await issuer.issue({ sub: 'jill' }) }
    expect(await send(app, '/_security/profile/_activate', `Bearer ${token}`, grant)).toMatchObject({
      status: 200,
      body: { user: { username: 'jill' } },
    })
  })

  it('a change of roles counts at once', async () => {
    const put = (fields: object) =>
      rest(app.fetch, 'PUT', '/_security/user/mover', elastic, {
        password: 'm0ver-p@ss',
        roles: [],
        ...fields,
      })
    await put({ roles: ['one'] })
    const token = await issuer.as('staff').issue({ sub: 'mover' })
    expect((await activate(token)).user).toMatchObject({ roles: ['one'] })
    await put({ roles: ['two', 'three'] })
    expect((await activate(token)).user).toMatchObject({ roles: ['two', 'three'] })
    expect(await authenticated(token)).toMatchObject({ roles: ['two', 'three'] })
  })

  it('a user who is disabled or deleted is refused at once, and taken again at once', async () => {
    const put = (path = '', body?: object) =>
      rest(app.fetch, 'PUT', `/_security/user/leaver${path}`, elastic, body)
    const user = { password: 'le@ver-p@ss', roles: [] }
    await put('', user)
    const token = await issuer.as('staff').issue({ sub: 'leaver' })
    const principal = "'aud:gateway' 'iss:https://staff.example/' 'sub:leaver'"
    const expectRefused = async () => {
      for (const place of places) {
        expect(await place.show(app, token), place.name).toEqual(place.refusal(principal))
      }
    }
    await expectAccepted(token, 'leaver', 'staff')
    await put('/_disable')
    await expectRefused()
    await put('/_enable')
    await expectAccepted(token, 'leaver', 'staff')
    await rest(app.fetch, 'DELETE', '/_security/user/leaver', elastic)
    await expectRefused()
    await put('', user)
    await expectAccepted(token, 'leaver', 'staff')
  })

  it('what is written is the user as it was last, whatever happens meanwhile', async () => {
    const put = (role: string) =>
      rest(app.fetch, 'PUT', '/_security/user/busy', elastic, { password: `${role}-p@ss`, roles: [role] })
    await put('role-0')
    const token = await issuer.as('staff').issue({ sub: 'busy' })
    for (let round = 1; round <= 3; round++) {
      const [profile] = await Promise.all([activate(token), put(`role-${round}`)])
      expect([`role-${round - 1}`, `role-${round}`]).toContain((profile.user.roles as string[])[0])
      expect((await activate(token)).user.roles).toEqual([`role-${round}`])
    }
  })
})

it('leaves no token and no secret in an answer or in the log', () => {
  for (const secret of Object.values(secrets)) app.conceal(secret)
  app.expectSilence()
})

function nested(levels: number): unknown {
  let value: unknown = 1
  for (let level = 0; level < levels; level++) value = [value]
  return value
}

function scripted() {
  return {
    constructor: 'x',
    hasOwnProperty: null,
    toString: 'x',
    valueOf: 1,
    toJSON: 'x',
    prototype: {},
    then: 'x',
  }
}

function hashes(count: number): string {
  return Array.from({ length: count }, (_, index) => hash('sha256', String(index), 'hex')).join('')
}

/** Letters of three bytes in an order that nothing makes shorter. */
function ideographs(count: number): string {
  return Array.from({ length: count }, (_, index) =>
    String.fromCharCode(0x4e00 + ((index * 7_919) % 20_000)),
  ).join('')
}
