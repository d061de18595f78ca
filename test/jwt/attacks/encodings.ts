import { generateKeyPairSync } from 'node:crypto'
import { part, partsOf, type Issuer } from '../../support/jwt.ts'
import { attacksWith, type Attack } from './attack.ts'

/** Source: RFC 7515, 2, 5.2, 7.1, 7.2; RFC 7516, 9. */
const forms: Attack[] = attacksWith<(sound: string, issuer: Issuer) => string>(
  'opaque',
  {
    'one part': (sound) => partsOf(sound)[0],
    'the claims alone': (sound) => partsOf(sound)[1],
    'two parts': (sound) => sound.split('.').slice(0, 2).join('.'),
    'the last two parts': (sound) => sound.split('.').slice(1).join('.'),
    'four parts': (sound) => `${sound}.${partsOf(sound)[2]}`,
    'a fourth part that is empty': (sound) => `${sound}.`,
    'an empty part before': (sound) => `.${sound}`,
    'five parts': (sound) => `${sound}.${partsOf(sound)[2]}.${partsOf(sound)[2]}`,
    'nothing but a dot': () => '.',
    'nothing but two dots': () => '..',
    'nothing but four dots': () => '....',
    'no header': (sound) => sound.replace(/^[^.]*/, ''),
    'no claims': (sound) => sound.replace(/\.[^.]*\./, '..'),
    'three letters': () => 'a.b.c',
    'an encrypted JWT': () => {
      const header = part({ alg: 'dir', enc: 'A256GCM', cty: 'JWT' })
      return [header, '', part('nonce'), part('ciphertext'), part('tag')].join('.')
    },
    'an encrypted JWT with a key of its own': () => {
      const { n } = generateKeyPairSync('rsa', { modulusLength: 2_048 }).publicKey.export({ format: 'jwk' })
      const header = part({ alg: 'RSA-OAEP', enc: 'A128CBC-HS256' })
      return [header, n, part('nonce'), part('ciphertext'), part('tag')].join('.')
    },
    'a nested JWT': (sound, issuer) => issuer.craft({ header: { cty: 'JWT' }, claims: sound }),
    'a nested JWT as text': (sound, issuer) =>
      issuer.craft({ header: { cty: 'JWT' }, claims: JSON.stringify(sound) }),
    'the flattened form in JSON': (sound) => {
      const [header, payload, signature] = partsOf(sound)
      return JSON.stringify({ protected: header, payload, signature })
    },
    'the general form in JSON': (sound) => {
      const [header, payload, signature] = partsOf(sound)
      return JSON.stringify({ payload, signatures: [{ protected: header, signature }] })
    },
    'the general form with a second signature': (sound) => {
      const [header, payload, signature] = partsOf(sound)
      const none = { protected: part({ alg: 'none' }), signature: '' }
      return JSON.stringify({ payload, signatures: [none, { protected: header, signature }] })
    },
    'JSON around the token': (sound) => JSON.stringify({ access_token: sound }),
    'the token in quotes': (sound) => `"${sound}"`,
    'the token with its scheme': (sound) => `Bearer ${sound}`,
    'two tokens': (sound) => `${sound},${sound}`,
    'two tokens with a space': (sound) => `${sound} ${sound}`,
    'a token and a secret': (sound) => `${sound}:secret`,
    'dots that are escaped': (sound) => sound.replaceAll('.', '%2E'),
    'dots of another kind': (sound) => sound.replaceAll('.', '\u2024'),
    'the token in base64url once more': (sound) => part(sound),
  },
  (change, issuer) => change(issuer.craft(), issuer),
)

/** A letter more than what was signed. */
const longer: Attack[] = ([0, 1, 2] as const).map((index) => ({
  name: `a letter more, in part ${index + 1}`,
  // The signature is then another one, which can be read.
  kind: index === 2 ? 'jwt' : 'opaque',
  token: (issuer) => changed(issuer.craft(), index, (text) => `${text}A`),
}))

/** Each token has one spelling only: a second one would not be the one that was revoked or counted. Source: RFC 4648, 3.5, 5. */
const spellings: Attack[] = [
  ...([0, 1, 2] as const).flatMap((index) =>
    Object.entries<(text: string) => string>({
      padding: (text) => `${text}=`,
      'two signs of padding': (text) => `${text}==`,
      'padding to a multiple of four': (text) => `${text}${'='.repeat((4 - (text.length % 4)) % 4 || 4)}`,
      'a line end within': (text) => `${text.slice(0, 8)}\n${text.slice(8)}`,
      'a line end of Windows within': (text) => `${text.slice(0, 8)}\r\n${text.slice(8)}`,
      'a tab within': (text) => `${text.slice(0, 8)}\t${text.slice(8)}`,
      'a space within': (text) => `${text.slice(0, 8)} ${text.slice(8)}`,
      'an escaped equals sign': (text) => `${text}%3D`,
      'four letters more': (text) => `${text}AAA=`,
      'a letter that is none': (text) => `${text.slice(0, 8)}!${text.slice(8)}`,
      'a full-width letter': (text) => `${text.slice(0, 8)}\uff21${text.slice(8)}`,
      'a zero-width space': (text) => `${text.slice(0, 8)}\u200b${text.slice(8)}`,
      'a tilde': (text) => `${text.slice(0, 8)}~${text.slice(8)}`,
    }).map(([what, change]): Attack => ({
      name: `${what}, in part ${index + 1}`,
      kind: 'opaque',
      token: (issuer) => changed(ofUnevenLength(issuer), index, change),
    })),
  ),
  ...([1, 2] as const).flatMap((index) =>
    (['+', '/'] as const).map((letter): Attack => ({
      name: `${letter} of base64, in part ${index + 1}`,
      kind: 'opaque',
      token: (issuer) => {
        const own = letter === '+' ? '-' : '_'
        const token = tokenWhere(issuer, (sound) => (sound.split('.')[index] ?? '').includes(own))
        return changed(token, index, (text) => text.replace(own, letter))
      },
    })),
  ),
  ...([0, 1, 2] as const).map((index): Attack => ({
    name: `bits that nobody reads at the end of part ${index + 1}`,
    kind: 'opaque',
    token: (issuer) => changed(ofUnevenLength(issuer), index, withOtherTail),
  })),
]

/** Good claims in bytes that are not good. Source: RFC 8725, 3.7; RFC 7519, 7.2. */
const bytes: Attack[] = attacksWith<(sound: string) => string | Buffer>(
  'opaque',
  {
    'claims with a byte order mark': (sound) => `\ufeff${sound}`,
    'claims in UTF-16': (sound) => Buffer.from(sound, 'utf16le'),
    'claims in Latin-1': (sound) => Buffer.from(sound.replace('jacknich', 'jack\xf1ich'), 'latin1'),
    'claims with a byte that is no UTF-8': (sound) =>
      Buffer.from(sound.replace('jacknich', 'jacknich\xff'), 'latin1'),
    'claims with an overlong letter': (sound) =>
      Buffer.from(sound.replace('jacknich', '\xc1\xaaacknich'), 'latin1'),
    'claims with a surrogate in UTF-8': (sound) =>
      Buffer.from(sound.replace('jacknich', '\xed\xa0\x80'), 'latin1'),
    'claims with half a letter': (sound) => Buffer.from(sound.replace('jacknich', '\xe2\x82'), 'latin1'),
    'claims with an escaped lone surrogate': (sound) => sound.replace('jacknich', '\\udc00'),
    'claims with surrogates in the wrong order': (sound) => sound.replace('jacknich', '\\udc00\\ud800'),
    'claims with an escaped U+0000': (sound) => sound.replace('jacknich', 'jacknich\\u0000'),
    'claims with U+0000': (sound) => sound.replace('jacknich', 'jacknich\0'),
    'claims with U+0000 in a name': (sound) => sound.replace('{', '{"a\\u0000":1,'),
    'claims with a line end in a text': (sound) => sound.replace('jacknich', 'jack\nnich'),
    'claims with a wrong escape': (sound) => sound.replace('jacknich', '\\x6aacknich'),
    'claims with something after them': (sound) => `${sound}x`,
    'claims twice': (sound) => sound + sound,
    'claims with a comma too much': (sound) => sound.replace(/}$/, ',}'),
    'claims in single quotes': (sound) => sound.replaceAll('"', "'"),
    'claims with a comment': (sound) => sound.replace('{', '{/* */'),
    'claims without their end': (sound) => sound.slice(0, -1),
    'claims that are a list': (sound) => `[${sound}]`,
    'claims that are text': (sound) => JSON.stringify(sound),
    'claims that are null': () => 'null',
    'claims that are a number': () => '1',
    'claims that are YAML': () => 'sub: jacknich',
    'claims of a space': () => ' ',
    'sub twice': (sound) => sound.replace('{', '{"sub":"elastic",'),
    'sub twice the same': (sound) => sound.replace('{', '{"sub":"jacknich",'),
    'sub twice, once in escapes': (sound) => sound.replace('{', '{"s\\u0075b":"elastic",'),
    'iss twice': (sound) => sound.replace(/}$/, ',"iss":"https://other.example/"}'),
    'aud twice': (sound) => sound.replace(/}$/, ',"aud":"gateway"}'),
    'exp twice': (sound) => sound.replace(/}$/, ',"exp":9000000000}'),
    'a claim twice that nobody reads': (sound) => sound.replace(/}$/, ',"x":1,"x":1}'),
    'a member twice within a claim': (sound) => sound.replace(/}$/, ',"x":{"a":1,"a":2}}'),
    '__proto__ with the claims': (sound) => `{"__proto__":${sound}}`,
    '__proto__ beside the claims': (sound) => sound.replace('{', '{"__proto__":{"admin":true},'),
    '__proto__ within a claim': (sound) => sound.replace(/}$/, ',"x":{"__proto__":{}}}'),
    'claims of 101 levels': (sound) => sound.replace(/}$/, `,"x":${'['.repeat(100)}${']'.repeat(100)}}`),
    'claims of 5,000 levels': (sound) =>
      sound.replace(/}$/, `,"x":${'['.repeat(5_000)}${']'.repeat(5_000)}}`),
    'claims of 10,000 levels': (sound) =>
      sound.replace(/}$/, `,"x":${'['.repeat(10_000)}${']'.repeat(10_000)}}`),
    'claims of objects within objects': (sound) =>
      sound.replace(/}$/, `,"x":${'{"a":'.repeat(200)}1${'}'.repeat(200)}}`),
    'claims of brackets without end': () => '['.repeat(10_000),
    'a number that no double holds': (sound) => sound.replace(/}$/, ',"x":1e400}'),
    'a number that a double alters': (sound) => sound.replace(/}$/, ',"x":9007199254740993}'),
    'a number of 1,000 digits': (sound) => sound.replace(/}$/, `,"x":1${'0'.repeat(999)}}`),
    'a number with a zero before it': (sound) => sound.replace(/}$/, ',"x":01}'),
    'a number in hexadecimal': (sound) => sound.replace(/}$/, ',"x":0x1}'),
    NaN: (sound) => sound.replace(/}$/, ',"x":NaN}'),
    Infinity: (sound) => sound.replace(/}$/, ',"x":-Infinity}'),
  },
  (change, issuer) =>
    issuer.craft({ claims: change(Buffer.from(partsOf(issuer.craft())[1], 'base64url').toString()) }),
)

/** Source: RFC 8725, 2.4, and the limits that the realms have. */
const sizes: Attack[] = [16_385, 20_000, 100_000, 900_000].map((length) => ({
  name: `a sound token of ${length} characters`,
  kind: 'opaque',
  token: (issuer) => tokenOfLength(issuer, length),
}))

export const encodings: readonly Attack[] = [...forms, ...longer, ...spellings, ...bytes, ...sizes]

/** A sound token of so many characters. */
export function tokenOfLength(issuer: Issuer, length: number): string {
  // A header that is as long as it must be makes up for what a claim cannot: three bytes are four characters.
  for (let typ = 0; ; typ++) {
    const header = { x: 'x'.repeat(typ) }
    const missing = length - issuer.craft({ header, claims: { x: '' } }).length
    const token = issuer.craft({ header, claims: { x: 'x'.repeat(Math.round((missing * 3) / 4)) } })
    if (token.length === length) return token
  }
}

/** A sound token with a header of so many characters. */
export function tokenWithHeaderOf(issuer: Issuer, length: number): string {
  const rest = Buffer.from(partsOf(issuer.craft({ header: { x: '' } }))[0], 'base64url').length
  return issuer.craft({ header: { x: 'x'.repeat((length * 3) / 4 - rest) } })
}

function changed(token: string, index: number, change: (text: string) => string): string {
  return token
    .split('.')
    .with(index, change(token.split('.')[index] ?? ''))
    .join('.')
}

function tokenWhere(issuer: Issuer, fits: (token: string) => boolean): string {
  for (let jti = 0; ; jti++) {
    const token = issuer.craft({ claims: { jti: `\u{1f511}${jti}?>~` } })
    if (fits(token)) return token
  }
}

/** A token whose parts all have bits to spare at their end. */
function ofUnevenLength(issuer: Issuer): string {
  const isUneven = (token: string) => token.split('.').every((text) => text.length % 4 !== 0)
  for (let length = 0; ; length++) {
    const token = issuer.craft({
      header: { x: 'x'.repeat(length) },
      claims: { x: 'x'.repeat(length) },
    })
    if (isUneven(token)) return token
    const other = issuer.craft({ header: { x: 'x'.repeat(length) }, claims: { x: 'x'.repeat(length + 1) } })
    if (isUneven(other)) return other
  }
}

/** The same bytes, written with another last letter. */
function withOtherTail(text: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const last = letters.indexOf(text.at(-1) ?? '')
  return text.slice(0, -1) + (letters[last ^ 1] ?? '')
}
