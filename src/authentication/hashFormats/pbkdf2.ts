import { hash as digest, pbkdf2 as derive, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import type { HashFormat } from './hashFormat.ts'

/** Those that Elasticsearch has. The last takes 0.4 s. Source: Elasticsearch, `Hasher.java`. */
const iterations = [1_000, 10_000, 50_000, 100_000, 500_000, 1_000_000]

/** In bytes. Elasticsearch makes 32. */
const longestSalt = 64

/** PBKDF2 with HMAC-SHA-512, as Elasticsearch makes it where it is told to. */
export const pbkdf2 = format('PBKDF2', (password) => password)

/** The same over the SHA-512 of the password in hexadecimal: what it makes for FIPS 140. */
export const pbkdf2Stretch = format('PBKDF2_STRETCH', (password) => digest('sha512', password))

function format(name: string, input: (password: string) => string): HashFormat {
  return {
    prefix: new RegExp(`^\\{${name}\\}`),
    rule:
      `must be a {${name}} hash with ${iterations.slice(0, -1).join(', ')} or ${iterations.at(-1)} iterations, ` +
      `a salt of 8 to ${longestSalt} bytes, and a length of 16, 32, 48 or 64 bytes, both in base64`,
    costOf: (text) => partsOf(text)?.cost ?? null,
    decoy: (cost) =>
      `{${name}}${cost}$${randomBytes(32).toString('base64')}$${randomBytes(32).toString('base64')}`,
    async verify(text, password) {
      const parts = partsOf(text)
      if (!parts) return false
      const { cost, salt, hash } = parts
      return timingSafeEqual(
        hash,
        await promisify(derive)(input(password), salt, cost, hash.length, 'sha512'),
      )
    },
    // HMAC takes a key that ends in zeros for the same without them.
    isExact: (password) => !password.endsWith('\0'),
  }
}

interface Parts {
  readonly cost: number
  readonly salt: Buffer
  readonly hash: Buffer
}

/** Null if it is no hash that Elasticsearch could verify at a cost that it has. */
function partsOf(text: string): Parts | null {
  const [, count, ...encoded] = /^\{PBKDF2(?:_STRETCH)?\}(\d+)\$([^$]+)\$([^$]+)$/.exec(text) ?? []
  const cost = iterations.find((one) => String(one) === count)
  const [salt, hash] = encoded.map(bytesOf)
  if (cost === undefined || !salt || !hash) return null
  const fits = salt.length >= 8 && salt.length <= longestSalt && hash.length <= 64 && hash.length % 16 === 0
  return fits ? { cost, salt, hash } : null
}

function bytesOf(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : null
}
