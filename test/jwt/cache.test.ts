import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { staticKeys, type Keys } from '../../src/authentication/jwt/keys.ts'
import { anyClient, createSharedSecret } from '../../src/authentication/jwt/sharedSecret.ts'
import { createVerifiedTokens } from '../../src/authentication/jwt/verifiedTokens.ts'
import { claimsOf, createIssuer, now, syntheticPrincipal } from '../support/jwt.ts'
import { createJwtApp } from '../support/jwtApp.ts'
import { places } from '../support/jwtPlaces.ts'
import { provision } from '../support/people.ts'
import { plainJwtRealm, plainKeyOf } from '../support/plainJwtRealm.ts'
import { source } from '../support/attempts.ts'

const issuer = createIssuer()

interface Options {
  readonly ttl?: number
  readonly size?: number
  readonly clockSkew?: number
  readonly secret?: string
}

/** A realm by itself, which tells whether it has looked at its keys. */
function watchedRealm({ ttl = 1_200_000, size = 100, clockSkew = 60_000, secret }: Options = {}) {
  let time = now * 1_000
  let looks = 0
  const clock = () => time
  let known = [plainKeyOf(issuer)]
  const keys: Keys = {
    ...staticKeys([]),
    current() {
      looks += 1
      return known
    },
  }
  const verified = createVerifiedTokens({ ttl, size, clock })
  const check = secret === undefined ? anyClient : createSharedSecret({ secret, gracePeriod: 0, clock }).check
  const realm = plainJwtRealm(issuer, keys, { clock, clockSkew, clientCheck: check, verified })
  return {
    /** What the realm says of a token, and whether it had to verify it for that. */
    ask: async (token: string, clientSecret: string | null = null) => {
      looks = 0
      const answer = await realm.authenticate({ kind: 'accessToken', token, clientSecret }, source)
      return `${answer?.kind ?? 'not mine'}, ${looks > 0 ? 'verified' : 'remembered'}`
    },
    advance: (milliseconds: number) => void (time += milliseconds),
    withdraw: () => (known = []),
    change: verified.forgetAll,
  }
}

describe('what a realm remembers of a token', () => {
  const token = issuer.craft({ claims: { exp: now + 3_600 } })
  const other = issuer.craft({ claims: { sub: 'other' } })

  it('spares the next verification, for as long as it is set', async () => {
    const { ask, advance } = watchedRealm({ ttl: 10_000 })
    expect(await ask(token)).toBe('proven, verified')
    expect(await ask(token)).toBe('proven, remembered')
    advance(9_999)
    expect(await ask(token)).toBe('proven, remembered')
    advance(1)
    expect(await ask(token)).toBe('proven, verified')
    expect(await ask(token)).toBe('proven, remembered')
  })

  it('does not live longer because the clock was put back', async () => {
    const { ask, advance } = watchedRealm({ ttl: 10_000 })
    await ask(token)
    advance(-1)
    expect(await ask(token)).toBe('proven, verified')
    expect(await ask(token)).toBe('proven, remembered')
  })

  it.each([{ ttl: 0 }, { size: 0 }])('is nothing with %j', async (options) => {
    const { ask } = watchedRealm(options)
    for (const time of ['first', 'second', 'third']) expect(await ask(token), time).toBe('proven, verified')
  })

  it.each([60_000, 1_500, 999, 0])(
    'ends with exp and a skew of %d ms, as the token does',
    async (clockSkew) => {
      const brief = issuer.craft({ claims: { exp: now + 5 } })
      const skew = Math.floor(clockSkew / 1_000) * 1_000
      const remembering = watchedRealm({ clockSkew })
      const fresh = watchedRealm({ clockSkew, ttl: 0 })
      expect(await remembering.ask(brief)).toBe('proven, verified')
      for (const { advance } of [remembering, fresh]) advance(4_999 + skew)
      expect(await remembering.ask(brief)).toBe('proven, remembered')
      expect(await fresh.ask(brief)).toBe('proven, verified')
      for (const { advance } of [remembering, fresh]) advance(1)
      expect(await remembering.ask(brief)).toMatch(/^refused/)
      expect(await fresh.ask(brief)).toMatch(/^refused/)
    },
  )

  it('is for no other spelling of the token, and for no part of it', async () => {
    const { ask } = watchedRealm()
    await ask(token)
    expect(await ask(`${token}=`)).toMatch(/^not mine/)
    expect(await ask(`${token.slice(0, -4)}AAAA`)).toBe('refused, verified')
    expect(await ask(issuer.craft({ claims: claimsOf(token), signature: () => 'AAAA' }))).toBe(
      'refused, verified',
    )
  })

  it('is nothing of a token that was refused', async () => {
    const { ask, advance } = watchedRealm()
    const early = issuer.craft({ claims: { iat: now + 60 } })
    expect(await ask(early)).toMatch(/^refused/)
    advance(1)
    expect(await ask(early)).toBe('proven, verified')
    const foreign = createIssuer().craft()
    expect(await ask(foreign)).toBe('refused, verified')
    expect(await ask(foreign)).toBe('refused, verified')
  })

  it('does not spare the client its secret', async () => {
    const { ask } = watchedRealm({ secret: 's3cret' })
    expect(await ask(token, 's3cret')).toBe('proven, verified')
    expect(await ask(token, 's3cret')).toBe('proven, remembered')
    for (const wrong of ['S3cret', '', null]) expect(await ask(token, wrong)).toMatch(/^refused/)
    expect(await ask(token, 's3cret')).toBe('proven, remembered')
  })

  it('is at most as many tokens as it is set, of which the one longest unused goes first', async () => {
    const { ask } = watchedRealm({ size: 2 })
    const third = issuer.craft({ claims: { sub: 'third' } })
    for (const one of [token, other, token, third]) await ask(one)
    expect(await ask(token)).toBe('proven, remembered')
    expect(await ask(third)).toBe('proven, remembered')
    expect(await ask(other)).toBe('proven, verified')
  })

  it('is at most about 96 MiB, in which every group has its place', () => {
    const verified = createVerifiedTokens({ ttl: 1_000, size: 1_000_000, clock: () => 0 })
    const user = { username: 'jack', fullName: null, email: null, metadata: {}, dn: null }
    const remembered = (groups: readonly string[]) => {
      verified.forgetAll()
      const tokens = Array.from({ length: 2_000 }, (_, n) => `token ${n}`)
      for (const one of tokens) verified.remember(one, { ...user, groups }, 1)
      return tokens.filter((one) => verified.find(one) !== null).length
    }
    expect(remembered([])).toBe(2_000)
    expect(remembered(Array.from({ length: 1_000 }, () => 'group'))).toBeGreaterThan(1_500)
    expect(remembered(Array.from({ length: 1_000 }, () => 'g'.repeat(200)))).toBeLessThan(500)
    expect(remembered(Array.from({ length: 4_000 }, () => 'g'))).toBeLessThan(500)
  })

  it('is nothing once the keys are others', async () => {
    const { ask, change, withdraw } = watchedRealm()
    await ask(token)
    withdraw()
    change()
    expect(await ask(token)).toBe('refused, verified')
  })

  it('is nothing of another realm', async () => {
    const [one, two] = [watchedRealm(), watchedRealm()]
    await one.ask(token)
    expect(await two.ask(token)).toBe('proven, verified')
  })
})

describe('a gateway', async () => {
  const terms = `
    allowed_audiences: [gateway]
    claims.principal: sub
    client_authentication.type: none`
  const app = await createJwtApp({
    settings: `
xpack.security.authc.realms.jwt:
  web:
    order: 1
    allowed_issuer: https://web.example/
    pkc_jwkset_path: FOLDER/jwks.json${terms}
  unchanged:
    order: 2
    allowed_issuer: https://unchanged.example/
    pkc_jwkset_path: FOLDER/unchanged.json${terms}
`,
    files: { 'jwks.json': JSON.stringify(issuer.jwks), 'unchanged.json': JSON.stringify(issuer.jwks) },
  })
  beforeAll(() => provision(app.fetch))
  afterAll(app.close)

  async function expectAccepted(token: string, realm = 'web'): Promise<void> {
    const users = places.map(async (place) => place.userIn(await place.show(app, token)))
    expect(await Promise.all(users)).toEqual(places.map(() => ({ username: 'jacknich', realm })))
  }

  async function expectRefused(token: string): Promise<void> {
    const said = await Promise.all(places.map((place) => place.show(app, token)))
    expect(said).toEqual(places.map((place) => place.refusal(syntheticPrincipal(token))))
  }

  it('refuses a remembered token as exp and the skew have passed', async () => {
    const token = await issuer.issue({ exp: now + 5 })
    await expectAccepted(token)
    await app.advance(64_999)
    await expectAccepted(token)
    await app.advance(1)
    await expectRefused(token)
  })

  it('forgets the tokens of a realm whose keys are others, and of no other realm', async () => {
    const successor = createIssuer()
    const renamed = { ...successor.keys.rsa.publicKey.export({ format: 'jwk' }), kid: 'rsa-2' }
    const token = await issuer.issue()
    const unchanged = await issuer.as('unchanged').issue()
    const next = await successor.issue({}, { kid: 'rsa-2' })
    await expectAccepted(token)
    await expectAccepted(unchanged, 'unchanged')
    await expectRefused(next)
    await app.advance(10_000)

    await app.write('jwks.json', JSON.stringify({ keys: [...issuer.jwks.keys, renamed] }))
    await expectAccepted(token)
    await expectAccepted(next)
    await expectAccepted(token)

    await app.write('jwks.json', JSON.stringify({ keys: [renamed] }))
    // Whoever knows no key of the set has it read once more, and not again within ten seconds.
    await expectRefused(await issuer.issue({}, { kid: 'unknown' }))
    await expectAccepted(token)
    await app.advance(9_999)
    await expectRefused(await issuer.issue({}, { kid: 'unknown' }))
    await expectAccepted(token)
    await app.advance(1)
    await expectRefused(await issuer.issue({}, { kid: 'unknown' }))
    await expectRefused(token)
    await expectAccepted(next)
    await expectAccepted(unchanged, 'unchanged')
  })

  it('keeps its keys while the file is gone or broken', async () => {
    const successor = createIssuer()
    const kept = { ...successor.keys.rsa.publicKey.export({ format: 'jwk' }), kid: 'rsa-3' }
    await app.write('jwks.json', JSON.stringify({ keys: [kept] }))
    await app.advance(10_000)
    const token = await successor.issue({}, { kid: 'rsa-3' })
    await expectAccepted(token)
    for (const text of ['', '{', 'x'.repeat(2_000_000)]) {
      await app.write('jwks.json', text)
      await app.advance(10_000)
      await expectRefused(await issuer.issue({}, { kid: 'unknown' }))
      await expectAccepted(token)
      await expectAccepted(await successor.issue({ jti: text.slice(0, 9) }, { kid: 'rsa-3' }))
    }
    expect(await (await app.fetch('/health/ready')).json()).toEqual({ status: 'ready' })
  })

  it('leaves nothing in an answer or in the log', () => {
    app.expectSilence()
  })
})
