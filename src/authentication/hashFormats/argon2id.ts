import { randomBytes } from 'node:crypto'
import { hash, verify } from '@node-rs/argon2'
import type { HashFormat } from './hashFormat.ts'

/**
 * Our own format: argon2id with the first of the parameters that OWASP recommends, which takes about 10 ms.
 * Source: OWASP Password Storage Cheat Sheet.
 */
export const argon2id: HashFormat & { readonly hash: (password: string) => Promise<string> } = {
  prefix: /^\$argon2id\$/,
  rule: 'must be an argon2id hash with m=19456, t=2, p=1, a salt of 16 and a length of 32 bytes',
  costOf: (text) => (made.test(text) ? parameters.timeCost : null),
  decoy: () => `$argon2id$v=19$m=19456,t=2,p=1$${randomText(16)}$${randomText(32)}`,
  verify,
  isExact: () => true,
  hash: (password) => hash(password, parameters),
}

const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

const made =
  /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{21}[AQgw]\$[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]$/

function randomText(bytes: number): string {
  return randomBytes(bytes).toString('base64').replaceAll('=', '')
}
