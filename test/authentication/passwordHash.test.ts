import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatOf, passwordHashProblem } from '../../src/authentication/passwordHash.ts'

// Made with OpenJDK 17, as Elasticsearch makes them: bcrypt by jBCrypt 0.4, from which its own comes, told to take the
// prefixes that Elasticsearch takes; PBKDF2 by PBKDF2withHMACSHA512.
const bcryptSalt = '04$CCCCCCCCCCCCCCCCCCCCC.'
const pbkdf2Salt = '1000$IEVqj7TZ/iNIbZK33AEmS3CVut8EKU5zmL3iByxRdps=$'
const vectors: [name: string, password: string, bcrypt: string, pbkdf2: string, stretched: string][] = [
  [
    'a word',
    'l0ng-r4nd0m-p@ssw0rd',
    'VQHJccsbeph7TqnIocYG0/U7VEhI8Ba',
    '7kwpZi8kVZMAhXsz07bbjyuFpkM8pxIrjrBcY/19f9g=',
    'yqhKTfclt0sgbMrMiSzEvM2DzdNfoncByEeaKYnUizQ=',
  ],
  [
    'letters beyond ASCII',
    'pässwörd € \u{1f600}',
    'wJLKAHPN63M5cAvJGq7MUIrO6Sxn9FS',
    'CdLebO0HOo9SDDk+XDvIuLq8e7DK1/Yl2vW/BLwnBBc=',
    'yHaEYHjjYZ+g6uCufaYDWsOcqoX3gmDEWwQ5MGLfgD0=',
  ],
  [
    'nothing',
    '',
    'Cg0ly9t/KVBCBYYDfOmZKwry9JuXClC',
    'FxvU0KJTx3W9LP0aDLhSJ6pRirfBMCbgSGHmG1Qxm4U=',
    'LNjVFfVSorE5RXpXR08tYnej+NNe6sRnvytK0Llf/2U=',
  ],
  [
    'a zero inside',
    'nul\0inside',
    'LXfH4tAphde/mMO4QjkiVpZzTatJUoe',
    '51IjSwSUdrDMDTgRwz0P1Dff5qbeMI8fk6g94d8bH6w=',
    'lf0KdhBsGQdsTQIcmLiL6zGfPi0Dkyutfu115hfxDyA=',
  ],
  [
    '71 letters',
    'x'.repeat(71),
    'mwrsLq6gtszNEQrpvY85c8XKy5rgdwW',
    '/NsMgU+vGYh85f7qDzTvbDPz9ygNbBNIZa3OPsiwpac=',
    '7b92vVusEWpCRWVwBLxqb52SDeEtpAHGq91tEbWboog=',
  ],
  [
    '72 letters',
    'x'.repeat(72),
    'ug0A3dTXhy5U.dFjx/qguZ8I4CB77BC',
    '44QBQC3Pzy4X9Ayue75KLIDSJklkTuDuJPrJLSzKo90=',
    'Vxz8Y8nNJJARgUwwLXhoWjAfFwEJgtW+td5nhLcDYlg=',
  ],
  [
    '100 letters',
    'x'.repeat(100),
    'ug0A3dTXhy5U.dFjx/qguZ8I4CB77BC',
    'I3Oa42QZAm9kSb/QWOGebBBJNYmbUIgcgikK6PsHrDg=',
    'jev5+f6r6YQCX0j/8jXG+qbOBlee0jUE6Pmfcv19aKs=',
  ],
]
const password = 'l0ng-r4nd0m-p@ssw0rd'
const otherwise: [name: string, hash: string][] = [
  ['bcrypt of cost 10', '$2a$10$abcdefghijklmnopqrstuu4JkvQ8ilj.Gx./WK5bj8qORdf94LrqO'],
  ['PBKDF2 with a salt of 8 and a length of 16 bytes', '{PBKDF2}10000$EDVaf6TJ7hM=$2rZ/UfAYuw+WxshbfhUuYw=='],
  [
    'PBKDF2_STRETCH with a length of 48 bytes',
    '{PBKDF2_STRETCH}50000$MFV6n8TpDjNYfaLH7BE2W4Clyu8UOV6DqM3yFzxhhqs=$' +
      'bwTScJU+NkcaL90Ns48F4jrp3yapUP1KpLS9suPgExDymuCoanzP6jR4kIs/QwGd',
  ],
  [
    'PBKDF2_STRETCH with a salt and a length of 64 bytes',
    '{PBKDF2_STRETCH}10000$QGWKr9T5HkNojbLX/CFGa5C12v8kSW6TuN0CJ0xxlrvgBSpPdJm+4wgtUnecweYLMFV6n8TpDjNYfaLH7BE2Ww==$' +
      'SkKcnSOJdCdwzA6xTmGW24XFRBgBJZrzw2S+OncpxtN+Dbqd6ZNc4uaQvE/Hg6zvaHTTG5sviC1+wzkMhup8Xg==',
  ],
]

function verify(hash: string, given: string): Promise<boolean> | undefined {
  return formatOf(hash)?.verify(hash, given)
}

describe('a hash that Elasticsearch has made', () => {
  it.each(vectors)('proves its password alone: %s', async (_, right, bcrypt, pbkdf2, stretched) => {
    const hashes = [
      ...['a', 'b', 'y'].map((minor) => `$2${minor}$${bcryptSalt}${bcrypt}`),
      `{PBKDF2}${pbkdf2Salt}${pbkdf2}`,
      `{PBKDF2_STRETCH}${pbkdf2Salt}${stretched}`,
    ]
    for (const hash of hashes) {
      expect(passwordHashProblem(hash)).toBeNull()
      expect(await verify(hash, right)).toBe(true)
      expect(await verify(hash, `1${right}`)).toBe(false)
      expect(await verify(hash, right.slice(0, 70) + (right.length > 70 ? '' : '1'))).toBe(false)
    }
  })

  it.each(otherwise)('is verified at its cost and length: %s', async (_, hash) => {
    expect(passwordHashProblem(hash)).toBeNull()
    expect(await verify(hash, password)).toBe(true)
    expect(await verify(hash, `${password}1`)).toBe(false)
  })

  it.each([
    ['bcrypt beyond 72 bytes', `$2a$${bcryptSalt}ug0A3dTXhy5U.dFjx/qguZ8I4CB77BC`, 'x'.repeat(99)],
    ['bcrypt of 72 bytes', `$2a$${bcryptSalt}ug0A3dTXhy5U.dFjx/qguZ8I4CB77BC`, 'x'.repeat(72)],
    [
      'PBKDF2 before a zero at its end',
      `{PBKDF2}${pbkdf2Salt}7kwpZi8kVZMAhXsz07bbjyuFpkM8pxIrjrBcY/19f9g=`,
      `${password}\0`,
    ],
  ])('does not tell the password from others that prove right too: %s', async (_, hash, other) => {
    expect(await verify(hash, other)).toBe(true)
    expect(formatOf(hash)?.isExact(other)).toBe(false)
  })

  it.each(otherwise)('tells every ordinary password from all others: %s', (_, hash) => {
    for (const exact of [password, 'x'.repeat(71), 'ä€', ''])
      expect(formatOf(hash)?.isExact(exact)).toBe(true)
  })
})

describe('a hash that nothing could be verified against, or not in half a second,', () => {
  const [bcrypt, shortest, , longest] = otherwise.map(([, hash]) => hash) as [string, string, string, string]
  const rules = {
    format: 'must be an argon2id, bcrypt, {PBKDF2} or {PBKDF2_STRETCH} hash',
    bcrypt: 'must be a bcrypt hash with a cost from 4 to 13, 22 characters of salt and 31 of hash',
    pbkdf2:
      'must be a {PBKDF2} hash with 1000, 10000, 50000, 100000, 500000 or 1000000 iterations, a salt of 8 to 64 bytes, ' +
      'and a length of 16, 32, 48 or 64 bytes, both in base64',
    stretch:
      'must be a {PBKDF2_STRETCH} hash with 1000, 10000, 50000, 100000, 500000 or 1000000 iterations, a salt of 8 to 64 ' +
      'bytes, and a length of 16, 32, 48 or 64 bytes, both in base64',
  }

  it.each<[string, string, keyof typeof rules]>([
    ['bcrypt of cost 14', bcrypt.replace('$10$', '$14$'), 'bcrypt'],
    ['bcrypt of cost 31', bcrypt.replace('$10$', '$31$'), 'bcrypt'],
    ['bcrypt of cost 3', bcrypt.replace('$10$', '$03$'), 'bcrypt'],
    ['a cost of one digit', bcrypt.replace('$10$', '$9$'), 'bcrypt'],
    ['a shorter bcrypt hash', bcrypt.slice(0, -1), 'bcrypt'],
    ['a longer bcrypt hash', `${bcrypt}O`, 'bcrypt'],
    ['a bcrypt salt with bits too many', bcrypt.replace('uu4J', 'uv4J'), 'bcrypt'],
    ['a bcrypt hash with bits too many', `${bcrypt.slice(0, -1)}P`, 'bcrypt'],
    ['a line end', `${bcrypt}\n`, 'bcrypt'],
    ['bcrypt with a mistake of 2011', bcrypt.replace('$2a', '$2x'), 'format'],
    ['bcrypt of 1999', bcrypt.replace('$2a', '$2'), 'format'],
    ['a count of iterations that Elasticsearch lacks', shortest.replace('10000', '10001'), 'pbkdf2'],
    ['too many iterations', shortest.replace('10000', '2000000'), 'pbkdf2'],
    ['a count with a zero before it', shortest.replace('10000', '010000'), 'pbkdf2'],
    ['no count', shortest.replace('10000', ''), 'pbkdf2'],
    ['a salt of 7 bytes', shortest.replace('EDVaf6TJ7hM=', 'EDVaf6TJ7g=='), 'pbkdf2'],
    ['a length of 15 bytes', shortest.replace('Yw==', ''), 'pbkdf2'],
    ['a length that is no multiple of 16', shortest.replace('Yw==', 'Y2Nj'), 'pbkdf2'],
    ['a base64 with bits too many', shortest.replace('Yw==', 'Yx=='), 'pbkdf2'],
    ['base64url', shortest.replace('+', '-'), 'pbkdf2'],
    ['a fourth part', `${shortest}$`, 'pbkdf2'],
    ['a salt of 65 bytes', longest.replace('Ww==$', 'W1s=$'), 'stretch'],
    ['a length of 80 bytes', `${longest.slice(0, -4)}${'YWFh'.repeat(6)}`, 'stretch'],
    ['SSHA256', '{SSHA256}EDVaf6TJ7hM=2rZ/UfAYuw+WxshbfhUuYw==', 'format'],
    ['MD5', '{MD5}2rZ/UfAYuw+WxshbfhUuYw==', 'format'],
    ['another case', shortest.replace('{PBKDF2}', '{pbkdf2}'), 'format'],
    ['something before it', ` ${bcrypt}`, 'format'],
    ['a plain password', password, 'format'],
    ['nothing', '', 'format'],
  ])('is refused, and not repeated: %s', (_, hash, rule) => {
    expect(passwordHashProblem(hash)).toBe(rules[rule])
  })

  it('is refused whatever else it is', () => {
    const almost = fc.oneof(
      fc.string(),
      fc
        .constantFrom('{PBKDF2}', '$2b$', '$argon2id$')
        .chain((prefix) => fc.string().map((rest) => prefix + rest)),
    )
    fc.assert(
      fc.property(almost, (text) => {
        expect(passwordHashProblem(text)).toMatch(/^must be an? /)
      }),
    )
  })
})

describe('a decoy', () => {
  it.each([
    ['bcrypt', '$2a$', [4, 10, 13]],
    ['PBKDF2', '{PBKDF2}', [1_000, 1_000_000]],
    ['PBKDF2_STRETCH', '{PBKDF2_STRETCH}', [1_000, 1_000_000]],
    ['argon2id', '$argon2id$', [2]],
  ])('is a hash of its format and cost, another each time: %s', async (_, prefix, costs) => {
    const format = formatOf(prefix)
    for (const cost of costs) {
      const decoys = Array.from({ length: 50 }, () => format?.decoy(cost) ?? '')
      for (const decoy of decoys) {
        expect(passwordHashProblem(decoy)).toBeNull()
        expect(formatOf(decoy)).toBe(format)
        expect(format?.costOf(decoy)).toBe(cost)
      }
      expect(new Set(decoys).size).toBe(50)
    }
    expect(await verify(format?.decoy(costs[0] ?? 0) ?? '', password)).toBe(false)
  })
})
