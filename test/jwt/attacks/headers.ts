import { createSecretKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { claimsOf, part, signatureOf, type Issuer } from '../../support/jwt.ts'
import { attacksWith, type Attack, type Attacker } from './attack.ts'

/** Keys that the token brings along, or says where to get. Source: RFC 8725, 3.10; RFC 7515, 4.1.2 to 4.1.6. */
const brought: Readonly<Record<string, (attacker: Attacker) => object>> = {
  jku: ({ jwksUrl }) => ({ jku: jwksUrl }),
  'jku with the issuer’s address in its user': ({ jwksUrl, url }) => ({
    jku: jwksUrl.replace('://', `://${new URL(url).host}@`),
  }),
  x5u: ({ jwksUrl }) => ({ x5u: jwksUrl }),
  jwk: ({ keys }) => ({ jwk: keys.rsa.publicKey.export({ format: 'jwk' }) }),
  'jwk with a kid': ({ keys }) => ({ jwk: { ...keys.rsa.publicKey.export({ format: 'jwk' }), kid: 'rsa' } }),
  x5c: ({ keys }) => ({
    x5c: [keys.rsa.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')],
  }),
  'x5c of a real certificate': () => ({ x5c: [certificate], x5t: 'AAAA', 'x5t#S256': 'AAAA' }),
  'all of them': ({ jwksUrl, keys }) => ({
    jku: jwksUrl,
    x5u: jwksUrl,
    jwk: keys.rsa.publicKey.export({ format: 'jwk' }),
    x5c: [certificate],
  }),
}

const certificate = readFileSync(new URL('../../support/tls/server.pem', import.meta.url), 'utf8')
  .replace(/-----[^-]+-----/g, '')
  .replace(/\s/g, '')

const ownKeys: Attack[] = Object.entries(brought).flatMap(([what, headerOf]) =>
  (
    [
      ['its own kid', 'attacker-1'],
      ['the issuer’s kid', 'rsa'],
      ['no kid', undefined],
    ] as const
  ).map(([which, kid]): Attack => ({
    name: `a foreign key in ${what}, with ${which}`,
    kind: 'jwt',
    token: (_, attacker) => attacker.craft({ header: { ...headerOf(attacker), kid } }),
  })),
)

/** What has to be understood, and is not. Source: RFC 7515, 4.1.11; RFC 7797. */
const critical: Attack[] = [
  ...attacksWith(
    'jwt',
    {
      'crit that names nothing': { crit: [] },
      'crit that names what is known': { crit: ['exp'] },
      'crit that names what is unknown, and there': { crit: ['x'], x: true },
      'crit that names what is unknown, and not there': { crit: ['x'] },
      'crit that names b64': { crit: ['b64'], b64: true },
      'crit that is text': { crit: 'exp' },
      'crit that is null': { crit: null },
      'crit that is false': { crit: false },
      'crit that names alg': { crit: ['alg'] },
      'crit twice the same': { crit: ['exp', 'exp'] },
      'b64 true': { b64: true },
      'b64 false alone': { b64: false },
      'b64 null': { b64: null },
    },
    (header, issuer) => issuer.craft({ header }),
  ),
  {
    name: 'b64 false, the payload signed as it is',
    kind: 'jwt',
    token(issuer) {
      const header = { b64: false, crit: ['b64'] }
      const claims = JSON.stringify(claimsOf(issuer.craft()))
      return issuer.craft({
        header,
        claims,
        signature: (signed) =>
          signatureOf('RS256', issuer.keys.rsa.privateKey, `${signed.split('.')[0] ?? ''}.${claims}`),
      })
    },
  },
]

/** Source: RFC 8725, 3.10. */
const kids: Attack[] = [
  ...attacksWith(
    'jwt',
    {
      'a kid that is a path': '../../../../../../dev/null',
      'a kid that is a path of the system': '/etc/passwd',
      'a kid that is a URL': 'file:///dev/null',
      'a kid that is SQL': "rsa' OR '1'='1",
      'a kid that is more SQL': "x' UNION SELECT 'secret' --",
      'a kid that is a command': 'rsa|touch /tmp/kid',
      'a kid that is a template': '${ISSUER_SECRET}',
      'a kid of an object’s prototype': 'constructor',
      'a kid __proto__': '__proto__',
      'a kid with line ends': 'rsa\r\nX-Injected: 1',
      'a kid of 4,000 characters': 'k'.repeat(4_000),
      'a kid outside ASCII': 'r\u0455a',
      'a kid with a space': 'rsa ',
    },
    (kid, issuer) => issuer.craft({ header: { kid } }),
  ),
  ...attacksWith(
    'jwt',
    {
      'a kid that is a number': 1,
      'a kid that is zero': 0,
      'a kid that is true': true,
      'a kid that is null': null,
      'a kid that is an object': { toString: 'rsa' },
      'a kid that is a list': ['rsa'],
      'a kid that is an empty list': [],
    },
    (kid, issuer) => issuer.craft({ header: { kid } }),
  ),
  {
    name: 'a kid with U+0000',
    kind: 'opaque',
    token: (issuer) => issuer.craft({ header: { kid: 'rsa\0' } }),
  },
  {
    name: 'a kid that is a path to nothing, signed with nothing',
    kind: 'jwt',
    token: (issuer) =>
      issuer.as('mixed').craft({
        header: { alg: 'HS256', kid: '/dev/null' },
        signature: (signed) => signatureOf('HS256', createSecretKey(Buffer.alloc(0)), signed),
      }),
  },
]

/** Source: RFC 8725, 2.8, 3.11, 3.12. */
const types: Attack[] = [
  ...[
    'at+jwt',
    'application/at+jwt',
    'id+jwt',
    'dpop+jwt',
    'secevent+jwt',
    'logout+jwt',
    'jwt+x',
    'JOSE',
  ].map((typ): Attack => ({
    name: `typ ${typ} where an id token belongs`,
    kind: 'jwt',
    token: (issuer) => issuer.craft({ header: { typ } }),
  })),
  ...[
    'id+jwt',
    'dpop+jwt',
    'secevent+jwt',
    'logout+jwt',
    'token-introspection+jwt',
    'at-jwt',
    'jwt ',
    'JOSE',
  ].map((typ): Attack => ({
    name: `typ ${typ} where an access token belongs`,
    kind: 'jwt',
    token: (issuer) => issuer.as('api').craft({ header: { typ }, claims: { scope: 'profiles' } }),
  })),
  ...attacksWith(
    'jwt',
    {
      'typ that is empty': '',
      'typ that is null': null,
      'typ that is a number': 1,
      'typ that is a list': ['JWT'],
      'typ that is an object': { JWT: true },
      'typ with a dotless i': '\u0131wt',
      'typ with a Kelvin sign': 'JW\u212a',
    },
    (typ, issuer) => issuer.craft({ header: { typ } }),
  ),
]

/** Headers that are none. Source: RFC 7515, 4; RFC 8725, 2.4. */
const texts: Attack[] = attacksWith<(sound: string, issuer: Issuer) => string | Buffer>(
  'opaque',
  {
    'a header that is a list': (sound) => `[${sound}]`,
    'a header that is text': (sound) => JSON.stringify(sound),
    'a header that is a number': () => '1',
    'a header that is null': () => 'null',
    'a header that is true': () => 'true',
    'a header without members': () => '{}',
    'a header that is empty': () => '',
    'a header of a space': () => ' ',
    'a header that is no JSON': () => 'RS256',
    'a header in single quotes': (sound) => sound.replaceAll('"', "'"),
    'a header with a comment': (sound) => sound.replace('{', '{/* */'),
    'a header with a comma too much': (sound) => sound.replace('}', ',}'),
    'a header twice': (sound) => sound + sound,
    'a header with something after it': (sound) => `${sound}x`,
    'a header with U+0000 after it': (sound) => `${sound}\0`,
    'a header with a line end in a text': (sound) => sound.replace('rsa', 'rsa\n'),
    'a header with a byte order mark': (sound) => `\ufeff${sound}`,
    'a header in UTF-16': (sound) => Buffer.from(sound, 'utf16le'),
    'a header with a byte that is not UTF-8': (sound) =>
      Buffer.from(sound.replace('rsa', 'rsa\xff'), 'latin1'),
    'a header with a lone surrogate': (sound) => sound.replace('rsa', '\\ud800'),
    'a header with an overlong slash': (sound) => Buffer.from(sound.replace('rsa', '\xc0\xaf'), 'latin1'),
    'alg twice, none first': (sound) => sound.replace('{', '{"alg":"none",'),
    'alg twice, none last': (sound) => sound.replace('}', ',"alg":"none"}'),
    'alg twice the same': (sound) => sound.replace('{', '{"alg":"RS256",'),
    'alg twice, once in escapes': (sound) => sound.replace('{', '{"\\u0061lg":"HS256",'),
    'kid twice': (sound) => sound.replace('}', ',"kid":"p256"}'),
    'a member twice within a member': (sound) => sound.replace('}', ',"x":{"a":1,"a":2}}'),
    '__proto__ with another alg': (sound) => sound.replace('{', '{"__proto__":{"alg":"none"},'),
    '__proto__ in escapes': (sound) => sound.replace('{', '{"\\u005f_proto__":{},'),
    '__proto__ without alg of its own': () => '{"__proto__":{"alg":"RS256","kid":"rsa"}}',
    'a number that no double holds': (sound) => sound.replace('}', ',"x":1e400}'),
    'a header of 101 levels': (sound) => sound.replace('}', `,"x":${'['.repeat(100)}${']'.repeat(100)}}`),
    'a header of 2,000 levels': (sound) =>
      sound.replace('}', `,"x":${'['.repeat(2_000)}${']'.repeat(2_000)}}`),
    'a header of brackets without end': () => '['.repeat(6_000),
    'a header of 8,193 characters': (sound) =>
      sound.replace('}', `,"x":"${'x'.repeat(6_145 - sound.length - 7)}"}`),
  },
  (change, issuer) => issuer.craft({ header: change('{"alg":"RS256","kid":"rsa","typ":"JWT"}', issuer) }),
)

/** Members that mean something to JavaScript, in tokens that nobody has signed. */
const reserved: Attack[] = attacksWith<Record<string, unknown>>(
  'jwt',
  {
    constructor: { constructor: { prototype: { alg: 'none' } } },
    hasOwnProperty: { hasOwnProperty: null },
    'toString and valueOf': { toString: 'x', valueOf: 1 },
    toJSON: { toJSON: 'x' },
  },
  (header, _, attacker) => attacker.craft({ header }),
).map((attack) => ({ ...attack, name: `a foreign key with ${attack.name} in the header` }))

export const headers: readonly Attack[] = [
  ...ownKeys,
  ...critical,
  ...kids,
  ...types,
  ...texts,
  ...reserved,
  {
    name: 'a header that is the payload',
    kind: 'opaque',
    token(issuer) {
      const { claims } = { claims: claimsOf(issuer.craft()) }
      return issuer.craft({ header: part(JSON.stringify(claims)) })
    },
  },
]
