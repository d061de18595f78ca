import { argon2id } from './hashFormats/argon2id.ts'
import { bcrypt } from './hashFormats/bcrypt.ts'
import type { HashFormat } from './hashFormats/hashFormat.ts'
import { pbkdf2, pbkdf2Stretch } from './hashFormats/pbkdf2.ts'

/** How the hash of a password may be stored: as Elasticsearch does it, or as we do it ourselves, which comes last. */
const formats: readonly HashFormat[] = [bcrypt, pbkdf2, pbkdf2Stretch, argon2id]

/**
 * Why passwords cannot be verified against a hash, or may not, as the end of a sentence about it; repeats nothing of
 * it. Null: they can.
 */
export function passwordHashProblem(hash: string): string | null {
  const format = formatOf(hash)
  if (!format) return 'must be an argon2id, bcrypt, {PBKDF2} or {PBKDF2_STRETCH} hash'
  return format.costOf(hash) === null ? format.rule : null
}

/** The format that a hash begins like; nothing, if there is none. */
export function formatOf(hash: string): HashFormat | undefined {
  return formats.find(({ prefix }) => prefix.test(hash))
}
