import { argon2id } from './hashFormats/argon2id.ts'
import { bcrypt } from './hashFormats/bcrypt.ts'
import type { HashFormat } from './hashFormats/hashFormat.ts'
import { pbkdf2, pbkdf2Stretch } from './hashFormats/pbkdf2.ts'

/** How Elasticsearch stores the hashes of passwords, as far as they are worth it. */
const foreignFormats: readonly HashFormat[] = [bcrypt, pbkdf2, pbkdf2Stretch]

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
  return [argon2id, ...foreignFormats].find(({ prefix }) => prefix.test(hash))
}

/** Whether a hash is one that we could have made. */
export function isOwnHash(hash: string): boolean {
  return argon2id.costOf(hash) !== null
}

/** Hashes that are not our own, and against which verifying costs the same. */
export interface ForeignKind {
  readonly format: HashFormat
  readonly cost: number
}

export const foreignKinds: readonly ForeignKind[] = foreignFormats.flatMap((format) =>
  format.costs.map((cost) => ({ format, cost })),
)

/** Nothing, if a hash is of none. */
export function foreignKindOf(hash: string): ForeignKind | undefined {
  return foreignKinds.find(({ format, cost }) => format.prefix.test(hash) && format.costOf(hash) === cost)
}
