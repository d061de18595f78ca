import { setImmediate } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createIssuer, syntheticPrincipal } from '../support/jwt.ts'
import { createJwtApp } from '../support/jwtApp.ts'
import { places, send } from '../support/jwtPlaces.ts'
import { provision } from '../support/people.ts'
import { activateProfile } from '../support/profileBody.ts'
import { basic, elastic } from '../support/testApp.ts'

// Files of secrets are looked at every few seconds.
vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
const everyFewSeconds = 5_000
/** What Node calls the reading and the closing of files that it has not ended yet. */
const ofFiles = new Set(['FSReqPromise', 'CloseReq'])

const issuer = createIssuer()
const first = 'first-s3cret-of-the-client'
const second = 'sec0nd-secret-of-the-client'
const third = 'th1rd-secret-of-the-client'
const other = '0ther-realms-secret'

const terms = `
    allowed_audiences: [gateway]
    pkc_jwkset_path: FOLDER/jwks.json
    claims.principal: sub`

const app = await createJwtApp({
  settings: `
xpack.security.authc.realms.jwt:
  rotated:
    order: 1
    allowed_issuer: https://rotated.example/${terms}
    client_authentication:
      type: Shared_Secret
      shared_secret: \${file:FOLDER/secret.txt}
      rotation_grace_period: 30s
  impatient:
    order: 2
    allowed_issuer: https://impatient.example/${terms}
    client_authentication:
      shared_secret: \${file:FOLDER/impatient.txt}
      rotation_grace_period: 0s
  public:
    order: 3
    allowed_issuer: https://public.example/${terms}
    client_authentication.type: none
  one:
    order: 4
    allowed_issuer: https://web.example/${terms}
    client_authentication.shared_secret: \${ONE}
  two:
    order: 5
    allowed_issuer: https://web.example/${terms}
    client_authentication.shared_secret: \${TWO}
`,
  environment: { ONE: 'one-s3cret', TWO: other },
  files: { 'jwks.json': JSON.stringify(issuer.jwks), 'secret.txt': `${first}\n`, 'impatient.txt': first },
})
beforeAll(() => provision(app.fetch))
afterAll(async () => {
  await app.close()
  vi.useRealTimers()
})
for (const secret of [first, second, third]) app.conceal(secret)

const token = await issuer.as('rotated').issue()

async function expectAccepted(shown: string, secret: string | undefined, realm: string): Promise<void> {
  const users = places.map(async (place) => place.userIn(await place.show(app, shown, secret)))
  expect(await Promise.all(users)).toEqual(places.map(() => ({ username: 'jacknich', realm })))
}

async function expectRefused(shown: string, secret?: string): Promise<void> {
  const said = places.map((place) => place.show(app, shown, secret))
  const refusals = places.map((place) => place.refusal(syntheticPrincipal(shown)))
  expect(await Promise.all(said)).toEqual(refusals)
}

describe('a realm that shares a secret with its clients', () => {
  it('takes a token with the secret, at every place', async () => {
    await expectAccepted(token, first, 'rotated')
  })

  it.each([
    'wrong-s3cret',
    first.toUpperCase(),
    first.slice(1),
    `${first}x`,
    first.repeat(2),
    `${first},${first}`,
    `"${first}"`,
    'x'.repeat(10_000),
    'null',
    'SharedSecret',
    '*',
  ])('refuses it with another one, remembered or not: %s', async (secret) => {
    await expectRefused(token, secret)
    await expectRefused(await issuer.as('rotated').issue({ jti: String(secret.length) }), secret)
  })

  it('refuses it without one, remembered or not', async () => {
    await expectRefused(token)
    await expectRefused(await issuer.as('rotated').issue({ jti: 'none' }))
  })

  it('refuses it with a secret outside ASCII, where there is room for one', async () => {
    for (const place of places.filter(({ isCaller }) => !isCaller)) {
      const said = await place.show(app, token, `${first}\u{1f511}`)
      expect(said).toEqual(place.refusal(syntheticPrincipal(token)))
    }
  })

  it('refuses what is not signed by the issuer, with or without the secret', async () => {
    const foreign = createIssuer().as('rotated').craft()
    await expectRefused(foreign, first)
    await expectRefused(foreign)
  })

  it('takes the secret of no other realm', async () => {
    await expectRefused(token, other)
  })
})

describe('a grant', () => {
  const atRest = (access_token: string, client_authentication: object) =>
    send(app, '/_security/profile/_activate', basic(elastic), {
      grant_type: 'access_token',
      access_token,
      client_authentication,
    })
  const atGraphql = (grant: object) =>
    send(app, '/graphql', basic(elastic), { query: activateProfile, variables: { grant } })

  it.each([
    ['an opaque token', 'opaque-token'],
    ['what only looks like a JWT', 'a.b.c'],
    ['an unsecured JWT', issuer.as('public').craft({ header: { alg: 'none' } })],
  ])('of %s takes no client authentication, an empty one included', async (_, opaque) => {
    const message = '[client_authentication] not supported with the supplied access_token type'
    for (const value of [first, '']) {
      expect(await atRest(opaque, { scheme: 'SharedSecret', value })).toEqual({
        status: 400,
        challenges: null,
        body: error('security_exception', message),
      })
      expect(await atGraphql({ accessToken: { token: opaque, clientAuthentication: { value } } })).toEqual(
        rejected('CLIENT_AUTHENTICATION_NOT_SUPPORTED', message, '_bearer_token'),
      )
    }
  })

  it.each(['rotated', 'public', 'web'])('of a JWT takes no empty secret, at the realm %s', async (realm) => {
    const message = 'Client shared secret must be non-empty'
    const shown = await issuer.as(realm).issue()
    expect(await atRest(shown, { scheme: 'SharedSecret', value: '' })).toEqual({
      status: 400,
      challenges: null,
      body: error('illegal_argument_exception', message),
    })
    const grant = { accessToken: { token: shown, clientAuthentication: { value: '' } } }
    expect(await atGraphql(grant)).toEqual(
      rejected('CLIENT_SECRET_EMPTY', message, syntheticPrincipal(shown)),
    )
  })

  it('takes the scheme with spaces around it, and in no other case', async () => {
    const value = first
    expect(await atRest(token, { scheme: ' SharedSecret\n', value })).toMatchObject({ status: 200 })
    for (const scheme of ['sharedsecret', 'SHARED_SECRET', 'Basic', 'Bearer', '']) {
      const message = '[client_authentication.scheme] must be set to [SharedSecret]'
      expect(await atRest(token, { scheme, value })).toMatchObject({
        status: 400,
        body: error('action_request_validation_exception', `Validation Failed: 1: ${message};`),
      })
    }
  })

  it('takes the scheme as GraphQL names it, and no other', async () => {
    const grant = (scheme: string) => ({
      accessToken: { token, clientAuthentication: { scheme, value: first } },
    })
    expect(await atGraphql(grant('SHARED_SECRET'))).toMatchObject({
      body: { data: { activateProfile: { __typename: 'Profile' } } },
    })
    expect(await atGraphql(grant('SharedSecret'))).toMatchObject({
      status: 400,
      body: { errors: [{ extensions: { code: 'INVALID_INPUT' } }] },
    })
  })

  it('of a password takes no client authentication', async () => {
    const grant = { grant_type: 'password', ...elastic }
    const client_authentication = { scheme: 'SharedSecret', value: first }
    const said = await send(app, '/_security/profile/_activate', basic(elastic), {
      ...grant,
      client_authentication,
    })
    const message = '[client_authentication] is not supported for grant_type [password]'
    expect(said).toMatchObject({
      status: 400,
      body: { error: { reason: `Validation Failed: 1: ${message};` } },
    })
  })

  it('is not proven by the header, which is the caller’s', async () => {
    const grant = { grant_type: 'access_token', access_token: token }
    const said = await send(app, '/_security/profile/_activate', basic(elastic), grant, first)
    expect(said).toEqual(places[0]?.refusal(syntheticPrincipal(token)))
  })
})

describe('a caller', () => {
  const askers = [
    { path: '/_security/_authenticate', body: undefined },
    { path: '/graphql', body: { query: '{ viewer { username } }' } },
  ]

  it.each([
    `SharedSecret ${first}`,
    `sharedsecret ${first}`,
    `SHAREDSECRET ${first}`,
    `SharedSecret    ${first}  `,
  ])('is known by the secret, its scheme in any case: %s', async (header) => {
    for (const { path, body } of askers) {
      const said = await send(app, path, `Bearer ${token}`, body, undefined, header)
      expect(said.status).toBe(200)
    }
  })

  it.each([
    '',
    ' ',
    'SharedSecret',
    'SharedSecret ',
    first,
    `Basic ${first}`,
    `Bearer ${first}`,
    `SharedSecretX ${first}`,
    `SharedSecret:${first}`,
    `SharedSecret=${first}`,
    `SharedSecret\t${first}`,
    `x SharedSecret ${first}`,
    `SharedSecret ${first}, SharedSecret ${first}`,
    `SharedSecret SharedSecret ${first}`,
    `SharedSecret ${Buffer.from(first).toString('base64')}`,
  ])('is unknown with the header %j', async (header) => {
    for (const [index, { path, body }] of askers.entries()) {
      const said = await send(app, path, `Bearer ${token}`, body, undefined, header)
      expect(said).toEqual(places[index + 2]?.refusal(syntheticPrincipal(token)))
    }
  })

  it('known by a password, is not asked for a secret', async () => {
    const said = await send(app, '/_security/_authenticate', basic(elastic), undefined, 'whatever')
    expect(said.status).toBe(200)
  })

  it('without a JWT is not known by a secret', async () => {
    const said = await send(app, '/_security/_authenticate', 'Bearer opaque', undefined, first)
    expect(said).toEqual(places[2]?.refusal('_bearer_token'))
  })
})

describe('a realm that asks for no secret', () => {
  it.each([undefined, first, 'whatever'])('takes a token, whatever comes with it: %s', async (secret) => {
    await expectAccepted(await issuer.as('public').issue(), secret, 'public')
  })
})

describe('two realms that a secret tells apart', () => {
  it('take a token each with its own secret, and remember it each for itself', async () => {
    const shared = await issuer.issue()
    for (const secret of ['one-s3cret', other, 'one-s3cret', other])
      await expectAccepted(shared, secret, secret === other ? 'two' : 'one')
    await expectRefused(shared, first)
    await expectRefused(shared)
  })
})

describe('a secret in a file', () => {
  /** Lets the gateway look at its files. */
  async function look(): Promise<void> {
    vi.advanceTimersByTime(everyFewSeconds)
    // Files are read in the background.
    while (process.getActiveResourcesInfo().some((what) => ofFiles.has(what))) await setImmediate()
  }

  it('counts as it was until it is replaced', async () => {
    await look()
    await expectAccepted(token, first, 'rotated')
    await expectRefused(token, second)
  })

  it('counts within seconds after it was replaced, and the one before for the grace period', async () => {
    await app.write('secret.txt', second.slice(0, 3))
    await look()
    await app.write('secret.txt', second)
    await look()
    await expectRefused(token, second.slice(0, 3))
    await expectRefused(token, second)
    await look()
    await expectAccepted(token, second, 'rotated')
    await expectRefused(token, second.slice(0, 3))
    await expectAccepted(token, first, 'rotated')
    await app.advance(29_999)
    await look()
    await expectAccepted(token, first, 'rotated')
    await app.advance(1)
    await expectRefused(token, first)
    await expectAccepted(token, second, 'rotated')
  })

  it('replaced twice, counts with each before for its grace period', async () => {
    await app.write('secret.txt', `${third}\r\n`)
    await look()
    await look()
    await app.advance(10_000)
    await app.write('secret.txt', first)
    await look()
    await look()
    for (const secret of [first, second, third]) await expectAccepted(token, secret, 'rotated')
    await app.advance(20_000)
    await expectRefused(token, second)
    await expectAccepted(token, third, 'rotated')
    await app.advance(10_000)
    await expectRefused(token, third)
  })

  it.each(['', '\n', ' \n\n'])('stays as it was while the file holds nothing: %j', async (text) => {
    await app.write('secret.txt', text)
    await look()
    await expectAccepted(token, first, 'rotated')
    await expectRefused(token, 'x')
    expect(app.logs()).toContain('the file of its shared secret cannot be read, or is empty')
  })

  it('ends at once where there is no grace period', async () => {
    const impatient = await issuer.as('impatient').issue()
    await expectAccepted(impatient, first, 'impatient')
    await app.write('impatient.txt', second)
    await look()
    await look()
    await expectRefused(impatient, first)
    await expectAccepted(impatient, second, 'impatient')
  })
})

it('leaves no secret and no token in an answer or in the log', () => {
  app.conceal(token.split('.')[2] ?? '')
  app.expectSilence()
  expect(app.logs()).toContain(
    'Rejected client. Authentication type is [SHARED_SECRET] and secret did not match.',
  )
  expect(app.logs()).toContain(
    'Rejected client. Authentication type is [SHARED_SECRET] and secret is missing.',
  )
})

function error(type: string, reason: string) {
  return { error: { root_cause: [{ type, reason }], type, reason }, status: 400 }
}

function rejected(reason: string, message: string, principal: string) {
  const activated = { __typename: 'GrantRejected', message, reason, principal }
  return { status: 200, challenges: null, body: { data: { activateProfile: activated } } }
}
