import { afterAll, describe, expect, it } from 'vitest'
import { createIssuer, syntheticPrincipal } from '../support/jwt.ts'
import { createJwtApp } from '../support/jwtApp.ts'
import { places } from '../support/jwtPlaces.ts'

const issuer = createIssuer()

/** One issuer and one set of keys for all: what a token is for decides. */
const realms = {
  one: 'allowed_audiences: [one]',
  two: 'allowed_audiences: [two]',
  both: 'allowed_audiences: [one, two, three]\n    allowed_subjects: [only-me]',
}

/** A gateway that asks its realms in this order. */
function gatewayWith(order: readonly (keyof typeof realms)[]) {
  const settings = order.map(
    (name, index) => `
  ${name}:
    order: ${index * 2 - 1}
    allowed_issuer: https://web.example/
    ${realms[name]}
    pkc_jwkset_path: FOLDER/jwks.json
    claims.principal: sub
    client_authentication.type: none`,
  )
  return createJwtApp({
    settings: `xpack.security.authc.realms.jwt:${settings.join('')}\n`,
    files: { 'jwks.json': JSON.stringify(issuer.jwks) },
  })
}

describe.each([
  { order: ['one', 'two', 'both'], firstOfTwo: 'one', firstOfAll: 'one' },
  { order: ['both', 'two', 'one'], firstOfTwo: 'two', firstOfAll: 'both' },
] as const)('realms in the order $order', async ({ order, firstOfTwo, firstOfAll }) => {
  const app = await gatewayWith(order)
  afterAll(app.close)

  async function expectAccepted(claims: { sub?: string }, realm: string): Promise<void> {
    const token = await issuer.issue(claims)
    const { sub: username = 'jacknich' } = claims
    const users = places.map(async (place) => place.userIn(await place.show(app, token)))
    expect(await Promise.all(users)).toEqual(places.map(() => ({ username, realm })))
  }

  it.each([
    ['none of them', { aud: 'four' }],
    ['only those that want another subject', { aud: 'three' }],
    ['one of them, of an issuer that nobody knows', { aud: 'one', iss: 'https://x.example/' }],
  ])('refuse a token that is for %s', async (_, claims) => {
    const token = await issuer.issue(claims)
    const said = await Promise.all(places.map((place) => place.show(app, token)))
    expect(said).toEqual(places.map((place) => place.refusal(syntheticPrincipal(token))))
  })

  it('take a token that one of them takes, whichever it is', async () => {
    await expectAccepted({ aud: 'one' } as object, 'one')
    await expectAccepted({ aud: 'two' } as object, 'two')
    await expectAccepted({ sub: 'only-me', aud: 'three' } as object, 'both')
  })

  it('take a token that several would take as the first of them', async () => {
    await expectAccepted({ aud: ['one', 'two'] } as object, firstOfTwo)
    await expectAccepted({ sub: 'only-me', aud: ['one', 'two'] } as object, firstOfAll)
  })
})
