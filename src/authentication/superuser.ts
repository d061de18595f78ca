import type { Passwords } from './passwords.ts'
import type { Source } from './source.ts'
import { superuser } from './username.ts'
import type { UserRepository } from './userRepository.ts'

interface SuperuserParts {
  users: Pick<UserRepository, 'find' | 'createIfAbsent'>
  passwords: Passwords
}

/** Nobody else waits for anything yet. */
const source: Source = { lane: 'callers', key: 'start' }

/**
 * Makes the superuser `elastic` with a password, unless there is one already, whose password stays.
 * @returns `made` with this password, there already with it or with another, or `missing`: it needs a password
 */
export async function ensureSuperuser(
  { users, passwords }: SuperuserParts,
  password: string | null,
): Promise<'made' | 'same' | 'differs' | 'missing'> {
  const there = await users.find(superuser)
  if (password === null) return there ? 'same' : 'missing'
  if (there)
    return (await passwords.verify(superuser, there.user.passwordHash, password, source)) ? 'same' : 'differs'
  const passwordHash = await passwords.hash(password, source)
  const made = await users.createIfAbsent({
    username: superuser,
    passwordHash,
    roles: ['superuser'],
    fullName: null,
    email: null,
    metadata: { _reserved: true },
    enabled: true,
  })
  if (made.passwordHash === passwordHash) return 'made'
  return (await passwords.verify(superuser, made.passwordHash, password, source)) ? 'same' : 'differs'
}
