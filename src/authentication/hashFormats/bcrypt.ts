import { randomBytes } from 'node:crypto'
import { verify } from '@node-rs/bcrypt'
import type { HashFormat } from './hashFormat.ts'

/** Elasticsearch also has 14, which takes 0.8 s, twice as long as 13: whoever tries to log in could make us spend that. */
const costs = [4, 5, 6, 7, 8, 9, 10, 11, 12, 13]

/**
 * Elasticsearch's default, with cost 10. As there, it takes the first 72 bytes of the password in UTF-8 with a 0 at its
 * end, and does not stop at an earlier 0. Source: Elasticsearch, `BCrypt.java`.
 */
export const bcrypt: HashFormat = {
  prefix: /^\$2[aby]\$/,
  rule: `must be a bcrypt hash with a cost from ${costs.at(0)} to ${costs.at(-1)}, 22 characters of salt and 31 of hash`,
  costs,
  costOf(text) {
    const [, digits] = made.exec(text) ?? []
    return costs.find((cost) => cost === Number(digits)) ?? null
  },
  decoy: (cost) => `$2a$${String(cost).padStart(2, '0')}$${randomText(21)}.${randomText(30)}.`,
  verify: (hash, password) => verify(password, hash),
  isExact: (password) => Buffer.byteLength(password) < 72 && !password.includes('\0'),
}

/** The last character of each part has unused bits: where they are not zero, no password can match. */
const made = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{30}[.CGKOSWaeimquy26]$/

function randomText(characters: number): string {
  return randomBytes(characters).toString('base64url').replaceAll(/[-_]/g, '/').slice(0, characters)
}
