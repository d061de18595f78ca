import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createIssuer, now } from '../support/jwt.ts'
import { createJwtApp } from '../support/jwtApp.ts'
import { jacknich, loginBackend, nobody, provision } from '../support/people.ts'
import { elastic, rest, type Answered, type Credentials } from '../support/testApp.ts'
import { ask, expectRefused } from './ask.ts'

const issuer = createIssuer()
const terms = `
    allowed_audiences: [gateway, gateway-2]
    pkc_jwkset_path: FOLDER/jwks.json`
const clientSecret = 'th3-secret-of-the-client'

const app = await createJwtApp({
  settings: `
xpack.security.authc.realms.jwt:
  web:
    order: 1
    allowed_issuer: https://web.example/${terms}
    required_claims.tier: [gold, silver]
    claims.principal: email
    client_authentication.type: none
  guarded:
    order: 2
    allowed_issuer: https://guarded.example/${terms}
    claims.principal: sub
    client_authentication.shared_secret: \${CLIENT_SECRET}
  staff:
    order: 3
    allowed_issuer: https://staff.example/${terms}
    claims.principal: sub
    authorization_realms: [native]
    client_authentication.type: none
  keyless:
    order: 4
    allowed_issuer: https://keyless.example/
    allowed_audiences: [gateway]
    pkc_jwkset_path: FOLDER/missing.json
    claims.principal: sub
    client_authentication.type: none
`,
  environment: { CLIENT_SECRET: clientSecret },
  files: { 'jwks.json': JSON.stringify(issuer.jwks) },
})
beforeAll(() => provision(app.fetch))
afterAll(app.close)

const explainGrant = `mutation ($grant: AccessTokenGrantInput!) {
  explainGrant(grant: $grant) {
    ... on GrantExplanation {
      outcome
      reason
      realms { realm { name type } outcome reason subject { username realm { name type } } }
    }
  }
}`

interface Explanation {
  outcome: string
  reason: string | null
  realms: {
    realm: { name: string; type: string }
    outcome: string
    reason: string | null
    subject: { username: string; realm: object } | null
  }[]
}

/** Whatever comes of it, neither the answer nor the log repeats what makes the token worth something. */
async function explain(token: string, secret?: string, caller: Credentials = elastic) {
  const clientAuthentication = secret === undefined ? null : { value: secret }
  const answer = await ask(app.fetch, explainGrant, { grant: { token, clientAuthentication } }, caller)
  const signature = token.split('.').at(-1) ?? ''
  if (signature.length > 10)
    for (const place of [answer.text, app.logs()]) expect(place).not.toContain(signature)
  return answer
}

async function explanationOf(token: string, secret?: string): Promise<Explanation> {
  const { data, text } = await explain(token, secret)
  expect(data, text).not.toBeNull()
  return data?.explainGrant as Explanation
}

/** What a realm says of a token. */
async function saying(realm: string, token: string, secret?: string) {
  const { realms } = await explanationOf(token, secret)
  return realms.find(({ realm: { name } }) => name === realm)
}

const claims = { email: 'jack@example.com', tier: 'gold', exp: now + 100_000 }
const sound = (more: Record<string, unknown> = {}, header: Record<string, unknown> = {}) =>
  issuer.craft({ claims: { ...claims, ...more }, header })
const ms = now * 1_000

describe('explainGrant tells of a JWT', () => {
  it('whom it proves, and what the realms say whose it is not, in their order', async () => {
    const { realms, ...whole } = await explanationOf(sound())
    expect(whole).toEqual({ outcome: 'PROVEN', reason: null })
    expect(realms.map(({ realm, outcome }) => [realm.type, realm.name, outcome])).toEqual([
      ['_token', '_token', 'NOT_THEIRS'],
      ['reserved', 'reserved', 'NOT_THEIRS'],
      ['native', 'native', 'NOT_THEIRS'],
      ['jwt', 'web', 'PROVEN'],
      ['jwt', 'guarded', 'NOT_ASKED'],
      ['jwt', 'staff', 'NOT_ASKED'],
      ['jwt', 'keyless', 'NOT_ASKED'],
    ])
    expect(realms.map(({ subject }) => subject).filter(Boolean)).toEqual([
      { username: 'jack@example.com', realm: { name: 'web', type: 'jwt' } },
    ])
    expect(realms[3]?.reason).toBeNull()
  })

  // In the order of the checks. Source: spec 5.3.
  it.each<[defect: string, realm: string, token: string, reason: string, secret?: string]>([
    ['no client’s secret', 'guarded', issuer.as('guarded').craft(), 'Rejected client. Authentication type is [SHARED_SECRET] and secret is missing.'], // prettier-ignore
    ['another client’s secret', 'guarded', issuer.as('guarded').craft(), 'Rejected client. Authentication type is [SHARED_SECRET] and secret did not match.', 'an0ther-secret'], // prettier-ignore
    ['another typ', 'web', sound({}, { typ: 'at+jwt' }), 'invalid jwt typ header'],
    ['no iss', 'web', sound({ iss: undefined }), 'missing required string claim [iss]'],
    ['another iss', 'web', sound({ iss: 'https://a.example/' }), 'string claim [iss] has value [https://a.example/] which does not match allowed claim values [https://web.example/]'], // prettier-ignore
    ['a sub that is no text', 'web', sound({ sub: 1 }), 'missing required string claim [sub]'],
    ['no aud', 'web', sound({ aud: undefined }), 'missing required string claim [aud]'],
    ['other auds', 'web', sound({ aud: ['x', 'y'] }), 'string claim [aud] has value [x,y] which does not match allowed claim values [gateway,gateway-2]'], // prettier-ignore
    ['another algorithm', 'web', issuer.craft({ claims, algorithm: 'HS256' }), 'algorithm [HS256] is not one of [RS256]'], // prettier-ignore
    ['no iat', 'web', sound({ iat: undefined }), 'missing required date claim [iat]'],
    ['an iat to come', 'web', sound({ iat: now + 60 }), `date claim [iat] value [${ms + 60_000}] must be before now [${ms}]`], // prettier-ignore
    ['no exp', 'web', sound({ exp: undefined }), 'missing required date claim [exp]'],
    ['an exp that is no time', 'web', sound({ exp: 'soon' }), 'cannot parse date claim [exp]'],
    ['an exp that is over', 'web', sound({ exp: now - 60 }), `date claim [exp] value [${ms - 60_000}] must be after now [${ms}]`], // prettier-ignore
    ['an nbf to come', 'web', sound({ nbf: now + 60 }), `date claim [nbf] value [${ms + 60_000}] must be before now [${ms}]`], // prettier-ignore
    ['an auth_time to come', 'web', sound({ auth_time: now + 60 }), `date claim [auth_time] value [${ms + 60_000}] must be before now [${ms}]`], // prettier-ignore
    ['another required claim', 'web', sound({ tier: 'tin' }), 'string claim [tier] has value [tin] which does not match allowed claim values [gold,silver]'], // prettier-ignore
    ['another key', 'web', issuer.craft({ claims, key: issuer.keys.otherRsa.privateKey }), 'JWT signature verification failed.'], // prettier-ignore
    ['no principal', 'web', sound({ email: undefined }), 'Realm [web] no principal'],
    ['a principal who is no user', 'staff', issuer.as('staff').craft({ claims: { sub: 'jill' } }), 'the principal [jill] was authenticated, but no enabled user has that name'], // prettier-ignore
  ])('that it is refused, and why: %s', async (_, realm, token, reason, secret) => {
    expect(await saying(realm, token, secret)).toMatchObject({ outcome: 'REFUSED', reason, subject: null })
    expect(await explanationOf(token, secret)).toMatchObject({ outcome: 'REFUSED', reason: null })
  })

  it('that a realm cannot judge it, and what is the matter', async () => {
    const token = issuer.as('keyless').craft()
    expect(await explanationOf(token)).toMatchObject({ outcome: 'UNAVAILABLE' })
    expect(await saying('keyless', token)).toMatchObject({
      outcome: 'UNAVAILABLE',
      reason: expect.stringMatching(
        /^the realm \[keyless\] cannot verify tokens: its keys cannot be read: /,
      ) as string,
    })
  })

  it('that its client may not be so, whatever the realms say', async () => {
    expect(await explanationOf(sound(), '')).toMatchObject({
      outcome: 'REFUSED',
      reason: 'Client shared secret must be non-empty',
    })
  })

  it('that a secret which comes along proves its client', async () => {
    const token = issuer.as('guarded').craft()
    expect(await saying('guarded', token, clientSecret)).toMatchObject({ outcome: 'PROVEN' })
  })
})

describe('explainGrant tells of a token of ours', () => {
  async function issued() {
    const user = { username: `user${Math.random()}`, password: 'p@ssw0rd' }
    await rest(app.fetch, 'PUT', `/_security/user/${user.username}`, elastic, {
      password: user.password,
      roles: [],
    })
    const grant = { grant_type: 'password', ...user }
    const asked = rest(app.fetch, 'POST', '/_security/oauth2/token', elastic, grant)
    const answer = (await asked) as Answered<{ access_token: string }>
    return { ...user, token: answer.body.access_token }
  }

  it('whom it proves, as a user of which realm', async () => {
    const { token, username } = await issued()
    const { outcome, realms } = await explanationOf(token)
    expect(outcome).toBe('PROVEN')
    const realm = { name: 'native', type: 'native' }
    expect(realms[0]).toMatchObject({ outcome: 'PROVEN', reason: null, subject: { username, realm } })
    expect(new Set(realms.slice(1).map((one) => one.outcome))).toEqual(new Set(['NOT_ASKED']))
  })

  it.each<[string, (token: string, user: string) => Promise<unknown>, RegExp]>([
    [
      'it was invalidated',
      (token) => rest(app.fetch, 'DELETE', '/_security/oauth2/token', elastic, { token }),
      /^the token was invalidated$/,
    ],
    [
      'its user is disabled',
      (_, user) => rest(app.fetch, 'PUT', `/_security/user/${user}/_disable`, elastic),
      /^its user \[user[^\]]+\] was deleted, disabled or given another password since it was issued$/,
    ],
    [
      'its user is gone',
      (_, user) => rest(app.fetch, 'DELETE', `/_security/user/${user}`, elastic),
      /^its user \[user[^\]]+\] was deleted, disabled or given another password since it was issued$/,
    ],
    ['it is over', () => app.advance(1_200_000), /^the token expired at \[\d+\], now is \[\d+\]$/],
  ])('that it is refused, and why: %s', async (_, act, reason) => {
    const { token, username } = await issued()
    await act(token, username)
    const { outcome, realms } = await explanationOf(token)
    expect(outcome).toBe('REFUSED')
    expect(realms[0]).toMatchObject({ outcome: 'REFUSED', subject: null })
    expect(realms[0]?.reason).toMatch(reason)
    // Whoever has sent it is told what it always was.
    const grant = { grant_type: 'access_token', access_token: token }
    const activated = await rest(app.fetch, 'POST', '/_security/profile/_activate', elastic, grant)
    expect(activated).toMatchObject({ status: 401, body: { error: { reason: 'token expired' } } })
    expect(JSON.stringify(activated.body)).not.toMatch(reason.source.slice(1, 12))
  })

  it('that it takes no proof of its client', async () => {
    const { token } = await issued()
    expect(await explanationOf(token, 'a secret')).toMatchObject({
      outcome: 'REFUSED',
      reason: '[client_authentication] not supported with the supplied access_token type',
    })
  })

  it.each(['A'.repeat(43), 'no token', 'a.b.c', 'x'.repeat(20_000)])(
    'or of anything else that it is nobody’s: %.10s',
    async (token) => {
      const { outcome, reason, realms } = await explanationOf(token)
      expect([outcome, reason]).toEqual(['NOT_THEIRS', null])
      expect(new Set(realms.map((one) => `${one.outcome} ${one.reason}`))).toEqual(
        new Set(['NOT_THEIRS null']),
      )
    },
  )
})

describe('explainGrant', () => {
  it('is for those alone who manage security', async () => {
    await rest(app.fetch, 'PUT', '/_security/role/security', elastic, { cluster: ['manage_security'] })
    const officer = { username: 'officer', password: 'p@ssw0rd' }
    await rest(app.fetch, 'PUT', '/_security/user/officer', elastic, {
      password: officer.password,
      roles: ['security'],
    })
    expect((await explain(sound(), undefined, officer)).data).toMatchObject({
      explainGrant: { outcome: 'PROVEN' },
    })
    for (const caller of [loginBackend, nobody, jacknich]) {
      const answer = await explain(sound(), undefined, caller)
      expectRefused(answer, 403, 'FORBIDDEN')
      expect(answer.errors?.[0]?.message).toContain(
        'action [cluster:admin/xpack/security/grant/explain] is unauthorized for user',
      )
      expect(answer.errors?.[0]?.message).toContain('granted by the cluster privileges [manage_security,all]')
    }
  })

  it('answers 60 times a minute to each caller, then 429 and when to come again', async () => {
    await app.advance(60_000)
    const answers = await Promise.all(Array.from({ length: 61 }, () => explain('x')))
    const refusals = answers.filter(({ status }) => status !== 200)
    expect(refusals).toHaveLength(1)
    for (const answer of refusals) {
      expectRefused(answer, 429, 'TOO_MANY_ATTEMPTS')
      const [error] = answer.errors as unknown as [{ extensions: { retryAfterSeconds: number } }]
      const { retryAfterSeconds } = error.extensions
      expect(retryAfterSeconds).toBe(1)
      expect(answer.headers.get('retry-after')).toBe(`${retryAfterSeconds}`)
    }
    expectRefused(await explain('x', undefined, nobody), 403, 'FORBIDDEN')
    await app.advance(1_000)
    expect((await explain('x')).status).toBe(200)
    expectRefused(await explain('x'), 429, 'TOO_MANY_ATTEMPTS')
    await app.advance(60_000)
  })

  it('takes no password, and no empty token', async () => {
    const grant = { username: 'jacknich', password: jacknich.password }
    for (const wrong of [grant, { password: grant }, { accessToken: { token: 'x' } }]) {
      expectRefused(await ask(app.fetch, explainGrant, { grant: wrong }), 400, 'INVALID_INPUT')
    }
    expectRefused(await explain(''), 400, 'INVALID_INPUT')
  })

  it('is no query, which a URL could hold', async () => {
    const query = 'query ($grant: AccessTokenGrantInput!) { explainGrant(grant: $grant) { __typename } }'
    expectRefused(await ask(app.fetch, query, { grant: { token: 'x' } }), 400, 'GRAPHQL_VALIDATION_FAILED')
  })

  it('leaves one line in the audit log for each use, which says who has come to what', async () => {
    const lines = () => app.audit().filter(({ event }) => event.action === 'grant-explain')
    const before = lines().length
    await explain(sound())
    await explain(sound({ aud: 'other' }))
    await explain(sound(), undefined, nobody)
    const by = (name: string, outcome: string, told: object) => ({
      ...{ event: { outcome }, user: { name }, profile_gateway: told },
    })
    expect(lines().slice(before)).toMatchObject([
      by('elastic', 'success', { explained: 'PROVEN', realm: { name: 'reserved' } }),
      by('elastic', 'success', { explained: 'REFUSED', realm: { name: 'reserved' } }),
      by('nobody', 'failure', {}),
    ])
  })

  it('is the only one to say why: nobody who sends a token learns it', async () => {
    const token = sound({ aud: 'other' })
    const reason = 'which does not match allowed claim values'
    const bearer = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const activate = 'mutation ($grant: GrantInput!) { activateProfile(grant: $grant) { ... on GrantRejected { message reason principal } } }' // prettier-ignore
    const answers = [
      await rest(app.fetch, 'POST', '/_security/profile/_activate', elastic, { grant_type: 'access_token', access_token: token }), // prettier-ignore
      await ask(app.fetch, activate, { grant: { accessToken: { token } } }),
      await (await app.fetch('/_security/_authenticate', { headers: bearer })).json(),
      await (
        await app.fetch('/graphql', { method: 'POST', headers: bearer, body: '{"query":"{__typename}"}' })
      ).json(),
    ]
    for (const answer of answers) expect(JSON.stringify(answer)).not.toContain(reason)
    expect(JSON.stringify(await explain(token))).toContain(reason)
  })

  it('has shown no client’s secret, in no answer and no line of the log', () => {
    app.expectSilence()
  })
})
