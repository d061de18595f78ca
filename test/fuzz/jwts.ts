import fc from 'fast-check'
import { algorithms, createIssuer, type Algorithm } from '../support/jwt.ts'
import { anyJson } from './json.ts'
import { asHeader, mutated, naughtyText } from './mutations.ts'
import { placeholders } from './session.ts'
import type { WireRequest } from './wire.ts'

/** Signs the tokens: the gateway knows its keys. */
export const issuer = createIssuer()

const realms = ['web', 'rs', 'mixed', 'api', 'strict', 'mail', 'nowhere']

/** Members that stand over those of a good one: a value, or any text of JSON. */
const header = members(
  ['alg', fc.constantFrom('none', 'None', 'HS256', 'RS256', 'ES256', '', 'constructor')],
  ['kid', fc.oneof(fc.constantFrom('rsa', 'p256', '../../etc/passwd', '__proto__'), naughtyText)],
  ['typ', fc.constantFrom('JWT', 'at+jwt', 'jwt', 'JWE')],
  ['crit', fc.constantFrom(['exp'], [], ['b64'], 'b64')],
  ['b64', fc.boolean()],
  ['jwk', fc.constant({ kty: 'oct', k: 'AA' })],
  ['jku', fc.constant('https://evil.example/jwks.json')],
  ['x5c', fc.constant(['AA=='])],
  ['zip', fc.constant('DEF')],
)

const times = fc.oneof(
  fc.constantFrom<unknown[]>(0, -1, 1e308, 1e21, 2 ** 53, 1.5, '1800000000', null, true, [], {}),
  fc.integer(),
)
const claims = members(
  [
    'iss',
    fc.oneof(fc.constantFrom<unknown[]>('https://web.example/', ['https://web.example/'], null), naughtyText),
  ],
  [
    'sub',
    fc.oneof(
      fc.constantFrom<unknown[]>('jacknich', '', 'x'.repeat(2_000), ['jacknich'], { a: 1 }, 7),
      naughtyText,
    ),
  ],
  [
    'aud',
    fc.oneof(
      fc.constantFrom<unknown[]>('gateway', ['gateway', 'b'], [], null, { gateway: true }),
      naughtyText,
    ),
  ],
  ['email', fc.constantFrom<unknown[]>('jack@example.com', '@', 7, ['a', 'b'])],
  ['name', naughtyText],
  [
    'groups',
    fc.oneof(
      fc.constantFrom<unknown[]>(['a'], 'a', [['a']], { a: 'b' }),
      fc.array(naughtyText, { maxLength: 3 }),
    ),
  ],
  ['dn', fc.constantFrom<unknown[]>('cn=a,dc=example', 'cn=', '=', ',', 7)],
  ['exp', times],
  ['iat', times],
  ['nbf', times],
  ['auth_time', times],
  ['scope', fc.constantFrom<unknown[]>('profiles', ['profiles'], {})],
  ['tier', fc.constantFrom<unknown[]>('gold', ['gold'], 1)],
  ['org', fc.constantFrom<unknown[]>({ unit: 'research' }, 'research', null)],
)

/** Tokens of which many are good, and others look so until they are looked at closely. */
export const anyJwt: fc.Arbitrary<string> = fc
  .record({
    realm: fc.constantFrom(...realms),
    algorithm: fc.constantFrom<Algorithm[]>('RS256', 'RS256', 'ES256', 'HS256', 'PS256', ...algorithms),
    header: fc.oneof({ weight: 4, arbitrary: fc.constant({}) }, header, anyJson),
    claims: fc.oneof(
      { weight: 3, arbitrary: fc.constant({}) },
      { weight: 3, arbitrary: claims },
      mutatedClaims(),
    ),
    signature: fc.oneof(
      { weight: 5, arbitrary: fc.constant(null) },
      fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes)),
    ),
  })
  .map(({ realm, algorithm, signature, ...parts }) =>
    issuer.as(realm).craft({
      algorithm,
      header: parts.header,
      claims: typeof parts.claims === 'string' ? parts.claims : { ...current(), ...parts.claims },
      ...(signature && { signature: () => signature }),
    }),
  )
  .chain((token) =>
    fc.oneof({ weight: 3, arbitrary: fc.constant(token) }, mutated(fc.constant(token)).map(asHeader)),
  )

/** A token where one can stand: as the caller's, or as a grant, at either door. */
export const jwtRequests: fc.Arbitrary<WireRequest> = fc
  .record({
    token: anyJwt,
    place: fc.nat({ max: 3 }),
    caller: fc.constantFrom(...placeholders),
    secret: naughtyText,
  })
  .map(({ token, place, caller, secret }) => {
    const bearer = ['authorization', `Bearer ${token}`] as const
    const by = ['authorization', caller] as const
    switch (place) {
      case 0:
        return { method: 'GET', target: '/_security/_authenticate', headers: [bearer], body: null }
      case 1:
        return post('/graphql', [bearer], { query: 'mutation { activateMyProfile { __typename } }' })
      case 2:
        return post('/_security/profile/_activate', [by], {
          grant_type: 'access_token',
          access_token: token,
          ...(secret && { client_authentication: { scheme: 'SharedSecret', value: secret } }),
        })
      default:
        return post('/graphql', [by], { query: activation, variables: { grant: { accessToken: { token } } } })
    }
  })

const activation =
  'mutation ($grant: GrantInput!) { activateProfile(grant: $grant) { __typename ... on Error { message } } }'

function post(target: string, headers: WireRequest['headers'], body: object): WireRequest {
  return {
    method: 'POST',
    target,
    headers: [...headers, ['content-type', 'application/json']],
    body: Buffer.from(JSON.stringify(body)),
  }
}

function current() {
  const seconds = Math.floor(Date.now() / 1_000)
  return { iat: seconds - 10, exp: seconds + 600 }
}

function mutatedClaims(): fc.Arbitrary<string> {
  const good = { iss: 'https://web.example/', sub: 'jacknich', aud: 'gateway', iat: 1, exp: 9_999_999_999 }
  return fc.oneof(mutated(fc.constant(JSON.stringify(good))), anyJson, naughtyText)
}

function members(
  ...all: (readonly [string, fc.Arbitrary<unknown>])[]
): fc.Arbitrary<Record<string, unknown>> {
  return fc.record(Object.fromEntries(all), { requiredKeys: [] })
}
