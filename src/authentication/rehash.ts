import type { Passwords } from './passwords.ts'
import { formatOf, isOwnHash } from './passwordHash.ts'
import type { Source } from './source.ts'
import { createSingleFlight } from './singleFlight.ts'
import type { FoundUser, UserRepository } from './userRepository.ts'

interface RehashParts {
  users: Pick<UserRepository, 'rehash'>
  passwords: Passwords
  /** Told why a hash could not be stored now: the next login tries again. */
  report: (cause: unknown) => void
}

/**
 * Makes the function that gives a user whose password has just proved right a hash of our own, where the one that is
 * there is not. Logins at once do it once.
 * @returns whether the user was written meanwhile, by this or by somebody else, and has to be read again
 */
export function createRehash({ users, passwords, report }: RehashParts) {
  const once = createSingleFlight<boolean>()

  return async function rehash(
    { user, basis }: FoundUser,
    password: string,
    source: Source,
  ): Promise<boolean> {
    const { username, passwordHash } = user
    if (isOwnHash(passwordHash)) return false
    // What was hashed may begin so, and go on: that alone is to prove the user.
    if (!formatOf(passwordHash)?.isExact(password)) return false
    return once(JSON.stringify([username, passwordHash]), store)

    async function store(): Promise<boolean> {
      try {
        await users.rehash(basis, await passwords.hash(password, source))
        return true
      } catch (cause) {
        report(cause)
        return false
      }
    }
  }
}
