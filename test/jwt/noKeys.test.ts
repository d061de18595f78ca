import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createIssuer, syntheticPrincipal } from '../support/jwt.ts'
import { createJwtApp } from '../support/jwtApp.ts'
import { places } from '../support/jwtPlaces.ts'
import { jacknich, loginBackend, provision } from '../support/people.ts'
import { rest } from '../support/testApp.ts'

const issuer = createIssuer()

const terms = `
    allowed_audiences: [gateway]
    claims.principal: sub
    client_authentication.type: none`

const app = await createJwtApp({
  settings: `
xpack.security.authc.realms.jwt:
  keyless:
    order: 1
    allowed_issuer: https://web.example/${terms}
    pkc_jwkset_path: FOLDER/missing.json
    pkc_jwkset_reload.file_interval: 1s
  sound:
    order: -1
    allowed_issuer: https://sound.example/${terms}
    pkc_jwkset_path: FOLDER/jwks.json
  either:
    order: 3
    allowed_issuer: https://web.example/
    allowed_subjects: [jill]${terms}
    pkc_jwkset_path: FOLDER/jwks.json
  keyless-too:
    order: 4
    allowed_issuer: https://too.example/
    allowed_signature_algorithms: [RS256, HS256]
    hmac_key: \${HMAC_KEY}${terms}
    pkc_jwkset_path: FOLDER/broken.json
    pkc_jwkset_reload.file_interval: 1s
`,
  environment: { HMAC_KEY: issuer.secret },
  files: { 'jwks.json': JSON.stringify(issuer.jwks), 'broken.json': '{"keys":[{"kty":"RSA","n":"s3cret-n' },
})
beforeAll(() => provision(app.fetch))
afterAll(app.close)

async function expectAccepted(token: string, username: string, realm: string): Promise<void> {
  const users = places.map(async (place) => place.userIn(await place.show(app, token)))
  expect(await Promise.all(users)).toEqual(places.map(() => ({ username, realm })))
}

describe('a realm that has no keys yet', () => {
  it('lets the gateway start, which says that it is degraded, and by which realm', async () => {
    const response = await app.fetch('/health/ready')
    expect(response.status).toBe(200)
    const { status, reason } = (await response.json()) as { status: string; reason: string }
    expect(status).toBe('degraded')
    expect(reason).toContain('the realm [keyless] cannot verify tokens')
    expect(reason).toContain('the realm [keyless-too] cannot verify tokens')
    expect(reason).not.toMatch(/\[sound\]|\[either\]|s3cret/)
    expect((await app.fetch('/health/live')).status).toBe(200)
  })

  it('answers 503 to a token whose claims are those that it takes', async () => {
    for (const shown of [issuer.craft(), createIssuer().craft(), issuer.craft({ header: { kid: 'x' } })]) {
      const said = await Promise.all(places.map((place) => place.show(app, shown)))
      expect(said).toEqual(places.map(({ unavailable }) => unavailable))
    }
  })

  it.each([
    ['issuer', { iss: 'https://nobody.example/' }],
    ['audience', { aud: 'other' }],
    ['time', { exp: 1 }],
  ])('answers 401 to a token whose %s is not', async (_, claims) => {
    const token = issuer.craft({ claims })
    const said = await Promise.all(places.map((place) => place.show(app, token)))
    expect(said).toEqual(places.map((place) => place.refusal(syntheticPrincipal(token))))
  })

  it('answers 401 to a token whose algorithm it does not allow', async () => {
    const token = issuer.craft({ algorithm: 'ES256' })
    const said = await Promise.all(places.map((place) => place.show(app, token)))
    expect(said).toEqual(places.map((place) => place.refusal(syntheticPrincipal(token))))
  })

  it('answers 401 to what is no token of any realm', async () => {
    const said = await Promise.all(places.map((place) => place.show(app, 'opaque')))
    expect(said).toEqual(places.map((place) => place.refusal('_bearer_token')))
  })

  it('is in the way of no password, and of no other realm', async () => {
    const grant = { grant_type: 'password', ...jacknich }
    const answer = await rest(app.fetch, 'POST', '/_security/profile/_activate', loginBackend, grant)
    expect(answer.status).toBe(200)
    const wrong = { ...grant, password: 'wrong-p@ssw0rd' }
    const refused = await rest(app.fetch, 'POST', '/_security/profile/_activate', loginBackend, wrong)
    expect(refused.status).toBe(401)
    await expectAccepted(await issuer.as('sound').issue(), 'jacknich', 'sound')
    await expectAccepted(await issuer.issue({ sub: 'jill' }), 'jill', 'either')
  })

  it('verifies what its other keys are for', async () => {
    await expectAccepted(await issuer.as('too').issue({}, { alg: 'HS256' }), 'jacknich', 'keyless-too')
  })

  it('works as soon as the keys appear, and the gateway is ready', async () => {
    await app.write('missing.json', JSON.stringify(issuer.jwks))
    await app.write('broken.json', JSON.stringify(issuer.jwks))
    await vi.waitFor(
      async () => {
        expect(await (await app.fetch('/health/ready')).json()).toEqual({ status: 'ready' })
      },
      { timeout: 10_000, interval: 50 },
    )
    await expectAccepted(await issuer.issue(), 'jacknich', 'keyless')
    await expectAccepted(await issuer.as('too').issue(), 'jacknich', 'keyless-too')
    const token = createIssuer().craft()
    const said = await Promise.all(places.map((place) => place.show(app, token)))
    expect(said).toEqual(places.map((place) => place.refusal(syntheticPrincipal(token))))
  })

  it.each(['{"keys":[]}', '{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]}'])(
    'has none again once its file has none that can be used: %s',
    async (text) => {
      const token = await issuer.issue({ jti: text })
      await expectAccepted(token, 'jacknich', 'keyless')
      await app.write('missing.json', text)
      await app.advance(10_000)
      await places[0]?.show(app, issuer.craft({ header: { kid: 'x' } }))
      const said = await Promise.all(places.map((place) => place.show(app, token)))
      expect(said).toEqual(places.map(({ unavailable }) => unavailable))
      expect(await (await app.fetch('/health/ready')).json()).toMatchObject({ status: 'degraded' })
      await app.write('missing.json', JSON.stringify(issuer.jwks))
      await vi.waitFor(() => expectAccepted(token, 'jacknich', 'keyless'), { timeout: 10_000, interval: 50 })
    },
  )

  it('has said so in the log, and nothing of what its file held', () => {
    app.conceal('s3cret-n')
    app.expectSilence()
    expect(app.logs()).toContain('its keys cannot be read')
    expect(app.logs()).toContain('its keys can be read now')
  })
})
