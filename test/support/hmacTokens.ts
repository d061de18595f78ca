import { createHmac } from 'node:crypto'

/** A secret that an issuer shares with the gateway. */
export const hmacKey = 'a-key-of-an-issuer-of-more-than-32-bytes'

/** What `gateway.yml` says of a realm for the tokens below, where `HMAC_KEY` is in the environment. */
export function hmacRealm(name: string, order: number, more: Readonly<Record<string, string>> = {}): string {
  const settings = {
    order: `${order}`,
    allowed_issuer: issuerOf(name),
    allowed_audiences: '[gateway]',
    allowed_signature_algorithms: 'HS256',
    hmac_key: '${HMAC_KEY}',
    'claims.principal': 'sub',
    'claims.mail': 'email',
    'client_authentication.type': 'none',
    ...more,
  }
  return Object.entries(settings)
    .map(([setting, value]) => `realms.jwt.${name}.${setting}: ${value}\n`)
    .join('')
}

/** An ID token of the realm's issuer, valid for an hour from then, in epoch milliseconds. */
export function hmacToken(realm: string, claims: object, now: number): string {
  const seconds = Math.floor(now / 1_000)
  const times = { iat: seconds - 60, exp: seconds + 3_600 }
  const signed = [
    { alg: 'HS256', typ: 'JWT' },
    { iss: issuerOf(realm), aud: 'gateway', ...times, ...claims },
  ]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  return `${signed}.${createHmac('sha256', hmacKey).update(signed).digest('base64url')}`
}

function issuerOf(realm: string): string {
  return `https://${realm}.example.com/`
}
