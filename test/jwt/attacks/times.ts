import { claimsOf, now } from '../../support/jwt.ts'
import { attacksWith, type Attack } from './attack.ts'

/** In seconds, what the realms allow if nothing else is set. */
export const skew = 60

const noTimes = {
  'that is null': null,
  'that is text': String(now),
  'that is empty': '',
  'that is a date as text': '2027-01-15T08:00:00Z',
  'that is NaN as text': 'NaN',
  'that is Infinity as text': 'Infinity',
  'that is true': true,
  'that is false': false,
  'in a list': [now],
  'in an object': { value: now },
}

/** Source: RFC 7519, 4.1.4 to 4.1.6; OpenID Connect Core, 2. */
const wrong: Attack[] = ['exp', 'iat', 'nbf', 'auth_time'].flatMap((claim) =>
  Object.entries(noTimes).map(([what, value]): Attack => ({
    name: `${claim} ${what}`,
    kind: 'jwt',
    token: (issuer) => issuer.craft({ claims: { [claim]: value } }),
  })),
)

const missing: Attack[] = ['exp', 'iat'].flatMap((claim) =>
  ['web', 'api'].map((realm): Attack => ({
    name: `no ${claim} at the realm ${realm}`,
    kind: 'jwt',
    token: (issuer) => issuer.as(realm).craft({ claims: { scope: 'profiles', [claim]: undefined } }),
  })),
)

const late: Attack[] = attacksWith<number>(
  'jwt',
  {
    'exp just as the skew ends': now - skew,
    'exp a millisecond before that': now - skew - 0.001,
    'exp a second before that': now - skew - 1,
    'exp long ago': 1,
    'exp 0': 0,
    'exp -0': -0,
    'exp below 0': -1,
    'exp far below 0': -1e300,
  },
  (exp, issuer) => issuer.craft({ claims: { exp } }),
)

const early: Attack[] = ['iat', 'nbf', 'auth_time'].flatMap((claim) =>
  Object.entries({
    'just as the skew begins': now + skew,
    'a millisecond after that': now + skew + 0.001,
    'a second after that': now + skew + 1,
    'in milliseconds': now * 1_000,
    'in the far future': 1e300,
  }).map(([when, time]): Attack => ({
    name: `${claim} ${when}`,
    kind: 'jwt',
    token: (issuer) => issuer.craft({ claims: { [claim]: time } }),
  })),
)

/** Numbers that are none, or that nobody can hold. */
const numbers: Attack[] = attacksWith(
  'opaque',
  {
    'exp 1e400': '1e400',
    'exp 1e309': '1e309',
    'exp -1e400': '-1e400',
    'exp of 400 digits': '9'.repeat(400),
    'exp that a double would alter': '9007199254740993',
    'exp with more decimals than a double has': '1800000300.00000000001',
    'exp NaN': 'NaN',
    'exp Infinity': 'Infinity',
    'exp with a plus sign': '+1800000300',
    'exp with a zero before it': '01800000300',
    'exp in hexadecimal': '0x6b49d200',
    'exp with separators': '1_800_000_300',
    'exp as a BigInt': '1800000300n',
  },
  (text, issuer) => {
    const claims = JSON.stringify({ ...claimsOf(issuer.craft()), exp: 'EXP' })
    return issuer.craft({ claims: claims.replace('"EXP"', text) })
  },
)

export const times: readonly Attack[] = [...wrong, ...missing, ...late, ...early, ...numbers]
