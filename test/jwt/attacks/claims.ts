import { now, type Issuer } from '../../support/jwt.ts'
import { attacksWith, type Attack } from './attack.ts'

type Claims = Readonly<Record<string, unknown>>

function signed(claimsByName: Readonly<Record<string, Claims>>, realm = 'web', base: Claims = {}): Attack[] {
  return attacksWith('jwt', claimsByName, (claims, issuer) =>
    issuer.as(realm).craft({ claims: { ...base, ...claims } }),
  )
}

/** Source: RFC 8725, 3.8; RFC 7519, 4.1.1. */
const issuers = signed({
  'no iss': { iss: undefined },
  'iss null': { iss: null },
  'iss that is empty': { iss: '' },
  'iss in upper case': { iss: 'HTTPS://WEB.EXAMPLE/' },
  'iss without its slash': { iss: 'https://web.example' },
  'iss with a slash more': { iss: 'https://web.example//' },
  'iss with a path more': { iss: 'https://web.example/evil' },
  'iss with a port': { iss: 'https://web.example:443/' },
  'iss without TLS': { iss: 'http://web.example/' },
  'iss with a space': { iss: ' https://web.example/' },
  'iss with a line end': { iss: 'https://web.example/\n' },
  'iss with a look-alike letter': { iss: 'https://w\u0435b.example/' },
  'iss in a list': { iss: ['https://web.example/'] },
  'iss among others': { iss: ['https://other.example/', 'https://web.example/'] },
  'iss in an object': { iss: { toString: 'https://web.example/' } },
  'iss that is a number': { iss: 1 },
  'iss true': { iss: true },
  'iss of nobody': { iss: 'https://nobody.example/' },
})

/** Source: RFC 8725, 3.9; RFC 7519, 4.1.3. */
const audiences = signed({
  'no aud': { aud: undefined },
  'aud null': { aud: null },
  'aud that is empty': { aud: '' },
  'aud that is an empty list': { aud: [] },
  'aud that is a list of nothing': { aud: [''] },
  'aud of another': { aud: 'other' },
  'aud of several others': { aud: ['other', 'another'] },
  'aud in upper case': { aud: 'GATEWAY' },
  'aud with a space': { aud: 'gateway ' },
  'aud as the beginning of a text': { aud: 'gateway-3' },
  'aud with commas': { aud: 'gateway,gateway-2' },
  'aud as a pattern': { aud: '*' },
  'aud that is a number': { aud: 1 },
  'aud true': { aud: true },
  'aud in an object': { aud: { 0: 'gateway', length: 1 } },
  'aud beside a number': { aud: ['gateway', 1] },
  'aud beside null': { aud: ['gateway', null] },
  'aud in a list within a list': { aud: [['gateway']] },
})

const subjects = [
  ...signed({
    'no sub': { sub: undefined },
    'sub null': { sub: null },
    'sub in a list': { sub: ['jacknich'] },
    'sub that is a number': { sub: 7 },
    'sub true': { sub: true },
    'sub in an object': { sub: { id: 'jacknich' } },
    'sub that is an empty list': { sub: [] },
    'sub missing, with claims that stand in for it elsewhere': { sub: undefined, client_id: 'jacknich' },
  }),
  ...signed(
    {
      'a sub that nobody has allowed': { sub: 'jacknich' },
      'an allowed sub in upper case': { sub: 'ONLY-ME' },
      'an allowed sub with a space': { sub: 'only-me ' },
      'an allowed sub with a line end': { sub: 'only-me\n' },
      'an allowed sub in a list': { sub: ['only-me'] },
      'a sub before a pattern': { sub: 'x-team-1' },
      'a pattern’s sub in upper case': { sub: 'TEAM-1' },
      'a sub with two letters where a pattern has one': { sub: 'room-12' },
      'a pattern itself': { sub: '/svc-[0-9]+/' },
      'a sub that a regular expression finds, and does not match': { sub: 'a svc-1' },
      'a sub that a regular expression matches up to its end': { sub: 'svc-1x' },
      'a sub that a regular expression matches up to a line end': { sub: 'svc-1\n' },
      'a sub that a regular expression matches in one of its lines': { sub: 'x\nsvc-1\nx' },
      'a sub on which a regular expression could take for ever': { sub: `${'a'.repeat(9_000)}!` },
      'a sub on which a wildcard could take for ever': { sub: `${'team'.repeat(2_000)}!` },
    },
    'strict',
    { tier: 'gold', 'org.unit': 'research' },
  ),
]

const required = signed(
  {
    'a required claim that is missing': { tier: undefined },
    'a required claim that is null': { tier: null },
    'a required claim that is empty': { tier: '' },
    'a required claim that says something else': { tier: 'bronze' },
    'a required claim in upper case': { tier: 'GOLD' },
    'a required claim that is an empty list': { tier: [] },
    'a required claim with what is no text': { tier: ['gold', 1] },
    'a required claim that is an object': { tier: { gold: true } },
    'a required claim that is true': { tier: true },
    'a required claim whose name has dots, as a path': { 'org.unit': undefined, org: { unit: 'research' } },
    'one of two required claims': { 'org.unit': undefined },
  },
  'strict',
  { sub: 'only-me', tier: 'gold', 'org.unit': 'research' },
)

/** Claims that stand in for others do so only where those are absent. Source: spec 5.1. */
const fallbacks = signed(
  {
    'neither sub nor what stands in for it': { sub: undefined },
    'sub of another, and a good one that stands in': { sub: 'other', client_id: 'jacknich' },
    'sub that is empty, and a good one that stands in': { sub: '', client_id: 'jacknich' },
    'sub that is a number, and a good one that stands in': { sub: 7, client_id: 'jacknich' },
    'sub that is a list, and a good one that stands in': { sub: [], client_id: 'jacknich' },
    'sub false, and a good one that stands in': { sub: false, client_id: 'jacknich' },
    'what stands in for sub, of another': { sub: undefined, client_id: 'other' },
    'what stands in for sub, in a list': { sub: undefined, client_id: ['jacknich'] },
    'aud of another, and a good one that stands in': { aud: 'other', resource: 'gateway' },
    'aud that is empty, and a good one that stands in': { aud: [], resource: 'gateway' },
    'aud that is a number, and a good one that stands in': { aud: 0, resource: 'gateway' },
    'neither aud nor what stands in for it': { aud: undefined },
    'what stands in for aud, of another': { aud: undefined, resource: ['other'] },
    'iss of another, and a good one that stands in': { iss: 'https://x.example/', client_id: 'jacknich' },
  },
  'api',
  { scope: 'profiles' },
)

const principals = [
  ...signed(
    {
      'no principal': {},
      'a principal that is null': { email: null },
      'a principal that is empty': { email: '' },
      'a principal of nothing but spaces': { email: '  ' },
      'a principal that is a number': { email: 7 },
      'a principal that is true': { email: true },
      'a principal that is an object': { email: { value: 'jack@example.com' } },
      'a principal that is an empty list': { email: [] },
      'a principal beside what is no text': { email: ['jack@example.com', 7] },
      'a principal in a list within a list': { email: [['jack@example.com']] },
      'a principal that its pattern does not find': { email: 'jack@other.example' },
      'a principal that its pattern finds with something after it': {
        email: 'jack@example.com.evil.example',
      },
      'a principal whose group is empty': { email: '@example.com' },
      'a principal with a line end after it': { email: 'jack@example.com\n' },
      'a principal with lines': { email: 'x\njack@example.com\nx@' },
      'a principal of 1,025 characters': { email: `${'p'.repeat(1_025)}@example.com` },
      'a name that is a number': { email: 'jack@example.com', name: 7 },
      'a name that is an object': { email: 'jack@example.com', name: { first: 'Jack' } },
      'an address beside what is no text': { email: 'jack@example.com', address: ['a', false] },
      'groups that are an object': { email: 'jack@example.com', groups: { admin: true } },
      'a dn that is a number': { email: 'jack@example.com', dn: 1 },
    },
    'mail',
  ),
  ...signed({
    'a principal of 1,025 letters beyond the first plane': { sub: '\u{1f600}'.repeat(513) },
  }),
]

/** What is good for one realm, at another. Source: RFC 8725, 2.7, 3.12. */
const crossed: Attack[] = [
  {
    name: 'an access token where an id token belongs',
    kind: 'jwt',
    token: (issuer) => issuer.craft({ header: { typ: 'at+jwt' }, claims: { scope: 'profiles' } }),
  },
  {
    name: 'an id token where an access token belongs',
    kind: 'jwt',
    token: (issuer) => issuer.as('api').craft({ claims: { nonce: 'n', auth_time: now - 10 } }),
  },
  {
    name: 'an id token for a client, where an access token for the gateway belongs',
    kind: 'jwt',
    token: (issuer) => issuer.as('api').craft({ claims: { aud: 'client-1', scope: 'profiles' } }),
  },
  {
    name: 'the subject of one realm at another with the same keys',
    kind: 'jwt',
    token: (issuer) => issuer.as('strict').craft({ claims: { tier: 'gold', 'org.unit': 'research' } }),
  },
  {
    name: 'the algorithm of one realm at another with the same keys',
    kind: 'jwt',
    token: (issuer) => issuer.as('rs').craft({ algorithm: 'ES256' }),
  },
  {
    name: 'the secret of one realm at another',
    kind: 'jwt',
    token: (issuer) => issuer.craft({ algorithm: 'HS256' }),
  },
  {
    name: 'a token for a realm that is disabled',
    kind: 'jwt',
    token: (issuer) => issuer.as('off').craft(),
  },
  {
    name: 'a token for no realm',
    kind: 'jwt',
    token: (issuer) => issuer.as('nobody').craft(),
  },
]

/** Users of our own, by somebody else’s word: only those that the realm may name, and that are enabled. */
const lookedUp = signed(
  {
    'a user whom nobody knows': { sub: 'stranger' },
    'a user who is disabled': { sub: 'left' },
    'a user in upper case': { sub: 'JACKNICH' },
    'the superuser': { sub: 'elastic' },
    'a user with a space': { sub: 'jacknich ' },
    'a user with a wildcard': { sub: 'jack*' },
    'a user that is SQL': { sub: "' OR 1=1 --" },
    'a user outside ASCII': { sub: 'j\u00e4cknich' },
    'a user of 1,024 characters': { sub: 'u'.repeat(1_024) },
  },
  'staff',
)

/** A token that says nothing which is text has nothing that could stand for its subject. */
const silent: Attack[] = [
  {
    name: 'no claims at all',
    kind: 'jwt',
    token: (issuer: Issuer) => issuer.craft({ claims: '{}' }),
  },
  {
    name: 'no claim that is text',
    kind: 'jwt',
    token: (issuer: Issuer) => issuer.craft({ claims: '{"exp":1800000300,"sub":null,"x":{"a":"b"}}' }),
  },
]

export const claims: readonly Attack[] = [
  ...issuers,
  ...audiences,
  ...subjects,
  ...required,
  ...fallbacks,
  ...principals,
  ...crossed,
  ...lookedUp,
  ...silent,
]
