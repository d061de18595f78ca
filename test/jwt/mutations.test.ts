import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createIssuer, type Algorithm } from '../support/jwt.ts'
import { createJwtApp } from '../support/jwtApp.ts'
import { places } from '../support/jwtPlaces.ts'
import { provision } from '../support/people.ts'
import { attackedRealms } from './attacks/realms.ts'

const issuer = createIssuer()
const app = await createJwtApp({
  settings: attackedRealms,
  environment: { ISSUER_SECRET: issuer.secret },
  files: { 'jwks.json': JSON.stringify(issuer.jwks) },
})
beforeAll(() => provision(app.fetch))
afterAll(app.close)

const signing: readonly (readonly [realm: string, Algorithm])[] = [
  ['web', 'RS256'],
  ['web', 'PS256'],
  ['web', 'ES256'],
  ['web', 'ES512'],
  ['mixed', 'HS256'],
]
const sound = await Promise.all(
  signing.flatMap(([realm, alg]) =>
    ['jacknich', 'jill'].map((sub) => issuer.as(realm).issue({ sub }, { alg })),
  ),
)

type Mutation = (token: string) => string

/** A number from 0 to below 1: a place in whatever is mutated. */
const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const at = (text: string, where: number) => Math.floor(where * text.length)
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/~ %"'.split('')
const letter = fc.constantFrom(...letters)

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  // Another letter, one more, one less.
  fc.tuple(place, letter).map(([where, one]): Mutation => (token) => {
    const index = at(token, where)
    return token.slice(0, index) + one + token.slice(index + 1)
  }),
  fc.tuple(place, letter).map(([where, one]): Mutation => (token) => {
    const index = at(token, where)
    return token.slice(0, index) + one + token.slice(index)
  }),
  place.map((where): Mutation => (token) => {
    const index = at(token, where)
    return token.slice(0, index) + token.slice(index + 1)
  }),
  // Another bit in the bytes of a part.
  fc.tuple(fc.nat(2), place, fc.nat(7)).map(([index, where, bit]): Mutation => (token) => {
    const parts = token.split('.')
    const bytes = Buffer.from(parts[index] ?? '', 'base64url')
    const byte = Math.floor(where * bytes.length)
    if (bytes.length > 0) bytes[byte] = (bytes[byte] ?? 0) ^ (1 << bit)
    return parts.with(index % parts.length, bytes.toString('base64url')).join('.')
  }),
  // The beginning or the end alone.
  place.map(
    (where): Mutation =>
      (token) =>
        token.slice(0, at(token, where)),
  ),
  place.map(
    (where): Mutation =>
      (token) =>
        token.slice(at(token, where)),
  ),
  // A part of another token, parts in another order, one of them twice.
  fc.tuple(fc.nat(2), fc.constantFrom(...sound)).map(([index, other]): Mutation => (token) => {
    const parts = token.split('.')
    return parts.with(index % parts.length, other.split('.')[index] ?? '').join('.')
  }),
  fc.shuffledSubarray([0, 1, 2], { minLength: 1 }).map(
    (order): Mutation =>
      (token) =>
        order.map((index) => token.split('.')[index] ?? '').join('.'),
  ),
  fc.nat(2).map(
    (index): Mutation =>
      (token) =>
        `${token}.${token.split('.')[index] ?? ''}`,
  ),
)

it('a token that was changed in any way is refused, and nothing fails', async () => {
  const mutations = fc.array(mutation, { minLength: 1, maxLength: 3 })
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...sound), mutations, fc.nat(3), async (token, changes, index) => {
      const mutated = changes.reduce((changed, change) => change(changed), token)
      const chosen = places[index]
      // An empty one is no token at all, and a header has spaces around it that nobody reads.
      if (mutated === '' || !chosen || (chosen.isCaller && mutated.trim() !== mutated)) return
      const said = await chosen.show(app, mutated)
      const user = chosen.userIn(said)
      const isSound = sound.includes(mutated)
      expect(said.status).toBe(isSound || chosen.name === 'a grant at GraphQL' ? 200 : 401)
      if (isSound) expect(user).toHaveProperty('realm')
      else expect(user).toBe(said.body)
    }),
    { numRuns: 300 },
  )
})

it('it has left nothing but the users of sound tokens', async () => {
  for (const token of sound) await places[0]?.show(app, token)
  const rows = await app.run('SELECT DISTINCT username, "realmName" FROM profiles')
  expect(rows.map((row) => row.join('@')).sort()).toEqual([
    'jacknich@mixed',
    'jacknich@web',
    'jill@mixed',
    'jill@web',
  ])
})

it('leaves no line in the log of anything that failed, and no token', () => {
  for (const token of sound) app.conceal(token.split('.')[2] ?? '')
  app.expectSilence()
  expect(app.logs()).not.toMatch(/"level":[56]0/)
})
