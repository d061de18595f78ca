import { argon2id } from './hashFormats/argon2id.ts'
import { formatOf } from './passwordHash.ts'

/** Hashes passwords off the event loop. */
export interface Hashing {
  /** Makes a hash of our own format. */
  readonly hash: (password: string) => Promise<string>
  /**
   * Whether a password is the one behind a hash.
   * @throws if the hash is of no format that is known
   */
  readonly verify: (passwordHash: string, password: string) => Promise<boolean>
}

/** It is done by threads of this process. */
export const ownHashing: Hashing = {
  hash: argon2id.hash,

  async verify(passwordHash, password) {
    const format = formatOf(passwordHash)
    if (!format) throw new Error('the hash of a password is of no format that is known')
    return format.verify(passwordHash, password)
  },
}
